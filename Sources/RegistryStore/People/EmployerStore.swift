import Foundation
import PostgresClient
import RegistryDomain

/// An employer as it is first recorded; the fields of the import's columns.
public struct NewEmployer: Codable, Sendable {
    public var creditCode: String
    public var name: String
    public var kind: EmployerKind
    public var level: EmployerLevel
    /// GB/T 2260; needed at county level.
    public var division: String?

    public init(creditCode: String, name: String, kind: EmployerKind, level: EmployerLevel, division: String?) {
        self.creditCode = creditCode
        self.name = name
        self.kind = kind
        self.level = level
        self.division = division
    }
}

public struct EmployerRecord: Codable, Sendable {
    public var id: UUID
    public var creditCode: String
    public var name: String
    public var kind: EmployerKind
    public var level: EmployerLevel
    public var division: String?
    /// The authority in whose area it lies.
    public var area: Authority
    public var closedOn: Day?
    public var mergedInto: UUID?
    public var recordedAt: Date

    static let columns =
        "SELECT id, credit_code, name, kind, level, division, area, closed_on, merged_into, recorded_at FROM employers"

    init(_ row: Row) throws {
        id = try row.decode("id")
        creditCode = try row.decode("credit_code")
        name = try row.decode("name")
        kind = try row.word("kind")
        level = try row.word("level")
        division = try row.decodeIfPresent("division")
        area = try row.authority("area")
        closedOn = try row.decodeIfPresent("closed_on")
        mergedInto = try row.decodeIfPresent("merged_into")
        recordedAt = try row.decode("recorded_at")
    }
}

extension RegistryStore {
    /// - Throws: `StoreError.invalid` for fields that cannot be, `.conflict` where the credit code is taken, `.forbidden`
    ///   outside the caller's area.
    public func createEmployer(_ employer: NewEmployer, as caller: Caller, once: OnceKey? = nil) async throws
        -> EmployerRecord
    {
        let scope = try await permit(.createEmployer, caller)
        return try await loggingRefusal(.createEmployer, caller) {
            try await write(as: caller, once: once) { transaction in
                let code = try FieldChecks.creditCode(employer.creditCode)
                var reasons = FieldChecks.name(employer.name, field: "name")
                reasons += FieldChecks.division(employer.division, level: employer.level, transaction.policies)
                guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
                let division = employer.level == .county ? employer.division : nil
                let area = employer.level == .county ? division.map { Authority.county($0) } : .city
                guard scope != .area || area == caller.authority else {
                    throw StoreError.forbidden(.outsideJurisdiction)
                }
                let id = UUID()
                let results = try await transaction.pipeline([
                    """
                    INSERT INTO employers (id, credit_code, name, kind, level, division)
                    VALUES (\(id), \(code.value), \(employer.name), \(employer.kind.rawValue), \(employer.level.rawValue), \(division))
                    """,
                    AccessLine(.createEmployer, record: id).statement(by: caller),
                    "\(unescaped: EmployerRecord.columns) WHERE id = \(id)",
                ])
                return try EmployerRecord(results[2][0])
            }
        }
    }

    public func employer(id: UUID, as caller: Caller) async throws -> EmployerRecord {
        try await permit(.readEmployer, caller, record: id)
        let rows = try await pipeline(as: caller, ["\(unescaped: EmployerRecord.columns) WHERE id = \(id)"])[0]
        guard let row = rows.first else { throw StoreError.notFound(.employerUnknown) }
        return try EmployerRecord(row)
    }

    /// By credit code, or by a part of the name; in the order of names.
    public func searchEmployers(
        q: String?, authority: Authority?, cursor: String?, limit: Int?, as caller: Caller
    ) async throws -> Page<EmployerRecord> {
        try await permit(.readEmployer, caller)
        let after = try Cursor.decode(cursor, as: NameKey.self)
        let size = Cursor.limit(limit)
        let pattern = q.map { "%" + LikePattern.escaped($0) + "%" }
        let rows = try await pipeline(
            as: caller,
            [
                """
                \(unescaped: EmployerRecord.columns)
                WHERE (\(pattern)::text IS NULL OR name LIKE \(pattern) OR credit_code = \(q))
                  AND (\(authority?.description)::text IS NULL OR area = \(authority?.description))
                  AND (\(after?.name)::text IS NULL OR (name, id) > (\(after?.name), \(after?.id)))
                ORDER BY name, id LIMIT \(size + 1)
                """
            ])[0]
        let items = try rows.prefix(size).map { try EmployerRecord($0) }
        let next = rows.count > size ? try items.last.map { try Cursor.encode(NameKey(name: $0.name, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }
}

/// Where a list in the order of names goes on.
struct NameKey: Codable {
    var name: String
    var id: UUID
}

enum LikePattern {
    /// The characters that LIKE gives a meaning, taken literally.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }
}
