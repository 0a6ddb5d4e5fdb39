import Foundation
import PostgresClient
import RegistryDomain

/// What a learner is looked for by.
public struct LearnerSearch: Sendable {
    /// Exact, any number that the person ever had.
    public var idNumber: String?
    /// A part of the name.
    public var q: String?
    /// What the name begins with: quick however many learners there are, which a part of the name is not.
    public var nameBegins: String?
    public var authority: Authority?
    public var employerCreditCode: String?
    public var cursor: String?
    public var limit: Int?

    public init(
        idNumber: String? = nil, q: String? = nil, nameBegins: String? = nil, authority: Authority? = nil,
        employerCreditCode: String? = nil, cursor: String? = nil, limit: Int? = nil
    ) {
        self.idNumber = idNumber
        self.q = q
        self.nameBegins = nameBegins
        self.authority = authority
        self.employerCreditCode = employerCreditCode
        self.cursor = cursor
        self.limit = limit
    }
}

extension RegistryStore {
    /// Records a learner with the first employment.
    ///
    /// - Throws: `StoreError.invalid` with every field that cannot be, `.conflict` where the ID number is or was
    ///   somebody's, `.forbidden` where the employer is not in the caller's area or unit.
    public func createLearner(_ learner: NewLearner, as caller: Caller, once: OnceKey? = nil) async throws
        -> LearnerRecord
    {
        let scope = try await permit(.createLearner, caller)
        return try await loggingRefusal(.createLearner, caller) {
            try await write(as: caller, once: once) { transaction in
                let id = try await transaction.insert(learner, scope: scope)
                return try await transaction.learner(id)
            }
        }
    }

