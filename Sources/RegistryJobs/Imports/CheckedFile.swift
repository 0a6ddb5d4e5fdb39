import Foundation
import RegistryDomain
import RegistryStore

/// An imported file given back in its own form, with one more column: what is wrong with each row.
public struct CheckedFile: Sendable {
    /// The added column's name; an import passes it over.
    static let column = Text(zh: "导入结果", en: "result")

    private let store: RegistryStore

    public init(store: RegistryStore) { self.store = store }

    /// - Returns: a file of the caller's to read and remove, and its form.
    /// - Throws: `StoreError.notFound` where the uploaded file is no longer kept, `.forbidden` for another's job.
    public func make(of job: UUID, language: Language, as caller: Caller) async throws -> (
        file: URL, form: TableFileForm
    ) {
        let record = try await store.importJob(id: job, findings: 0, as: caller)
        let original = TableFile.temporary(.csv)
        defer { try? FileManager.default.removeItem(at: original) }
        let handle = try FileHandle(forWritingTo: original)
        let isKept = try await store.importFile(job: job, as: caller) { bytes in
            try await Blocking.run { try handle.write(contentsOf: bytes) }
        }
        try handle.close()
        guard isKept else { throw StoreError.notFound(.importFileGone) }
        var notes = RowNotes(language: language)
        try await store.eachImportFinding(job: job, as: caller) { notes.add($0) }
        if let problem = record.problem { notes.add(problem, row: record.rowsRead) }
        let told = notes
        return try await Blocking.run { try Self.write(original, told, language) }
    }

    private static func write(_ original: URL, _ notes: RowNotes, _ language: Language) throws
        -> (file: URL, form: TableFileForm)
    {
        let form: TableFileForm = try ByteFile(original.path).read(2) == [0x50, 0x4B] ? .xlsx : .csv
        let result = TableFile.temporary(form)
        do {
            let writer = try TableFile.writer(form, to: result, title: "数据")
            // Where rows are broken, more fields stand in them than in the header.
            var width = 0
            do {
                try TableForm.read(original.path) { row in
                    if row.isBlank { return }
                    let isHeader = width == 0
                    if isHeader { width = row.fields.count }
                    var fields = row.fields
                    if fields.count < width { fields += Array(repeating: "", count: width - fields.count) }
                    let (text, isWrong) = notes.text(row: row.number)
                    // A file that was given back before comes back with one such column, not two.
                    try writer.write(
                        fields + [isHeader ? column(language) + (text.isEmpty ? "" : "：\(text)") : text],
                        marked: isWrong)
                }
            } catch let problem as FileProblem {
                try writer.write(
                    Array(repeating: "", count: width) + [problem.reason.message(language)], marked: true)
            }
            try writer.finish()
            return (result, form)
        } catch {
            try? FileManager.default.removeItem(at: result)
            throw error
        }
    }
}

/// What is said of each row, each sentence kept once.
struct RowNotes: Sendable {
    private let language: Language
    private var sentences: [String] = []
    private var numbers: [String: Int32] = [:]
    private var byRow: [Int: [Int32]] = [:]
    private var wrong: Set<Int> = []

    init(language: Language) { self.language = language }

    mutating func add(_ finding: ImportFinding) {
        let isWrong = finding.severity == .rejected
        let rule = finding.rule.map { language == .zh ? "（依据 \($0.rawValue)）" : " (rule \($0.rawValue))" } ?? ""
        let prefix =
            isWrong
            ? (language == .zh ? "未导入：" : "not taken in: ") : (language == .zh ? "已导入，请注意：" : "taken in; note: ")
        add(prefix + finding.message(language) + rule, row: finding.row ?? 1, isWrong: isWrong)
    }

    /// - Parameter row: where the reading of the file ended; the header where it never began.
    mutating func add(_ problem: Reason, row: Int) { add(problem.message(language), row: max(row, 1), isWrong: true) }

    private mutating func add(_ sentence: String, row: Int, isWrong: Bool) {
        let number = numbers[sentence] ?? Int32(sentences.count)
        if numbers[sentence] == nil {
            numbers[sentence] = number
            sentences.append(sentence)
        }
        byRow[row, default: []].append(number)
        if isWrong { wrong.insert(row) }
    }

    func text(row: Int) -> (text: String, isWrong: Bool) {
        ((byRow[row] ?? []).map { sentences[Int($0)] }.joined(separator: "；"), wrong.contains(row))
    }
}
