/// What headers say about the form of a body (RFC 9110, 8.3 and 12.5).
enum MediaType {
    /// `text/csv` of `Text/CSV; charset=utf-8`.
    static func essence(of header: String) -> String {
        header.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// Whether a person's browser asks: it names HTML, and no JSON before it.
    static func prefersHTML(_ accept: String?) -> Bool {
        for part in (accept ?? "").split(separator: ",") {
            switch essence(of: String(part)) {
            case "text/html", "application/xhtml+xml": return true
            case "application/json", "*/*": return false
            default: continue
            }
        }
        return false
    }

    /// Whether the client takes gzip; `gzip;q=0` says that it does not.
    static func takesGzip(_ headers: [String]) -> Bool {
        for part in headers.flatMap({ $0.split(separator: ",") }) {
            let words = part.lowercased().filter { $0 != " " }.split(separator: ";")
            guard words.first == "gzip" || words.first == "*" else { continue }
            let quality = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (quality ?? 1) > 0
        }
        return false
    }
}