    /// The learners that the caller may see and that match, in the order of names. A merged record leads to the one that
    /// was kept.
    public func searchLearners(_ search: LearnerSearch, as caller: Caller) async throws -> Page<LearnerSummary> {
        try await permit(.searchLearners, caller)
        let number = try search.idNumber.map { try FieldChecks.identityNumber($0).value }
        let after = try Cursor.decode(search.cursor, as: NameKey.self)
        let size = Cursor.limit(search.limit)
        var wanted = Conditions()
        wanted.add("l.merged_into IS NULL AND NOT EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = l.id)")
        if let number {
            wanted.add(
                """
                l.id = (SELECT coalesce(m.merged_into, m.id) FROM learner_id_numbers n
                        JOIN learners m ON m.id = n.learner_id WHERE n.id_number = ?1)
                """, Parameter(number))
        }
        if let q = search.q { wanted.add("l.name LIKE ?1", Parameter("%" + LikePattern.escaped(q) + "%")) }
        if let beginning = search.nameBegins {
            // The index may be used under row-level security: these operators give nothing away, LIKE might.
            wanted.add(
                "l.name ~>=~ ?1 AND l.name ~<~ ?2", Parameter(beginning), Parameter(beginning + "\u{10FFFF}"))
        }
        if let authority = search.authority { wanted.add("l.area = ?1", Parameter(authority.description)) }
        if let code = search.employerCreditCode { wanted.add("o.credit_code = ?1", Parameter(code)) }
        // What begins so comes in the order of its index, that of code points: a page is the first rows from there on.
        let isByBeginning = search.nameBegins != nil
        if let after {
            let later = isByBeginning ? "l.name ~>=~ ?1 AND (l.name ~>~ ?1 OR l.id > ?2)" : "(l.name, l.id) > (?1, ?2)"
            wanted.add(later, Parameter(after.name), Parameter(after.id))
        }
        let statement = Statement(
            "\(LearnerSummary.columns) WHERE \(wanted.sql) ORDER BY l.name\(isByBeginning ? " USING ~<~" : ""), l.id LIMIT \(size + 1)",
            wanted.parameters)
        let results = try await pipeline(as: caller, [statement, AccessLine(.searchLearners).statement(by: caller)])
        let items = try results[0].prefix(size).map { try LearnerSummary($0) }
        let next =
            results[0].count > size ? try items.last.map { try Cursor.encode(NameKey(name: $0.name, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }

    public func learner(id: UUID, as caller: Caller) async throws -> LearnerRecord {
        try LearnerQuery.record(
            from: try await readingLearner(id, .readLearner, as: caller, LearnerQuery.statements(id))[...])
    }
}

extension RegistryTransaction {
    fileprivate func insert(_ learner: NewLearner, scope: Rights.Scope) async throws -> UUID {
        let number = try FieldChecks.identityNumber(learner.idNumber)
        var reasons = FieldChecks.name(learner.name, field: "name")
        reasons += FieldChecks.optionalText(learner.post, field: "post")
        reasons += FieldChecks.optionalText(learner.title, field: "title")
        guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
        let gender = try FieldChecks.gender(learner.gender)
        try FieldChecks.notAfter(today, learner.employedFrom, field: "employedFrom")
        try FieldChecks.notAfter(today, learner.employedUntil, field: "employedUntil")
        if let until = learner.employedUntil, until < learner.employedFrom {
            throw StoreError.invalid([.periodReversed])
        }
        let employer = try await openEmployer(learner.employerCreditCode)
        try checkArea(of: employer, scope: scope)
        let id = UUID()
        _ = try await pipeline([
            """
            INSERT INTO learners (id, id_number, name, gender, post, title, professional_since, employer_id, area)
            VALUES (\(id), \(number.value), \(learner.name), \(gender), \(learner.post), \(learner.title),
                    \(learner.professionalSince), \(employer.id), \(employer.area.description))
            """,
            "INSERT INTO learner_id_numbers (id_number, learner_id) VALUES (\(number.value), \(id))",
            """
            INSERT INTO employments (id, learner_id, employer_id, employed_from, employed_until, recorded_by)
            VALUES (gen_random_uuid(), \(id), \(employer.id), \(learner.employedFrom), \(learner.employedUntil), \(caller.userId))
            """,
            AccessLine(.createLearner, learner: id).statement(by: caller),
        ])
        return id
    }

    /// The employer that a code stands for now: one that was merged leads on, one that was closed takes nobody.
    func openEmployer(_ creditCode: String) async throws -> EmployerRecord {
        let code = try FieldChecks.creditCode(creditCode)
        let rows = try await execute(
            """
            \(unescaped: EmployerRecord.columns)
            WHERE id = (SELECT coalesce(merged_into, id) FROM employers WHERE credit_code = \(code.value))
            """)
        guard let row = rows.first else { throw StoreError.notFound(.employerUnknown) }
        let employer = try EmployerRecord(row)
        guard employer.closedOn == nil else { throw StoreError.conflict(.employerClosed, entry: nil, claim: nil) }
        return employer
    }

    func checkArea(of employer: EmployerRecord, scope: Rights.Scope) throws {
        let isInside =
            switch scope {
            case .all: true
            case .area: employer.area == caller.authority
            case .unit: employer.id == caller.employerId
            case .own, .routed: false
            }
        guard isInside else { throw StoreError.forbidden(.outsideJurisdiction) }
    }

    /// The whole record, as the caller may see it.
    func learner(_ id: UUID) async throws -> LearnerRecord {
        try LearnerQuery.record(from: try await pipeline(LearnerQuery.statements(id))[...])
    }

    /// The whole record; tells "another's" from "not there".
    func visibleLearner(_ id: UUID) async throws -> LearnerRecord {
        let results = try await pipeline(LearnerQuery.statements(id) + ["SELECT learner_exists(\(id)) AS present"])
        guard results[0].isEmpty else { return try LearnerQuery.record(from: results[...]) }
        let present = try results.last?.first?.decode("present", as: Bool.self) ?? false
        throw present ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.learnerUnknown)
    }

    /// Holds the learner against other changes until the transaction ends, and tells "another's" from "not there".
    func holdLearner(_ id: UUID) async throws -> (area: Authority, version: Int, mergedInto: UUID?) {
        let results = try await pipeline([
            "SELECT area, version, merged_into FROM learners WHERE id = \(id) FOR NO KEY UPDATE",
            "SELECT learner_exists(\(id)) AS present",
        ])
        guard let row = results[0].first else {
            let present = try results[1].first?.decode("present", as: Bool.self) ?? false
            throw present ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.learnerUnknown)
        }
        return (
            try row.authority("area"), Int(try row.decode("version", as: Int32.self)),
            try row.decodeIfPresent("merged_into")
        )
    }
}

enum LearnerQuery {
    static func statements(_ id: UUID) -> [Statement] {
        [
            "\(unescaped: LearnerSummary.columns) WHERE l.id = \(id)",
            """
            SELECT e.id, o.id AS employer_id, o.credit_code, o.name AS employer_name, o.kind, o.level, o.division,
                   e.employed_from, e.employed_until, e.recorded_at
            FROM employments e JOIN employers o ON o.id = e.employer_id
            WHERE e.learner_id IN (SELECT person_records(\(id), NULL)) AND e.retracted_at IS NULL
            ORDER BY e.employed_from, e.id
            """,
            """
            SELECT c.field, c.old_value, c.new_value, c.reason, c.document, c.corrected_on, u.person_name, c.recorded_at
            FROM learner_corrections c JOIN users u ON u.id = c.recorded_by
            WHERE c.learner_id IN (SELECT person_records(\(id), NULL)) ORDER BY c.recorded_at, c.id
            """,
            """
            SELECT x.id, x.subject_year, x.reason, x.document, x.lifts_duty, x.approved_by, x.approved_on, v.revoked_on
            FROM excuses x LEFT JOIN excuse_revocations v ON v.excuse_id = x.id
            WHERE x.learner_id IN (SELECT person_records(\(id), NULL)) ORDER BY x.approved_on, x.id
            """,
        ]
    }

