import Foundation
import PostgresClient
import RegistryDomain

/// What a work queue is filtered by.
public struct ClaimFilter: Sendable {
    public var state: ClaimState?
    /// The caller's own authority when nil and the caller is an officer.
    public var authority: Authority?
    public var subjectYear: Int?
    public var learner: UUID?
    /// Only those that carry a flag.
    public var flagged: Bool
    public var mode: Mode?
    /// Only those about which something is unusual: a flag, or what `ClaimConcerns` says.
    public var unusual: Bool
    /// A part of the learner's name.
    public var name: String?
    public var cursor: String?
    public var limit: Int?

    public init(
        state: ClaimState? = nil, authority: Authority? = nil, subjectYear: Int? = nil, learner: UUID? = nil,
        flagged: Bool = false, mode: Mode? = nil, unusual: Bool = false, name: String? = nil, cursor: String? = nil,
        limit: Int? = nil
    ) {
        self.state = state
        self.authority = authority
        self.subjectYear = subjectYear
        self.learner = learner
        self.flagged = flagged
        self.mode = mode
        self.unusual = unusual
        self.name = name
        self.cursor = cursor
        self.limit = limit
    }
}

enum ClaimQuery {
    static let columns = """
        SELECT c.id, c.state, c.learner_id, l.name, l.id_number, o.name AS employer_name, c.subject_year, c.mode, c.hours,
               c.routed_to, c.rules, c.flags, c.assumptions, c.evidence, c.reason, c.submitted_on, c.state_since, c.version,
               e.id AS entry
        FROM claims c
        LEFT JOIN learners l ON l.id = c.learner_id
        LEFT JOIN employers o ON o.id = c.employer_id
        LEFT JOIN register_entries e ON e.claim_id = c.id
        """

    static func record(_ row: Row, today: Day) throws -> ClaimRecord {
        let state: ClaimState = try row.word("state")
        let mode: Mode = try row.word("mode")
        let evidence: Evidence =
            switch mode {
            case .online: .online(try row.json("evidence"))
            case .faceToFace: .faceToFace(try row.json("evidence"))
            }
        let routedTo = try row.authority("routed_to")
        let since = try row.decode("state_since", as: Day.self)
        let nextActor: String? =
            switch state {
            case .submitted: routedTo.description
            case .returned: "learner"
            case .recognized, .rejected, .withdrawn: nil
            }
        return ClaimRecord(
            id: try row.decode("id"), state: state, learnerId: try row.decode("learner_id"),
            learnerName: try row.decodeIfPresent("name"),
            idNumberMasked: try row.decodeIfPresent("id_number", as: String.self).map(IdentityNumber.masked),
            employerName: try row.decodeIfPresent("employer_name"),
            subjectYear: Int(try row.decode("subject_year", as: Int32.self)), mode: mode,
            hours: Int(try row.decode("hours", as: Int32.self)), routedTo: routedTo,
            rules: try row.decode("rules", as: [String].self).map { RuleID(rawValue: $0) },
            flags: try row.decode("flags"),
            assumptions: try row.decode("assumptions", as: [String].self).map { RuleID(rawValue: $0) },
            evidence: evidence, reason: try row.decodeIfPresent("reason"), submittedOn: try row.decode("submitted_on"),
            stateSince: since,
            waitingDays: nextActor == nil ? nil : Int(today.daysSince2000 - since.daysSince2000), nextActor: nextActor,
            version: Int(try row.decode("version", as: Int32.self)), entry: try row.decodeIfPresent("entry"),
            history: nil)
    }

    static func history(of claim: UUID) -> Statement {
        """
        SELECT v.event, v.state, v.reason, v.occurred_on, u.person_name, v.recorded_at
        FROM claim_events v JOIN users u ON u.id = v.recorded_by WHERE v.claim_id = \(claim) ORDER BY v.id
        """
    }

    static func event(_ row: Row) throws -> ClaimEventRecord {
        ClaimEventRecord(
            event: try row.decode("event"), state: try row.word("state"), reason: try row.decodeIfPresent("reason"),
            occurredOn: try row.decode("occurred_on"), by: try row.decode("person_name"),
            recordedAt: try row.decode("recorded_at"))
    }
}

