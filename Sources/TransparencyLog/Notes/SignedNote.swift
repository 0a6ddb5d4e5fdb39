/// A text with signatures (C2SP signed-note). Its text means nothing before a signature by a known key was checked.
public struct SignedNote: Hashable, Sendable {
    public struct Signature: Hashable, Sendable {
        public var name: String
        public var keyId: UInt32
        public var bytes: [UInt8]

        public init(name: String, keyId: UInt32, bytes: [UInt8]) {
            self.name = name
            self.keyId = keyId
            self.bytes = bytes
        }

        /// With its newline.
        var line: String {
            let id = (0..<4).map { UInt8(truncatingIfNeeded: keyId >> UInt32(24 - $0 * 8)) }
            return "— \(name) \(Base64.encode(id + bytes))\n"
        }
    }

    public enum Mistake: Error, Equatable, Sendable {
        case malformed
        /// A signature under the name and hash of a known key does not verify.
        case forged(name: String)
        /// None of the signatures is by a known key.
        case unknownKeys
    }

    public static let mostSignatures = 64

    /// Ends in a newline.
    public let text: String
    public private(set) var signatures: [Signature]

    /// Nil where the text does not end in a newline or has control characters.
    public init?(text: String, signatures: [Signature] = []) {
        guard text.hasSuffix("\n"), Self.isPlain(text) else { return nil }
        self.text = text
        self.signatures = signatures
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A } }

    public var description: String { text + "\n" + signatures.map(\.line).joined() }
    public var bytes: [UInt8] { Array(description.utf8) }

    /// - Throws: `Mistake.malformed`.
    public init(bytes: [UInt8]) throws {
        guard bytes.count <= 1 << 20, let whole = String(validating: bytes, as: UTF8.self), Self.isPlain(whole) else {
            throw Mistake.malformed
        }
        // Bytes, since a Character may swallow a newline.
        let newline = UInt8(ascii: "\n")
        guard bytes.last == newline,
            let gap = bytes.indices.dropLast().last(where: { bytes[$0] == newline && bytes[$0 + 1] == newline })
        else { throw Mistake.malformed }
        text = String(decoding: bytes[...gap], as: UTF8.self)
        let lines = bytes[(gap + 2)...].split(separator: newline)
        guard (1...Self.mostSignatures).contains(lines.count), gap > 0 else { throw Mistake.malformed }
        signatures = try lines.map { try Self.signature(String(decoding: $0, as: UTF8.self)) }
    }

    private static func signature(_ line: String) throws -> Signature {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "—", VerifierKey.isName(String(parts[1])),
            let bytes = Base64.decode(parts[2]), bytes.count > 4
        else { throw Mistake.malformed }
        return Signature(
            name: String(parts[1]), keyId: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            bytes: Array(bytes.dropFirst(4)))
    }

    /// Adds a signature, once.
    public mutating func add(_ signature: Signature) {
        if !signatures.contains(signature) { signatures.append(signature) }
    }

    /// The keys among `known` that signed it. Signatures by others are ignored.
    ///
    /// - Throws: `Mistake.forged`, `.unknownKeys`.
    public func verify(_ known: [VerifierKey]) throws -> [VerifierKey] {
        var verified: [VerifierKey] = []
        for signature in signatures {
            guard let key = known.first(where: { $0.name == signature.name && $0.id == signature.keyId }) else {
                continue
            }
            guard key.verifies(signature.bytes, of: text) else { throw Mistake.forged(name: key.name) }
            verified.append(key)
        }
        guard !verified.isEmpty else { throw Mistake.unknownKeys }
        return verified
    }
}

extension VerifierKey {
    func verifies(_ signature: [UInt8], of text: String) -> Bool {
        switch kind {
        case .note: signature.count == 64 && isSignature(signature, of: Array(text.utf8))
        case .cosignature:
            Cosignature(bytes: signature).map { isSignature($0.signature, of: Cosignature.message(text, at: $0.time)) }
                ?? false
        }
    }
}

extension SigningKey {
    /// - Parameter time: seconds since 1970, for a cosignature; a signature of the log itself has none.
    public func sign(_ note: inout SignedNote, at time: UInt64) throws {
        let bytes: [UInt8] =
            switch verifier.kind {
            case .note: try signature(of: Array(note.text.utf8))
            case .cosignature:
                Cosignature(time: time, signature: try signature(of: Cosignature.message(note.text, at: time))).bytes
            }
        note.add(SignedNote.Signature(name: verifier.name, keyId: verifier.id, bytes: bytes))
    }
}
