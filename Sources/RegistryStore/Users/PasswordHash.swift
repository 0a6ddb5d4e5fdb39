import Crypto
import CryptoExtras
import Dispatch
import Foundation

/// scrypt (RFC 7914) hashes of passwords, made off the cooperative pool since each costs tens of milliseconds
/// and 16 MiB.
public enum PasswordHash {
    private static let rounds = 16_384
    private static let blockSize = 8
    private static let queue = DispatchQueue(label: "ceregistry.password", attributes: .concurrent)
    private static let atOnce = DispatchSemaphore(value: 2)

    /// `scrypt$N$r$salt$key`, the last two in base64.
    public static func make(_ password: String) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let key = try await derive(password, salt: salt, rounds: rounds, blockSize: blockSize)
        return "scrypt$\(rounds)$\(blockSize)$\(Data(salt).base64EncodedString())$\(Data(key).base64EncodedString())"
    }

    /// Compares in constant time. A hash that cannot be read matches nothing.
    public static func matches(_ password: String, _ hash: String) async throws -> Bool {
        let parts = hash.split(separator: "$")
        guard parts.count == 5, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let salt = Data(base64Encoded: String(parts[3])), let expected = Data(base64Encoded: String(parts[4]))
        else { return false }
        let key = try await derive(password, salt: Array(salt), rounds: rounds, blockSize: blockSize)
        let difference = zip(key, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && key.count == expected.count
    }

    private static func derive(_ password: String, salt: [UInt8], rounds: Int, blockSize: Int) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                atOnce.wait()
                defer { atOnce.signal() }
                continuation.resume(
                    with: Result {
                        let key = try KDF.Scrypt.deriveKey(
                            from: Array(password.utf8), salt: salt, outputByteCount: 32, rounds: rounds,
                            blockSize: blockSize, parallelism: 1)
                        return key.withUnsafeBytes { Array($0) }
                    })
            }
        }
    }
}
