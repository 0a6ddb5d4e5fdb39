import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Schedules a session (F2, P2). Rooms and teachers that are taken at that time are the database's to refuse.
    ///
    /// - Throws: `StoreError.invalid` with rule IDs, `.conflict` where a room, a teacher or the code is taken.
    public func scheduleTraining(_ session: NewTrainingSession, as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingSessionRecord
    {
        try await permit(.scheduleTraining, caller)
        return try await write(as: caller, once: once) { transaction in
            let id = try await transaction.insert(session)
            return try await transaction.trainingSession(id)
        }
    }

    /// Frees rooms, teachers and learners, and gives back what was paid (P2).
    public func cancelTraining(id: UUID, reason: String, as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingSessionRecord
    {
        try await permit(.scheduleTraining, caller, record: id)
        return try await write(as: caller, once: once) { transaction in
            try FieldChecks.statement(reason, field: "reason")
            _ = try await transaction.holdTrainingSession(id, in: [.scheduled, .called])
            _ = try await transaction.pipeline([
                """
                UPDATE training_sessions SET state = 'cancelled', cancelled_on = \(transaction.today), cancelled_because = \(reason)
                WHERE id = \(id)
                """,
                AccessLine(.scheduleTraining, record: id, reason: "cancel").statement(by: caller),
            ])
            try await transaction.refundAll(of: id, reason: reason)
            return try await transaction.trainingSession(id)
        }
    }

    public func trainingSession(id: UUID, as caller: Caller) async throws -> TrainingSessionRecord {
        try await permit(.readTraining, caller, record: id)
        return try await read(as: caller) { try await $0.trainingSession(id) }
    }

    /// In the order of their first day.
    public func trainingSessions(_ filter: TrainingSessionFilter, as caller: Caller) async throws
        -> Page<TrainingSessionRecord>
    {
        try await permit(.readTraining, caller)
        let after = try Cursor.decode(filter.cursor, as: SessionKey.self)
        let size = Cursor.limit(filter.limit)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT \(unescaped: TrainingSessionRecord.json) AS record FROM training_sessions s
                WHERE (\(filter.subjectYear.map { Int32($0) })::int IS NULL OR s.subject_year = \(filter.subjectYear.map { Int32($0) }))
                  AND (\(filter.state?.rawValue)::text IS NULL OR s.state = \(filter.state?.rawValue))
                  AND (\(after?.startsOn)::date IS NULL OR (s.starts_on, s.id) > (\(after?.startsOn), \(after?.id)))
                ORDER BY s.starts_on, s.id LIMIT \(size + 1)
                """
            ])[0]
        let items = try rows.prefix(size).map { try $0.json("record", as: TrainingSessionRecord.self) }
        let next =
            rows.count > size
            ? try items.last.map { try Cursor.encode(SessionKey(startsOn: $0.startsOn, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }
}

/// Where a list in the order of first days goes on.
private struct SessionKey: Codable {
    var startsOn: Day
    var id: UUID
}

extension RegistryTransaction {
    func trainingSession(_ id: UUID) async throws -> TrainingSessionRecord {
        try await one(
            "SELECT \(unescaped: TrainingSessionRecord.json) AS record FROM training_sessions s WHERE s.id = \(id)",
            orElse: .sessionUnknown
        ).json("record")
    }

    /// The session, which nobody else changes until this transaction ends.
    ///
    /// - Throws: `StoreError.conflict` where it is past these states.
    func holdTrainingSession(_ id: UUID, in states: Set<TrainingSessionState>) async throws -> TrainingSessionRecord {
        _ = try await one(
            "SELECT 1 AS held FROM training_sessions WHERE id = \(id) FOR NO KEY UPDATE", orElse: .sessionUnknown)
        let session = try await trainingSession(id)
        guard states.contains(session.state) else { throw StoreError.conflict(.sessionClosed, entry: nil, claim: nil) }
        return session
    }

    fileprivate func insert(_ session: NewTrainingSession) async throws -> UUID {
        let halfDays = try session.checked()
        let sums: TrainingSessionRules.Sums
        switch TrainingSessionRules.assess(
            halfDays, subjectYear: session.subjectYear, feeInFen: session.feeInFen,
            document: session.priceDocument, policies: policies, today: today)
        {
        case .success(let accepted): sums = accepted
        case .failure(let refusal): throw StoreError.invalid(refusal.reasons)
        }
        guard let policy = policies.policy(forSubjectYear: session.subjectYear) else {
            throw StoreError.invalid([.subjectYearUnknown(session.subjectYear)])
        }
        let id = UUID()
        _ = try await pipeline([
            """
            INSERT INTO training_sessions (id, code, subject_year, course_title, place, places, hours, starts_on, ends_on, fee_in_fen,
                price_notice, price_version, price_document, approved_fen_per_hour, recorded_by, recorded_on)
            VALUES (\(id), \(session.code), \(Int32(session.subjectYear)), \(sums.courseTitle.zh), \(session.place),
                    \(Int32(session.places)), \(Int32(sums.hours)), \(sums.startsOn), \(sums.endsOn), \(Int32(session.feeInFen)),
                    \(policy.id), \(Int32(policy.version ?? 0)), \(sums.price.document), \(Int32(sums.price.fenPerHour)),
                    \(caller.userId), \(today))
            """,
            """
            INSERT INTO training_half_days (id, session_id, number, day, part, starts_at, ends_at, hours, room, teacher, topic)
            SELECT gen_random_uuid(), \(id), row_number() OVER (ORDER BY x.day, x."startsAt"), x.day, x.part,
                   (x.day + x."startsAt") AT TIME ZONE 'Asia/Shanghai', (x.day + x."endsAt") AT TIME ZONE 'Asia/Shanghai',
                   x.hours, x.room, x.teacher, x.topic
            FROM jsonb_to_recordset(\(JSONB(text: try RegistryJSON.string(session.halfDays))))
                 AS x (day date, part text, "startsAt" time, "endsAt" time, hours int, room text, teacher text, topic text)
            """,
            """
            INSERT INTO training_sign_in_keys (half_day_id, key)
            SELECT id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) FROM training_half_days WHERE session_id = \(id)
            """,
            AccessLine(.scheduleTraining, record: id).statement(by: caller),
        ])
        return id
    }
}

extension NewTrainingSession {
    /// - Throws: `StoreError.invalid` with every field that cannot be.
    fileprivate func checked() throws -> [TrainingSessionRules.HalfDay] {
        var reasons = FieldChecks.name(code, field: "code") + FieldChecks.name(place, field: "place")
        if code.count > 60 || code != code.trimmingCharacters(in: .whitespaces) {
            reasons.append(.field("code", found: nil, expected: Text(zh: "不超过60字", en: "at most 60 characters")))
        }
        if !(1...1000).contains(places) {
            reasons.append(.field("places", found: "\(places)", expected: Text(zh: "1至1000", en: "1 to 1000")))
        }
        if !(0...10_000_000).contains(feeInFen) {
            reasons.append(
                .field(
                    "feeInFen", found: "\(feeInFen)", expected: Text(zh: "不为负的分", en: "fen, not negative"), rule: .P2))
        }
        if halfDays.count > 60 {
            reasons.append(
                .field("halfDays", found: "\(halfDays.count)", expected: Text(zh: "不超过60个半天", en: "at most 60")))
        }
        var checked: [TrainingSessionRules.HalfDay] = []
        for (index, half) in halfDays.enumerated() {
            reasons += FieldChecks.name(half.room, field: "halfDays[\(index)].room")
            reasons += FieldChecks.name(half.teacher, field: "halfDays[\(index)].teacher")
            reasons += FieldChecks.optionalText(half.topic, field: "halfDays[\(index)].topic")
            guard let starts = TrainingSessionRules.minutes(half.startsAt),
                let ends = TrainingSessionRules.minutes(half.endsAt)
            else {
                reasons.append(
                    .field(
                        "halfDays[\(index)].startsAt", found: nil,
                        expected: Text(zh: "时刻如 09:00", en: "a time of day as 09:00")))
                continue
            }
            checked.append(
                .init(day: half.day, part: half.part, startsAt: starts, endsAt: ends, hours: half.hours))
        }
        guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
        return checked
    }
}
