import Crypto
import Foundation

/// The rotating code on a half-day's screen: which half-day, which slot of time, and an HMAC (RFC 2104, SHA-256) that only
/// this register makes. Whoever forwards it forwards something that ends within two slots.
struct SignInCode: Equatable {
    private static let macLength = 16

    var halfDay: UUID
    /// Seconds since 1970 divided by the slot's length.
    var slot: Int64

    /// Base64url, 54 characters.
    func text(key: [UInt8]) -> String { Self.base64url(payload + mac(key)) }

    /// The half-day and slot that a text names, not yet believed; nil for what is no code at all.
    init?(unverified text: String) {
        guard text.utf8.count <= 100, let bytes = Self.bytes(text), bytes.count == 24 + Self.macLength else {
            return nil
        }
        let uuid = bytes[0..<16].map { $0 }
        halfDay = UUID(
            uuid: (
                uuid[0], uuid[1], uuid[2], uuid[3], uuid[4], uuid[5], uuid[6], uuid[7], uuid[8], uuid[9], uuid[10],
                uuid[11], uuid[12], uuid[13], uuid[14], uuid[15]
            ))
        slot = bytes[16..<24].reduce(0) { $0 << 8 | Int64($1) }
    }

    init(halfDay: UUID, slot: Int64) {
        self.halfDay = halfDay
        self.slot = slot
    }

    static func slot(at instant: Date, seconds: Int) -> Int64 {
        Int64((instant.timeIntervalSince1970 / Double(max(1, seconds))).rounded(.down))
    }

    /// Whether the register made the text, for now or for the slot before.
    func isValid(_ text: String, key: [UInt8], now: Int64) -> Bool {
        guard slot == now || slot == now - 1, let bytes = Self.bytes(text) else { return false }
        let expected = mac(key)
        let found = bytes.suffix(Self.macLength)
        // As long for a wrong code as for a right one.
        return zip(expected, found).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 && found.count == expected.count
    }

    private var payload: [UInt8] {
        withUnsafeBytes(of: halfDay.uuid) { Array($0) } + withUnsafeBytes(of: slot.bigEndian) { Array($0) }
    }

    private func mac(_ key: [UInt8]) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("ceregistry sign-in".utf8) + Data(payload), using: SymmetricKey(data: Data(key)))
        return Array(Array(code).prefix(Self.macLength))
    }

    private static func base64url(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var padded = text.replacing("-", with: "+").replacing("_", with: "/")
        padded += String(repeating: "=", count: (4 - padded.count % 4) % 4)
        return Data(base64Encoded: padded).map { Array($0) }
    }
}
