/// What must be known about a JSON text before a decoder that recurses, and a database that ends strings at NUL, see it.
enum JSONGuard {
    static let deepest = 64

    /// - Throws: `Problem` 400 for nesting beyond 64, 422 for a NUL character in a string.
    static func check(_ bytes: [UInt8]) throws {
        var depth = 0
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isInString {
                switch byte {
                case UInt8(ascii: "\""): isInString = false
                case UInt8(ascii: "\\"):
                    if bytes[index...].starts(with: escapedNUL) {
                        throw Problem(.unprocessableContent, [.nulCharacter])
                    }
                    index += 1
                case 0: throw Problem(.unprocessableContent, [.nulCharacter])
                default: continue
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= deepest else { throw Problem(.badRequest, [.jsonTooDeep]) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case 0: throw Problem(.badRequest, [.malformedJSON])
            default: continue
            }
        }
    }

    private static let escapedNUL = Array("u0000".utf8)
}
