import Foundation
import PostgresClient
import RegistryDomain

/// The staging table of one import: lives in the import's own transaction and goes with it.
enum StagingTable {
    /// The kind's own columns, behind `row`, `rejected` and `findings`.
    static func columns(of kind: ImportKind) -> [(name: String, type: String)] {
        switch kind {
        case .employers:
            [("credit_code", "text"), ("name", "text"), ("kind", "text"), ("level", "text"), ("division", "text")]
        case .learners:
            [
                ("id_number", "text"), ("name", "text"), ("gender", "text"), ("employer_credit_code", "text"),
                ("post", "text"),
                ("title", "text"), ("professional_since", "date"), ("employed_from", "date"),
                ("employed_until", "date"),
                ("is_period_assumed", "boolean"),
            ]
        case .completions:
            [
                ("record_number", "text"), ("id_number", "text"), ("subject_year", "integer"),
                ("compulsory_hours", "bigint"),
                ("elective_hours", "bigint"), ("compulsory_finished_on", "date"), ("elective_started_on", "date"),
                ("test_passed_on", "date"),
            ]
        case .openings:
            [
                ("id_number", "text"), ("subject_year", "integer"), ("mode", "text"), ("hours", "integer"),
                ("recognized_on", "date"), ("paper_number", "text"),
            ]
        }
    }

    static func creation(for kind: ImportKind) -> [Statement] {
        let own = columns(of: kind).map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        return [
            """
            CREATE TEMPORARY TABLE import_staged (row bigint PRIMARY KEY, rejected boolean NOT NULL, findings jsonb,
                                                  \(unescaped: own)) ON COMMIT DROP
            """,
            // What becomes of each row: `refusal` and `note` are codes of reasons, `claim` what a claim would say.
            """
            CREATE TEMPORARY TABLE import_rows (row bigint PRIMARY KEY, state text NOT NULL, id uuid, learner_id uuid,
                employer_id uuid, area text, refusal text, note text, found text, reasons jsonb, claim jsonb, claim_id uuid)
                ON COMMIT DROP
            """,
        ]
    }

    static func copy(for kind: ImportKind) -> String {
        let own = columns(of: kind).map(\.name).joined(separator: ", ")
        return "COPY import_staged (row, rejected, findings, \(own)) FROM STDIN"
    }

    /// One row in COPY's text format (PostgreSQL, COPY, Text Format).
    static func line(_ row: some StagedRow, width: Int) throws -> [UInt8] {
        let values = row.values
        var line = Array("\(row.row)\t\(values == nil ? "t" : "f")\t".utf8)
        line += row.findings.isEmpty ? nothing : escaped(try RegistryJSON.string(row.findings))
        for value in values ?? Array(repeating: nil, count: width) {
            line.append(0x09)
            line += value.map(escaped) ?? nothing
        }
        line.append(0x0A)
        return line
    }

    private static let nothing = Array("\\N".utf8)

    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}

/// Takes rows into the staging table, as fast as the server does.
public struct StagingWriter: Sendable {
    let writer: CopyWriter
    let kind: ImportKind

    /// - Parameter rows: of the import's kind, each with a row number of its own.
    public func write(_ rows: [some StagedRow]) async throws {
        let width = StagingTable.columns(of: kind).count
        let lines = try rows.reduce(into: [UInt8]()) { $0 += try StagingTable.line($1, width: width) }
        try await writer.write(lines)
    }
}
