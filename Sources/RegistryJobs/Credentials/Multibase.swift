/// Bytes as `z` and base 58 (W3C Controlled Identifiers 1.0, 2.4; the alphabet is Bitcoin's).
enum Multibase {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")

    static func base58(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for place in digits.indices {
                carry += Int(digits[place]) << 8
                digits[place] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
        return "z" + String(zeros + digits.reversed().map { alphabet[Int($0)] })
    }

    /// An Ed25519 public key as a Multikey: the multicodec prefix 0xed01 before it.
    static func multikey(ed25519 key: [UInt8]) -> String { base58([0xED, 0x01] + key) }
}
