import Crypto
import Foundation

/// A key that verifies signatures of notes (C2SP signed-note): `name+hash+key`.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// What a key signs, and how (C2SP signed-note, signature types).
    public enum Kind: UInt8, Sendable {
        /// The note's text.
        case note = 0x01
        /// A checkpoint, by a witness, with a time (C2SP tlog-cosignature).
        case cosignature = 0x04
    }

    public let name: String
    public let kind: Kind
    public let publicKey: [UInt8]

    /// Nil for a name that a signature line could not carry, or a key that is no Ed25519 key.
    public init?(name: String, kind: Kind, publicKey: [UInt8]) {
        guard Self.isName(name), (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {
            return nil
        }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
    }

    /// Not empty, and without spaces and plus signs.
    public static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7F
            }
    }

    /// The first four bytes of `SHA-256(name || 0x0A || type || public key)`.
    public var id: UInt32 {
        var hash = SHA256()
        hash.update(data: Data(name.utf8) + [0x0A, kind.rawValue] + publicKey)
        return hash.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    public var description: String {
        let hex = String(id, radix: 16)
        let padded = String(repeating: "0", count: 8 - hex.count) + hex
        return "\(name)+\(padded)+\(Base64.encode([kind.rawValue] + publicKey))"
    }

    /// Reads `description`; nil where the hash is not the key's, or the type is none of those above.
    public init?(_ text: some StringProtocol) {
        let parts: [Substring] = String(text).split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]), let first = bytes.first,
            let kind = Kind(rawValue: first)
        else { return nil }
        self.init(name: String(parts[0]), kind: kind, publicKey: Array(bytes.dropFirst()))
        guard description == text else { return nil }
    }

    func isSignature(_ signature: some DataProtocol, of message: [UInt8]) -> Bool {
        (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey))?.isValidSignature(signature, for: message)
            ?? false
    }
}

/// A private key with the name that it signs under.
public struct SigningKey: Sendable {
    public let verifier: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    /// A new key; nil for a name that no key can have.
    public init?(newWithName name: String, kind: VerifierKey.Kind) {
        self.init(name: name, kind: kind, key: Curve25519.Signing.PrivateKey())
    }

    private init?(name: String, kind: VerifierKey.Kind, key: Curve25519.Signing.PrivateKey) {
        guard let verifier = VerifierKey(name: name, kind: kind, publicKey: [UInt8](key.publicKey.rawRepresentation))
        else { return nil }
        self.verifier = verifier
        self.key = key
    }

    private static let prefix = "PRIVATE+KEY+"

    /// `PRIVATE+KEY+name+hash+key`, as golang.org/x/mod/sumdb/note writes it. Never on a log, a page, or in a database.
    public var secretText: String {
        let parts = verifier.description.split(separator: "+", maxSplits: 2)
        return Self.prefix + "\(parts[0])+\(parts[1])+"
            + Base64.encode([verifier.kind.rawValue] + [UInt8](key.rawRepresentation))
    }

    public init?(secretText text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]), let first = bytes.first,
            let kind = VerifierKey.Kind(rawValue: first),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        self.init(name: String(parts[0]), kind: kind, key: key)
        guard secretText == text else { return nil }
    }

    func signature(of message: [UInt8]) throws -> [UInt8] { [UInt8](try key.signature(for: message)) }
}
