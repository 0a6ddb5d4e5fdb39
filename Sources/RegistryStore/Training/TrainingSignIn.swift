import Foundation
import PostgresClient
import RegistryDomain

/// What the screen of a half-day shows now.
public struct SignInScreen: Codable, Sendable {
    public var sessionId: UUID
    public var sessionCode: String
    public var halfDayId: UUID
    public var number: Int
    public var day: Day
    public var startsAt: String
    public var endsAt: String
    /// Nil while signing in is not open.
    public var code: String?
    /// Seconds until the next code.
    public var nextInSeconds: Int
    /// People who are there, of those with a place.
    public var present: Int
    public var taken: Int
}

/// One record of attendance.
public struct AttendanceRecord: Codable, Sendable {
    public var id: UUID
    public var sessionId: UUID
    public var sessionCode: String
    public var halfDayId: UUID
    public var number: Int
    public var learnerId: UUID
    public var isPresent: Bool
    public var method: String
    public var reason: String?
    public var recordedOn: Day

    static let json = """
        jsonb_build_object('id', a.id, 'sessionId', a.session_id, 'sessionCode', s.code, 'halfDayId', a.half_day_id, 'number', h.number,
            'learnerId', a.learner_id, 'isPresent', a.is_present, 'method', a.method, 'reason', a.reason, 'recordedOn', a.recorded_on)
        """
    static let from = """
        FROM training_attendance a JOIN training_sessions s ON s.id = a.session_id JOIN training_half_days h ON h.id = a.half_day_id
        """
}

extension RegistryStore {
    /// The code on the screen of a half-day, for the base alone.
    public func signInScreen(session: UUID, halfDay: UUID, as caller: Caller) async throws -> SignInScreen {
        try await permit(.takeAttendance, caller, record: session)
        return try await read(as: caller) { transaction in
            let row = try await transaction.one(
                """
                SELECT s.code, s.subject_year, s.state, h.number, h.day, h.starts_at, h.ends_at, k.key,
                       to_char(h.starts_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') AS starts,
                       to_char(h.ends_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') AS ends,
                       (SELECT count(*)::int FROM training_attendance_now a WHERE a.half_day_id = h.id AND a.is_present) AS present,
                       (SELECT count(*)::int FROM training_invitations i WHERE i.session_id = s.id AND i.state IN ('called', 'confirmed')) AS taken
                FROM training_half_days h JOIN training_sessions s ON s.id = h.session_id JOIN training_sign_in_keys k ON k.half_day_id = h.id
                WHERE h.id = \(halfDay) AND s.id = \(session)
                """, orElse: .sessionUnknown)
            let terms = transaction.trainingTerms(Int(try row.decode("subject_year", as: Int32.self)))
            let now = clock.now
            let isOpen = try SignInHours(row, terms).contains(now)
            let code = SignInCode(halfDay: halfDay, slot: SignInCode.slot(at: now, seconds: terms.signInCodeSeconds))
            let length = Double(terms.signInCodeSeconds)
            let left = length - now.timeIntervalSince1970.truncatingRemainder(dividingBy: length)
            return SignInScreen(
                sessionId: session, sessionCode: try row.decode("code"), halfDayId: halfDay,
                number: Int(try row.decode("number", as: Int32.self)), day: try row.decode("day"),
                startsAt: try row.decode("starts"), endsAt: try row.decode("ends"),
                code: isOpen ? code.text(key: try row.decode("key", as: [UInt8].self)) : nil,
                nextInSeconds: max(1, Int(left.rounded(.up))), present: Int(try row.decode("present", as: Int32.self)),
                taken: Int(try row.decode("taken", as: Int32.self)))
        }
    }

    /// A learner signs in by the code on the screen: once for each half-day.
    ///
    /// - Throws: `StoreError.invalid` for a code that is not the screen's now, or outside its hours; `.conflict` the second
    ///   time.
    public func signInToTraining(code text: String, as caller: Caller, once: OnceKey? = nil) async throws
        -> AttendanceRecord
    {
        try await permit(.signInToTraining, caller)
        guard let learner = caller.learnerId else { throw StoreError.forbidden(.roleMayNot) }
        guard let code = SignInCode(unverified: text) else { throw StoreError.invalid([.codeInvalid]) }
        return try await write(as: caller, once: once) { transaction in
            let found = try await transaction.execute(
                """
                SELECT h.session_id, h.starts_at, h.ends_at, s.subject_year, s.state, k.key
                FROM training_half_days h JOIN training_sessions s ON s.id = h.session_id JOIN training_sign_in_keys k ON k.half_day_id = h.id
                WHERE h.id = \(code.halfDay)
                """)
            guard let row = found.first else { throw StoreError.invalid([.codeInvalid]) }
            let terms = transaction.trainingTerms(Int(try row.decode("subject_year", as: Int32.self)))
            let now = clock.now
            let slot = SignInCode.slot(at: now, seconds: terms.signInCodeSeconds)
            guard code.isValid(text, key: try row.decode("key", as: [UInt8].self), now: slot) else {
                throw StoreError.invalid([.codeInvalid])
            }
            guard try SignInHours(row, terms).contains(now) else { throw StoreError.invalid([.signInClosed]) }
            let id = UUID()
            let results = try await transaction.pipeline([
                """
                INSERT INTO training_attendance (id, session_id, half_day_id, learner_id, is_present, method, seen_at, recorded_on, recorded_by)
                VALUES (\(id), \(try row.decode("session_id", as: UUID.self)), \(code.halfDay), \(learner), true, 'code', \(now),
                        \(transaction.today), \(caller.userId))
                """,
                AccessLine(.signInToTraining, learner: learner, record: id).statement(by: caller),
                "SELECT \(unescaped: AttendanceRecord.json) AS record \(unescaped: AttendanceRecord.from) WHERE a.id = \(id)",
            ])
            return try results[2][0].json("record")
        }
    }
}

/// When a half-day takes sign-ins.
private struct SignInHours {
    var opens: Date
    var closes: Date

    init(_ row: Row, _ terms: TrainingTerms) throws {
        opens = try row.decode("starts_at", as: Date.self).addingTimeInterval(-Double(terms.signInOpensMinutes) * 60)
        closes = try row.decode("ends_at")
        if try row.word("state", as: TrainingSessionState.self) == .cancelled { closes = opens }
    }

    func contains(_ instant: Date) -> Bool { opens <= instant && instant < closes }
}

extension RegistryTransaction {
    /// The policy's terms of training; what a policy loaded before they were there leaves open is as short as may be.
    func trainingTerms(_ year: Int) -> TrainingTerms {
        policies.policy(forSubjectYear: year)?.training
            ?? TrainingTerms(
                approvedPrices: [], passMark: 60, answerDays: 7, signInOpensMinutes: 60, signInCodeSeconds: 15)
    }
}
