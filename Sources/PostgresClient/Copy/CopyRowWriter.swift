/// Takes rows of values for a COPY … FROM STDIN, and sends them in large pieces.
public final class CopyRowWriter {
    private static let pieceSize = 128 * 1024
    private let writer: CopyWriter
    private var encoder: CopyRowEncoder

    init(_ writer: CopyWriter, format: CopyFormat) {
        self.writer = writer
        encoder = CopyRowEncoder(format: format)
    }

    /// One row, a value for each column in the order that was named; nil is NULL.
    public func write<each Value: PostgresEncodable>(_ values: repeat each Value) async throws {
        try encoder.append(repeat each values)
        if encoder.bytes.count >= Self.pieceSize { try await writer.write(encoder.take()) }
    }

    /// For rows made by a function of one's own.
    public func write(_ row: (inout CopyRowEncoder) throws -> Void) async throws {
        try row(&encoder)
        if encoder.bytes.count >= Self.pieceSize { try await writer.write(encoder.take()) }
    }

    func finish() async throws {
        encoder.finish()
        if !encoder.bytes.isEmpty { try await writer.write(encoder.take()) }
    }
}

/// The words of COPY commands for whole tables.
enum CopyCommand {
    static func into(_ table: String, _ columns: [String], _ format: CopyFormat) -> String {
        "COPY \(name(table)) (\(columns.map(quoted).joined(separator: ", "))) FROM STDIN\(suffix(format))"
    }

    static func query(_ sql: String, _ format: CopyFormat) -> String { "COPY (\(sql)) TO STDOUT\(suffix(format))" }

    private static func suffix(_ format: CopyFormat) -> String { format == .binary ? " (FORMAT binary)" : "" }
    /// `schema.table` is two names.
    private static func name(_ table: String) -> String {
        table.split(separator: ".").map { quoted(String($0)) }.joined(separator: ".")
    }
    private static func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}

extension PostgresConnection {
    /// COPY of rows of values into a table. Where `body` throws, the server takes nothing in.
    ///
    /// - Returns: the rows copied.
    @discardableResult
    public func copyIn(
        into table: String, columns: [String], format: CopyFormat = .binary,
        _ body: (CopyRowWriter) async throws -> Void
    ) async throws -> Int {
        try await copyIn(CopyCommand.into(table, columns, format)) { writer in
            let rows = CopyRowWriter(writer, format: format)
            try await body(rows)
            try await rows.finish()
        }
    }

    /// COPY of a sequence into a table, each element a row: as fast as the server takes it in, and no faster.
    ///
    /// - Parameter row: appends one row for the element, or none, or several.
    /// - Returns: the rows copied.
    @discardableResult
    public func copyIn<Rows: AsyncSequence>(
        into table: String, columns: [String], format: CopyFormat = .binary, from rows: Rows,
        _ row: (Rows.Element, inout CopyRowEncoder) throws -> Void
    ) async throws -> Int {
        try await copyIn(into: table, columns: columns, format: format) { writer in
            for try await element in rows { try await writer.write { try row(element, &$0) } }
        }
    }

    /// The rows of a query by way of COPY … TO STDOUT: quicker than ``rows(_:)``, but without parameters.
    ///
    /// - Parameter sql: a query of the program's own words.
    public func copyOut(query sql: String, format: CopyFormat = .binary) -> CopyRecords {
        CopyRecords(chunks: copyOut(CopyCommand.query(sql, format)), format: format)
    }
}

extension PostgresTransaction {
    /// As ``PostgresConnection/copyIn(into:columns:format:_:)``, inside this transaction.
    @discardableResult
    public func copyIn(
        into table: String, columns: [String], format: CopyFormat = .binary,
        _ body: (CopyRowWriter) async throws -> Void
    ) async throws -> Int {
        try await beginNow()
        return try await connection.copyIn(into: table, columns: columns, format: format, body)
    }
}
