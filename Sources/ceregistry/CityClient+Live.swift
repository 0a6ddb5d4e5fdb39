import RegistryConsole
import RegistryDomain
import RegistryJobs
import RegistryStore

extension CityClient {
    /// - Parameter reader: a store whose database role is the auditor's.
    static func live(store: RegistryStore, reader: RegistryStore, auditor: Auditor, publisher: BulletinPublisher)
        -> CityClient
    {
        CityClient(
            runAudit: { request, caller, onProgress in
                try await store.permit(.runAudit, caller)
                return try await auditor.run(request, onProgress: onProgress)
            },
            auditFindings: { try await auditor.findings($0, as: $1) },
            bulletinPreview: { try await store.bulletin(BulletinQuestion(asOf: $0), as: $1, countedBy: reader) },
            publishBulletin: { try await publisher.publish(number: $0, asOf: $1, as: $2) },
            bulletinForm: { number, form, caller in
                do {
                    return try await publisher.show(number, form, as: caller)
                } catch is PDFPrinter.Mistake {
                    return nil
                }
            },
            bulletinDifferences: { try await publisher.differences($0, as: $1) },
            readPolicy: draft,
            countCompletion: { _ = try await reader.countCompletion(keepingIn: store) })
    }

    @Sendable private static func draft(_ source: String) throws -> PolicyDraft {
        do {
            let file = try PolicyFile(source: source)
            return .fine(file.policy, document: file.document)
        } catch let error as PolicyFileError {
            return .mistaken(
                error.mistakes.map { PolicyDraft.Mistake(line: $0.line, field: $0.path, message: $0.message) })
        }
    }
}