    static func record(from results: ArraySlice<QueryResult>) throws -> LearnerRecord {
        let first = results.startIndex
        guard let row = results[first].first else { throw StoreError.notFound(.learnerUnknown) }
        let summary = try LearnerSummary(row)
        return LearnerRecord(
            id: summary.id, name: summary.name, idNumberMasked: summary.idNumberMasked,
            gender: try row.decodeIfPresent("gender"), employer: summary.employer, area: summary.area,
            post: summary.post,
            title: summary.title, professionalSince: try row.decodeIfPresent("professional_since"),
            employments: try results[first + 1].map { row in
                EmploymentRecord(
                    id: try row.decode("id"), employer: try EmployerSummary(row), from: try row.decode("employed_from"),
                    until: try row.decodeIfPresent("employed_until"), recordedAt: try row.decode("recorded_at"))
            },
            corrections: try results[first + 2].map(correction),
            excuses: try results[first + 3].map { try ExcuseRecord($0) },
            mergedInto: try row.decodeIfPresent("merged_into"),
            version: Int(try row.decode("version", as: Int32.self)), recordedAt: try row.decode("recorded_at"))
    }

    private static func correction(_ row: Row) throws -> CorrectionRecord {
        let field = try row.decode("field", as: String.self)
        func value(_ column: String) throws -> String? {
            let value = try row.decodeIfPresent(column, as: String.self)
            return field == "idNumber" ? value.map(IdentityNumber.masked) : value
        }
        return CorrectionRecord(
            field: field, oldValue: try value("old_value"), newValue: try value("new_value"),
            reason: try row.decode("reason"),
            document: try row.decode("document"), correctedOn: try row.decode("corrected_on"),
            by: try row.decode("person_name"),
            recordedAt: try row.decode("recorded_at"))
    }
}
