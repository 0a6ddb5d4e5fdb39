/// How a table is written into a file for people.
public enum TableFileForm: String, Sendable, CaseIterable {
    case csv, xlsx

    /// RFC 7111; ECMA-376.
    public var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
    }
}