extension RegistryStore {
    /// One claim with its history, for whoever may see it.
    public func claim(id: UUID, as caller: Caller) async throws -> ClaimRecord {
        try await permit(.readClaim, caller, record: id)
        return try await loggingRefusal(.readClaim, caller, record: id) {
            try await read(as: caller) { transaction in try await transaction.claim(id) }
        }
    }

    /// The queue, longest waiting first: what an officer's authority must decide, or what the caller may see.
    public func claims(_ filter: ClaimFilter, as caller: Caller) async throws -> Page<ClaimRecord> {
        let scope = try await permit(.listClaims, caller)
        let authority = try await queue(asked: filter.authority, scope, caller)
        let after = try Cursor.decode(filter.cursor, as: ClaimKey.self)
        let size = Cursor.limit(filter.limit)
        let pattern = filter.name.map { "%" + LikePattern.escaped($0) + "%" }
        let unusual = filter.unusual ? "AND \(UnusualClaims.condition(try await policies()))" : ""
        let rows = try await pipeline(
            as: caller,
            [
                """
                \(unescaped: ClaimQuery.columns)
                WHERE (\(authority?.description)::text IS NULL OR c.routed_to = \(authority?.description))
                  AND (\(filter.state?.rawValue)::text IS NULL OR c.state = \(filter.state?.rawValue))
                  AND (\(filter.subjectYear)::int8 IS NULL OR c.subject_year = \(filter.subjectYear))
                  AND (\(filter.learner)::uuid IS NULL OR c.learner_id IN (SELECT person_records(\(filter.learner), NULL)))
                  AND (NOT \(filter.flagged)::bool OR cardinality(c.flags) > 0)
                  AND (\(filter.mode?.rawValue)::text IS NULL OR c.mode = \(filter.mode?.rawValue))
                  AND (\(pattern)::text IS NULL OR l.name LIKE \(pattern))
                  \(unescaped: unusual)
                  AND (\(after?.since)::date IS NULL OR (c.state_since, c.id) > (\(after?.since), \(after?.id)))
                ORDER BY c.state_since, c.id LIMIT \(Int64(size + 1))
                """,
                AccessLine(.listClaims, learner: filter.learner).statement(by: caller),
            ])[0]
        let today = today
        let items = try rows.prefix(size).map { try ClaimQuery.record($0, today: today) }
        let next =
            rows.count > size
            ? try items.last.map { try Cursor.encode(ClaimKey(since: $0.stateSince, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }

    /// An officer's queue is that of the officer's authority; the city bureau and the auditor may look at any.
    private func queue(asked: Authority?, _ scope: Rights.Scope, _ caller: Caller) async throws -> Authority? {
        guard let own = caller.authority else { return asked }
        if let asked, asked != own, scope != .all {
            try await recordRefusal(.listClaims, reason: .outsideJurisdiction, caller: caller)
            throw StoreError.forbidden(.outsideJurisdiction)
        }
        return asked ?? own
    }
}

private struct ClaimKey: Codable {
    var since: Day
    var id: UUID
}

extension RegistryTransaction {
    /// - Throws: `StoreError.forbidden` where the claim is another's, `.notFound` where there is none.
    func claim(_ id: UUID) async throws -> ClaimRecord {
        let results = try await pipeline([
            "\(unescaped: ClaimQuery.columns) WHERE c.id = \(id)", ClaimQuery.history(of: id),
            "SELECT claim_routed_to(\(id)) AS routed_to",
        ])
        guard let row = results[0].first else {
            let elsewhere = try results[2].first?.decodeIfPresent("routed_to", as: String.self)
            throw elsewhere == nil ? StoreError.notFound(.claimUnknown) : .forbidden(.outsideJurisdiction)
        }
        var record = try ClaimQuery.record(row, today: today)
        record.history = try results[1].map(ClaimQuery.event)
        return record
    }
}
