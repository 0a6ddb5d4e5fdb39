import Foundation
import RegistryDomain

/// How a person is reached: an e-mail address, a mobile number of the mainland, or both.
public struct Contact: Codable, Sendable, Equatable {
    public var email: String?
    public var mobile: String?

    public init(email: String? = nil, mobile: String? = nil) {
        self.email = email
        self.mobile = mobile
    }

    /// As people write them: spaces, dashes and the country's code left out.
    var tidied: Contact {
        func text(_ value: String?) -> String? {
            value.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let digits = text(mobile).map { $0.filter { !$0.isWhitespace && $0 != "-" } }
        return Contact(
            email: text(email), mobile: digits.map { $0.hasPrefix("+86") ? String($0.dropFirst(3)) : $0 })
    }

    public var isReachable: Bool { mistakes.isEmpty }

    /// Every field that cannot be.
    var mistakes: [Reason] {
        var reasons: [Reason] = []
        if email == nil, mobile == nil {
            reasons.append(
                .field(
                    "email", found: nil, expected: Text(zh: "电子邮箱与手机号至少填一项", en: "an address, a mobile number or both"))
            )
        }
        if let email, !Self.isAddress(email) {
            reasons.append(
                .field("email", found: nil, expected: Text(zh: "形如 name@example.cn", en: "such as name@example.cn")))
        }
        if let mobile, !Self.isMobile(mobile) {
            reasons.append(
                .field("mobile", found: nil, expected: Text(zh: "11位手机号码", en: "a mobile number of 11 digits")))
        }
        return reasons
    }

    /// The dot-atom form without quoted parts or comments (RFC 5321, 4.1.2), which every provider gives out.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, text.utf8.count <= 254 else {
            return false
        }
        let local = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~")
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return parts[0].allSatisfy(local.contains) && !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".")
            && !parts[0].contains("..") && labels.count > 1
            && labels.allSatisfy { label in
                !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }

    static func isMobile(_ text: String) -> Bool {
        text.count == 11 && text.hasPrefix("1") && text.allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// As others than the person see it: `z***@example.cn`, `138****0000`.
    public var masked: Contact {
        let parts = (email ?? "").split(separator: "@")
        return Contact(
            email: parts.count == 2 ? "\(parts[0].prefix(1))***@\(parts[1])" : nil,
            mobile: mobile.map { "\($0.prefix(3))****\($0.suffix(4))" })
    }
}

/// What others see of a learner's contact.
public struct ContactRecord: Codable, Sendable {
    public var emailMasked: String?
    public var mobileMasked: String?

    init(_ contact: Contact) {
        emailMasked = contact.masked.email
        mobileMasked = contact.masked.mobile
    }
}

/// Whose contact an account keeps: a learner's own record, or a unit administrator's account. Others are not reminded.
public enum ContactOwner: Sendable {
    case learner(UUID)
    case user(UUID)

    public init?(_ caller: Caller) {
        switch caller.role {
        case .learner:
            guard let learner = caller.learnerId else { return nil }
            self = .learner(learner)
        case .unitAdmin: self = .user(caller.userId)
        default: return nil
        }
    }

    var learner: UUID? {
        guard case .learner(let id) = self else { return nil }
        return id
    }
    var user: UUID? {
        guard case .user(let id) = self else { return nil }
        return id
    }
}
