extension Statement {
    /// The first word of the command in capitals, past blanks and comments; empty where there is none.
    var command: String {
        var rest = Substring(sql).utf8
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || (9...13).contains($0) || $0 == UInt8(ascii: "(") }
            if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: "/*".utf8) {
                rest = Self.afterComment(rest)
            } else {
                break
            }
        }
        let word = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
        return String(decoding: word, as: UTF8.self).uppercased()
    }

    /// Comments nest (PostgreSQL chapter 4.1.5).
    private static func afterComment(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var rest = text
        var depth = 0
        while !rest.isEmpty {
            if rest.starts(with: "/*".utf8) {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.starts(with: "*/".utf8) {
                depth -= 1
                rest = rest.dropFirst(2)
                if depth == 0 { return rest }
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest
    }

    /// Commands that leave something behind for whoever uses the session next.
    private static let sessionCommands: Set<String> = [
        "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE", "EXECUTE",
        "DEALLOCATE", "SET", "RESET", "DISCARD", "LISTEN", "UNLISTEN", "DECLARE", "FETCH", "MOVE", "CLOSE", "LOCK",
        "COPY", "LOAD",
    ]

    var touchesSession: Bool { Self.sessionCommands.contains(command) }
}
