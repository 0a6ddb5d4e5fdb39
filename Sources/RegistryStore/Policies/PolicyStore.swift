import Crypto
import Foundation
import PostgresClient
import RegistryDomain

/// One version of a notice as it was loaded.
public struct PolicyRecord: Codable, Sendable {
    public var id: String
    public var version: Int
    public var number: String
    public var category: String
    public var subjectYears: [Int]
    public var loadedBy: String
    public var recordedAt: Date
}

extension RegistryStore {
    /// Records a policy as the next version of its notice and puts its subject years in force. A document that is
    /// the one in force already changes nothing.
    ///
    /// - Parameters:
    ///   - document: the policy as JSON, what `Policy` decodes from.
    ///   - source: the file's text, kept as it was.
    ///   - person: who loads it; a name for the record.
    /// - Throws: `StoreError.invalid` where the policy has mistakes, `.conflict` where a subject year belongs to
    ///   another notice.
    public func loadPolicy(_ policy: Policy, document: String, source: String, by person: String) async throws
        -> PolicyReference
    {
        let mistakes = policy.validate()
        guard mistakes.isEmpty else {
            throw StoreError.invalid(mistakes.map { .field($0.path, found: nil, expected: $0.message, rule: .S1) })
        }
        let reference = try await translating {
            try await pool.withTransaction(retries: 3) { sql in try await load(policy, document, source, person, sql) }
        }
        await policyCache.forget()
        return reference
    }

    private func load(
        _ policy: Policy, _ document: String, _ source: String, _ person: String, _ sql: PostgresTransaction
    ) async throws -> PolicyReference {
        let checksum = Array(SHA256.hash(data: Data(document.utf8)))
        _ = try await sql.execute("SELECT pg_advisory_xact_lock(hashtext('policies'))")
        let latest = try await sql.execute(
            "SELECT version, checksum FROM policies WHERE notice = \(policy.id) ORDER BY version DESC LIMIT 1")
        let held = try latest.first?.decode("version", as: Int32.self) ?? 0
        if let row = latest.first, try row.decode("checksum", as: [UInt8].self) == checksum {
            return PolicyReference(id: policy.id, number: policy.number, version: Int(held))
        }
        try await refuseForeignYears(policy, sql)
        let version = held + 1
        _ = try await sql.pipeline(
            [
                """
                INSERT INTO policies (notice, version, number, category, document, source, checksum, loaded_by)
                VALUES (\(policy.id), \(version), \(policy.number), \(policy.category.id), \(JSONB(text: document)),
                        \(source), \(checksum), \(person))
                """,
                "DELETE FROM subject_years WHERE notice = \(policy.id)",
            ] + policy.subjectYears.map { row(of: $0, policy, version) }
                + policy.routes.map { row(of: $0, policy, version) }
                + (policy.training?.approvedPrices ?? []).map { row(of: $0, policy, version) }
                + policy.subjectYears.map { "SELECT settle_subject_year(\(Int32($0.year)))" })
        return PolicyReference(id: policy.id, number: policy.number, version: Int(version))
    }

    private func refuseForeignYears(_ policy: Policy, _ sql: PostgresTransaction) async throws {
        let foreign = try await sql.execute(
            """
            SELECT year, notice FROM subject_years
            WHERE notice <> \(policy.id) AND year = ANY (\(policy.subjectYears.map { Int32($0.year) }))
            """)
        guard let row = foreign.first else { return }
        let year = try row.decode("year", as: Int32.self)
        let notice = try row.decode("notice", as: String.self)
        throw StoreError.conflict(.yearOfAnotherNotice(Int(year), notice: notice), entry: nil, claim: nil)
    }

    private func row(of year: SubjectYear, _ policy: Policy, _ version: Int32) -> Statement {
        """
        INSERT INTO subject_years (year, notice, version, category, required_hours, compulsory_hours, elective_hours,
            online_from, online_until, face_to_face_from, face_to_face_until, due_on)
        VALUES (\(Int32(year.year)), \(policy.id), \(version), \(policy.category.id), \(Int32(year.requiredHours)),
                \(Int32(year.online.compulsoryHours)), \(Int32(year.online.electiveHours)), \(year.onlineWindow.from),
                \(year.onlineWindow.until), \(year.faceToFaceWindow.from), \(year.faceToFaceWindow.until), \(year.dueOn))
        """
    }

    private func row(of price: TrainingTerms.ApprovedPrice, _ policy: Policy, _ version: Int32) -> Statement {
        """
        INSERT INTO approved_prices (notice, version, document, fen_per_hour, valid_from, valid_until)
        VALUES (\(policy.id), \(version), \(price.document), \(Int32(price.fenPerHour)), \(price.from), \(price.until))
        """
    }

    private func row(of route: Route, _ policy: Policy, _ version: Int32) -> Statement {
        """
        INSERT INTO policy_routes (notice, version, mode, level, authority, rule)
        VALUES (\(policy.id), \(version), \(route.mode.rawValue), \(route.level.rawValue), \(route.authority.rawValue),
                \(route.rule.rawValue))
        """
    }

    /// Every version of every notice, the newest of each first.
    public func listPolicies() async throws -> [PolicyRecord] {
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT notice, version, number, category, loaded_by, recorded_at,
                       ARRAY(SELECT (y ->> 'year')::int FROM jsonb_array_elements(document -> 'subjectYears') y) AS years
                FROM policies ORDER BY notice, version DESC
                """)
        }
        return try rows.map { row in
            PolicyRecord(
                id: try row.decode("notice"), version: Int(try row.decode("version", as: Int32.self)),
                number: try row.decode("number"), category: try row.decode("category"),
                subjectYears: try row.decode("years", as: [Int32].self).map(Int.init),
                loadedBy: try row.decode("loaded_by"), recordedAt: try row.decode("recorded_at"))
        }
    }

    /// The policy document in force of a notice, as JSON, and the file it came from.
    public func policyDocument(notice: String) async throws -> (document: String, source: String) {
        let rows = try await translating {
            try await pool.execute(
                "SELECT document, source FROM policies WHERE notice = \(notice) ORDER BY version DESC LIMIT 1")
        }
        guard let row = rows.first else { throw StoreError.notFound(.recordUnknown) }
        return (try row.decode("document", as: JSONB.self).text, try row.decode("source"))
    }
}
