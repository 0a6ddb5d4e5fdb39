import Foundation
import PostgresClient
import RegistryDomain

/// What can be taken out as a file.
public enum ExportKind: String, Codable, Sendable, CaseIterable {
    case learners, entries

    var right: Rights.Action {
        switch self {
        case .learners: .searchLearners
        case .entries: .readRegister
        }
    }

    /// Text in a file: numbers that a spreadsheet would round, and what it would take for a formula, begin with a tab.
    private static func text(_ column: String) -> String {
        "CASE WHEN \(column) ~ '^[-=+@]' THEN E'\\t' || \(column) ELSE \(column) END"
    }
    private static func number(_ column: String) -> String { "E'\\t' || \(column)" }

    fileprivate var query: String {
        switch self {
        case .learners:
            """
            SELECT \(Self.number("l.id_number")) AS "idNumber", \(Self.text("l.name")) AS name, l.gender,
                   \(Self.number("o.credit_code")) AS "employerCreditCode", \(Self.text("l.post")) AS post,
                   \(Self.text("l.title")) AS title, l.professional_since AS "professionalSince",
                   e.employed_from AS "employedFrom", e.employed_until AS "employedUntil"
            FROM learners l LEFT JOIN employers o ON o.id = l.employer_id
            LEFT JOIN LATERAL (SELECT employed_from, employed_until FROM employments
                               WHERE learner_id = l.id AND retracted_at IS NULL ORDER BY employed_from DESC LIMIT 1) e ON true
            WHERE l.merged_into IS NULL ORDER BY l.id
            """
        case .entries:
            """
            SELECT e.entry_number AS "entryNumber", \(Self.number("p.id_number")) AS "idNumber", \(Self.text("p.name")) AS name,
                   e.kind, e.subject_year AS "subjectYear", e.mode, e.hours, e.recognized_on AS "recognizedOn",
                   e.recognized_by AS "recognizedBy", \(Self.number("c.record_number")) AS "recordNumber",
                   \(Self.text("e.session_code")) AS "sessionCode", \(Self.number("e.paper_number")) AS "paperNumber",
                   v.reversed_on AS "reversedOn", \(Self.text("v.reason")) AS "reversalReason"
            FROM register_entries e JOIN learners l ON l.id = e.learner_id JOIN learners p ON p.id = coalesce(l.merged_into, l.id)
            LEFT JOIN completion_records c ON c.id = e.completion_record_id LEFT JOIN reversals v ON v.entry_id = e.id
            ORDER BY e.entry_number
            """
        }
    }

    fileprivate var quoted: String {
        switch self {
        case .learners: #""idNumber", name, "employerCreditCode", post, title"#
        case .entries: #""idNumber", name, "recordNumber", "sessionCode", "paperNumber", "reversalReason""#
        }
    }
}

extension RegistryStore {
    /// Everything of a kind that the caller may see, as CSV in UTF-8 with a byte order mark, in constant memory. What a
    /// spreadsheet would turn into a number begins with a tab inside its quotes, which the import takes away again.
    ///
    /// The file is as of a moment; a replica that is fresh enough may answer, and the access log is written before.
    ///
    /// - Parameter write: takes the chunks in order; what it throws ends the export.
    public func export(_ kind: ExportKind, as caller: Caller, _ write: @Sendable ([UInt8]) async throws -> Void)
        async throws
    {
        try await permit(kind.right, caller)
        _ = try await pipeline(
            as: caller, [AccessLine(kind.right, reason: "export \(kind.rawValue)").statement(by: caller)])
        try await readAside { sql in
            _ = try await sql.execute(caller.entering)
            var rows = try await sql.copyOut(
                "COPY (\(kind.query)) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (\(kind.quoted)))"
            ).makeAsyncIterator()
            // Until there is something to send, another server may answer in this one's place.
            var chunk = try await rows.next()
            do {
                try await write([0xEF, 0xBB, 0xBF])
                while let next = chunk {
                    try await write(next)
                    chunk = try await rows.next()
                }
            } catch {
                // Left in the middle of a COPY, the connection cannot be lent on.
                await sql.connection.close()
                throw AnswerUnderWay(reason: error)
            }
        }
    }
}
