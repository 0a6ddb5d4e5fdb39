import Foundation
import TransparencyLog

/// The private keys of a log, in a folder that its account alone may read; never in the database, and never where
/// checkpoints are handed out.
public struct LogKeyFolder: Sendable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    private var signing: URL { url.appendingPathComponent("signing-key") }
    private var next: URL { url.appendingPathComponent("next-signing-key") }

    /// The key that signs now; nil where none was generated.
    public func signingKey() throws -> SigningKey? { try Self.read(signing) }
    /// The key of a rotation that was begun and not ended.
    func nextKey() throws -> SigningKey? { try Self.read(next) }

    /// - Returns: false where there is a key already.
    func create(_ key: SigningKey) throws -> Bool { try Self.create(signing, key) }
    func prepare(_ key: SigningKey) throws -> Bool { try Self.create(next, key) }

    /// The next key takes the place of the one that signed so far, which is no longer there.
    func promote() throws {
        guard let key = try nextKey() else { return }
        try DurableFile.replace(signing, Array((key.secretText + "\n").utf8), mode: 0o600)
        try DurableFile.remove(next)
    }

    /// A private key file, such as a witness has one of its own.
    ///
    /// - Returns: false where there is a file already.
    public static func create(_ file: URL, _ key: SigningKey) throws -> Bool {
        try DurableFile.makeFolder(file.deletingLastPathComponent(), mode: 0o700)
        return try DurableFile.create(file, Array((key.secretText + "\n").utf8), mode: 0o600)
    }

    /// Nil where there is no such file.
    ///
    /// - Throws: `LogFolder.Mistake`, also for a file that others on the machine may read.
    public static func read(_ file: URL) throws -> SigningKey? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        if let mode = attributes?[.posixPermissions] as? NSNumber, mode.intValue & 0o077 != 0 {
            throw LogFolder.Mistake.malformed(file.path, why: "a private key that others may read; chmod 600 it")
        }
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw LogFolder.Mistake.unreadable(file.path, why: "it belongs to another account")
        }
        guard let key = SigningKey(secretText: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw LogFolder.Mistake.malformed(file.path, why: "no private key")
        }
        return key
    }
}
