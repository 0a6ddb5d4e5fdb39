/// 认定机构: who recognizes hours. Text and JSON are `city`, `base`, or `county:` and a GB/T 2260 code.
public enum Authority: Hashable, Codable, Sendable, CustomStringConvertible {
    case city
    case county(String)
    case base

    public init?(_ text: String) {
        switch text {
        case "city": self = .city
        case "base": self = .base
        default:
            let code = text.dropFirst(7)
            guard text.hasPrefix("county:"), code.count == 6, code.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                return nil
            }
            self = .county(String(code))
        }
    }

    public var description: String {
        switch self {
        case .city: "city"
        case .base: "base"
        case .county(let code): "county:\(code)"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let authority = Authority(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an authority is city, base, or county: and six digits")
        }
        self = authority
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
