import Crypto
import Foundation

/// The keys that the register signs credentials with: PEM files of PKCS #8 (RFC 8410), as `openssl genpkey -algorithm
/// ed25519` writes them, in a folder of their own. The newest name signs; all of them are published, so that what an older
/// key signed can still be checked.
public struct IssuerKeys: Sendable {
    public enum Mistake: Error, CustomStringConvertible {
        case none(String)
        case malformed(String)
        case readable(String)

        public var description: String {
            switch self {
            case .none(let folder): "\(folder): no key (*.pem); openssl genpkey -algorithm ed25519 makes one"
            case .malformed(let file): "\(file): no Ed25519 private key in PEM"
            case .readable(let file): "\(file): a private key that others may read; chmod 600 it"
            }
        }
    }

    struct Key: Sendable {
        var secret: Curve25519.Signing.PrivateKey
        /// Names the key in documents: the public key itself.
        var name: String { Multibase.multikey(ed25519: Array(secret.publicKey.rawRepresentation)) }
    }

    /// Oldest first; never empty.
    let keys: [Key]

    /// - Throws: `Mistake`, also for a folder without a key.
    public init(folder: String) throws {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".pem")
        }
        guard !names.isEmpty else { throw Mistake.none(folder) }
        keys = try names.sorted().map { try Self.read("\(folder)/\($0)") }
    }

    init(keys: [Key]) { self.keys = keys }

    private static func read(_ path: String) throws -> Key {
        let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber
        if let mode, mode.intValue & 0o077 != 0 { throw Mistake.readable(path) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let secret = secret(fromPEM: text) else {
            throw Mistake.malformed(path)
        }
        return Key(secret: secret)
    }

    /// What precedes the 32 bytes of the key in its DER form (RFC 8410, 10.3).
    private static let prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]

    static func secret(fromPEM text: String) -> Curve25519.Signing.PrivateKey? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        guard lines.first == "-----BEGIN PRIVATE KEY-----", lines.last == "-----END PRIVATE KEY-----",
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined()), data.count == prefix.count + 32,
            data.prefix(prefix.count).elementsEqual(prefix)
        else { return nil }
        return try? Curve25519.Signing.PrivateKey(rawRepresentation: data.suffix(32))
    }
}
