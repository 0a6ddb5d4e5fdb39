import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Issues what the counter answers today, as a numbered document that stays.
    ///
    /// - Throws: `StoreError.invalid` where today's answer is neither acceptance nor refusal, or the purpose bars nothing
    ///   at a counter (E6).
    public func issueNotice(
        learner: UUID, purpose: Purpose, as caller: Caller, once: OnceKey? = nil
    ) async throws -> NoticeRecord {
        try await permit(.issueNotice, caller, record: learner)
        return try await loggingRefusal(.issueNotice, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                try await transaction.issueNotice(learner, purpose)
            }
        }
    }

    /// A notice by its code, for whoever may ask what the counter answers about that learner.
    public func notice(code: String, as caller: Caller) async throws -> NoticeDocument {
        try await permit(.readEligibility, caller)
        let rows = try await pipeline(
            as: caller,
            [
                """
                \(unescaped: NoticeQuery.columns) WHERE n.code = \(CertificateCode.plain(code))
                """
            ])[0]
        guard let row = rows.first else { throw try await unseen(code, .readEligibility, .notice, caller) }
        let record = try NoticeQuery.record(row)
        let line = AccessLine(.readEligibility, learner: record.learnerId, record: record.id, reason: "notice")
        _ = try await translating { try await pool.execute(line.statement(by: caller)) }
        return NoticeDocument(
            notice: record, status: try row.decode("superseded") ? .superseded : .stands,
            issuedAt: try row.decode("recorded_at"))
    }

    /// What was issued to a learner, the newest first.
    public func notices(of learner: UUID, as caller: Caller) async throws -> [NoticeSummary] {
        let rows = try await readingLearner(
            learner, .readEligibility, why: "notices", as: caller,
            [
                """
                SELECT code, notice_number, purpose, outcome, issued_on FROM notices
                WHERE learner_id IN (SELECT person_records(\(learner), NULL)) ORDER BY notice_number DESC LIMIT 20
                """
            ])[0]
        return try rows.map { row in
            NoticeSummary(
                code: CertificateCode.grouped(try row.decode("code")), number: try row.decode("notice_number"),
                purpose: Purpose(rawValue: try row.decode("purpose")), outcome: try row.word("outcome"),
                issuedOn: try row.decode("issued_on"))
        }
    }
}

enum NoticeQuery {
    static let columns = """
        SELECT n.id, n.notice_number, n.code, n.learner_id, n.name, n.purpose, n.outcome, n.authority, n.issued_on,
               u.person_name, n.content, n.recorded_at,
               EXISTS (SELECT FROM reversals r WHERE r.entry_id = ANY (n.entries)) AS superseded
        FROM notices n JOIN users u ON u.id = n.recorded_by
        """

    static func record(_ row: Row) throws -> NoticeRecord {
        NoticeRecord(
            id: try row.decode("id"), number: try row.decode("notice_number"),
            code: CertificateCode.grouped(try row.decode("code")), learnerId: try row.decode("learner_id"),
            name: try row.decode("name"), purpose: Purpose(rawValue: try row.decode("purpose")),
            outcome: try row.word("outcome"), authority: try row.authority("authority"),
            issuedOn: try row.decode("issued_on"), issuedBy: try row.decode("person_name"),
            content: try row.json("content"))
    }
}

extension RegistryTransaction {
    fileprivate func issueNotice(_ learner: UUID, _ purpose: Purpose) async throws -> NoticeRecord {
        guard let authority = caller.authority else { throw StoreError.forbidden(.roleMayNot) }
        let record = try await visibleLearner(learner)
        let history = try await history(of: learner)
        let answer = Eligibility.answer(purpose, history: history, policies: policies, asOf: today)
        guard policies.terms(of: purpose)?.terms.effect == .blocksWhenIncomplete,
            [.accepted, .refused].contains(answer.outcome)
        else { throw StoreError.invalid(answer.reasons.isEmpty ? [.noticeNotApplicable] : answer.reasons) }
        let id = UUID()
        let person = record.mergedInto ?? learner
        let content = NoticeContent(answer: answer, holder: DocumentHolder(record))
        let results = try await pipeline([
            """
            INSERT INTO notices (id, code, learner_id, name, purpose, outcome, authority, content, entries, issued_on, recorded_by)
            VALUES (\(id), \(CertificateCode.make()), \(person), \(record.name), \(purpose.rawValue), \(answer.outcome.rawValue),
                    \(authority.description), \(JSONB(text: try RegistryJSON.string(content))), \(answer.years.flatMap(\.entries)),
                    \(today), \(caller.userId))
            """,
            AccessLine(.issueNotice, learner: person, record: id, reason: purpose.rawValue).statement(by: caller),
            "\(unescaped: NoticeQuery.columns) WHERE n.id = \(id)",
        ])
        guard let row = results[2].first else { throw StoreError.notFound(.recordUnknown) }
        return try NoticeQuery.record(row)
    }
}
