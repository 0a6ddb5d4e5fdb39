import Foundation
import RegistryStore
import TransparencyLog

/// An export, as `LogExporter` writes it: the log, every checkpoint in it, and its records.
public struct ExportVerifier: Sendable {
    let folder: URL
    let keys: KeyHistory
    let witnesses: [VerifierKey]

    public init(folder: URL, keys: KeyHistory, witnesses: [VerifierKey] = []) {
        self.folder = folder
        self.keys = keys
        self.witnesses = witnesses
    }

    /// - Parameter kept: checkpoints from elsewhere.
    /// - Throws: `LogFolder.Mistake` for what is no export.
    public func run(_ kept: [LogVerifier.Kept]) async throws -> VerificationReport {
        let folder = folder
        let (manifest, own) = try await Blocking.run { (try Self.manifest(folder), try Self.checkpoints(folder)) }
        return try await LogVerifier(source: .folder(folder), keys: keys, witnesses: witnesses)
            .run(kept + own, size: manifest.size, records: manifest.records ? folder : nil)
    }

    private static func manifest(_ folder: URL) throws -> LogExporter.Manifest {
        let file = folder.appendingPathComponent("export.json")
        guard let data = try? Data(contentsOf: file) else {
            throw LogFolder.Mistake.unreadable(file.path, why: "is this an export?")
        }
        guard let manifest = try? RegistryJSON.decoder().decode(LogExporter.Manifest.self, from: data),
            manifest.format == LogExporter.format
        else { throw LogFolder.Mistake.malformed(file.path, why: "no export that this program knows") }
        return manifest
    }

    private static func checkpoints(_ folder: URL) throws -> [LogVerifier.Kept] {
        let place = folder.appendingPathComponent("checkpoints", isDirectory: true)
        return try LogFolder(folder).names().map { name in
            let file = place.appendingPathComponent(name.description)
            return LogVerifier.Kept(file: "checkpoints/\(name)", bytes: [UInt8](try Data(contentsOf: file)))
        }
    }
}
