import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct ImportsModel {
    var kinds: [ImportKindModel]
    var mayImport: Bool
    var jobs: [ImportJobModel]
    var hasJobs: Bool
    var messages: [String]
    var isDryRun: Bool
    var allOrNothing: Bool
    var largest: String
}

extension Console {
    /// Files of bureaus and of the provincial platform.
    static let importPages: [ConsolePage] = [
        .get("/imports") { visit in try await visit.imports() },
        .upload("/imports") { visit in try await visit.startImport() },
        .get("/imports/{id}") { visit in try await visit.importJob() },
        .get("/imports/{id}/file") { visit in try await visit.checkedFile() },
        .get("/imports/templates/{file}") { visit in try await visit.template() },
    ]
}

extension Visit {
    fileprivate func imports(
        _ form: FormBody = FormBody(""), messages: [String] = [], _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let caller = try caller
        let jobs = try await store.importJobs(as: caller)
        let kinds = ImportKindModel.kinds(of: caller)
        let asked = form["kind"].flatMap { ImportKind(rawValue: $0) } ?? kinds.first
        let model = ImportsModel(
            kinds: kinds.map {
                ImportKindModel(
                    id: $0.rawValue, name: words("import_\($0.rawValue)"), hint: words("importHint_\($0.rawValue)"),
                    checked: $0 == asked)
            }, mayImport: !kinds.isEmpty, jobs: jobs.map { ImportJobModel($0, words) }, hasJobs: !jobs.isEmpty,
            messages: messages, isDryRun: messages.isEmpty || form["dryRun"] != nil,
            allOrNothing: form["allOrNothing"] != nil, largest: "\(console.files.largestUpload >> 20)")
        if wantsFragment, !messages.isEmpty { return fragment("mistake-part", ["messages": messages], status) }
        return await page("imports", title: words("importsTitle"), model, status)
    }

    /// The right is asked for before a byte of the file is read.
    fileprivate func startImport() async throws -> Answer {
        let caller = try caller
        guard !ImportKindModel.kinds(of: caller).isEmpty else {
            try await store.permit(.importCompletions, caller)
            throw StoreError.forbidden(.roleMayNot)
        }
        let sent: (form: FormBody, file: UploadedFile?)
        do { sent = try await receiveFile() } catch let error as StoreError {
            return try await imports(
                messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
        }
        guard let file = sent.file else {
            return try await imports(sent.form, messages: [words("fileNeeded")], .unprocessableContent)
        }
        do {
            guard let kind = sent.form["kind"].flatMap({ ImportKind(rawValue: $0) }) else {
                throw StoreError.invalid([.field("kind", found: nil, expected: Text(zh: "请选择种类", en: "choose a kind"))])
            }
            let job = try await console.files.startImport(
                kind, file.url, file.name, sent.form["dryRun"] != nil, sent.form["allOrNothing"] != nil, caller)
            let address = "/imports/\(job.id.uuidString.lowercased())"
            if wantsFragment { return .text(address, .created) }
            return .seeOther(address)
        } catch let error as StoreError {
            try? FileManager.default.removeItem(at: file.url)
            return try await imports(
                sent.form, messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
        }
    }

    fileprivate func importJob() async throws -> Answer {
        let job = ImportJobModel(
            try await store.importJob(id: id(), findings: ImportJobModel.mostFindings, as: try caller), words)
        return wantsFragment ? fragment("import-part", job) : await page("import", title: words("importTitle"), job)
    }

    fileprivate func checkedFile() async throws -> Answer {
        let caller = try caller
        let job = try await store.importJob(id: id(), findings: 0, as: caller)
        let (file, form) = try await console.files.checkedFile(job.id, language, caller)
        let name = (job.fileName ?? job.kind).split(separator: ".").first.map(String.init) ?? job.kind
        return .file(file, name: "\(name)-\(words("checkedSuffix")).\(form.rawValue)", contentType: form.contentType)
    }

    fileprivate func template() async throws -> Answer {
        let caller = try caller
        let parts = (path["file"] ?? "").split(separator: ".").map(String.init)
        guard parts.count == 2, let kind = ImportKind(rawValue: parts[0]), let form = TableFileForm(rawValue: parts[1])
        else { throw StoreError.notFound(.recordUnknown) }
        try await store.permit(kind.right, caller)
        return .file(
            try await console.files.template(kind, form), name: "\(words("import_\(kind.rawValue)")).\(form.rawValue)",
            contentType: form.contentType)
    }
}
