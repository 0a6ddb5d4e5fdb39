/// How rows travel in a COPY (PostgreSQL, reference of COPY). CSV is left to those who want files of it.
public enum CopyFormat: Sendable {
    /// Columns between tabs, rows ended by newlines: to look at, and between versions and types.
    case text
    /// Each value in its binary form: quicker, and each value must be of exactly the column's type.
    case binary
}
