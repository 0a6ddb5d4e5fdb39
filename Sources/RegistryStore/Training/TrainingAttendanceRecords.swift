import Foundation
import RegistryDomain

/// A list of who was seen in which half-day: ticked at the base, or kept at the site and handed in later.
public struct NewAttendance: Codable, Sendable {
    public struct Line: Codable, Sendable {
        /// Made by whoever kept the list, so that the same line is not taken twice.
        public var id: UUID?
        public var halfDayId: UUID
        public var learnerId: UUID
        /// When it was seen; now when nil, for a list that is ticked on the spot.
        public var seenAt: Date?

        public init(id: UUID? = nil, halfDayId: UUID, learnerId: UUID, seenAt: Date? = nil) {
            self.id = id
            self.halfDayId = halfDayId
            self.learnerId = learnerId
            self.seenAt = seenAt
        }
    }

    /// Of a list that was kept while the network was away; nil for one that is ticked on the spot.
    public var uploadId: UUID?
    public var records: [Line]

    public init(uploadId: UUID? = nil, records: [Line]) {
        self.uploadId = uploadId
        self.records = records
    }
}

/// What became of each line, in the order of the list.
public struct AttendanceResults: Codable, Sendable {
    public struct Result: Codable, Sendable {
        public var halfDayId: UUID
        public var learnerId: UUID
        /// `recorded`, `already`, or the code of a refusal.
        public var code: String
        public var rule: RuleID?
        public var message: Text?
    }

    public var recorded: Int
    /// There already: from the code on the screen, or from the same list handed in before.
    public var already: Int
    public var refused: Int
    public var results: [Result]

    public init(recorded: Int, already: Int, refused: Int, results: [Result]) {
        self.recorded = recorded
        self.already = already
        self.refused = refused
        self.results = results
    }
}

public struct AttendanceCorrection: Codable, Sendable {
    public var halfDayId: UUID
    public var learnerId: UUID
    public var isPresent: Bool
    public var reason: String

    public init(halfDayId: UUID, learnerId: UUID, isPresent: Bool, reason: String) {
        self.halfDayId = halfDayId
        self.learnerId = learnerId
        self.isPresent = isPresent
        self.reason = reason
    }
}

/// Marks of a session, one attempt each.
public struct NewAssessments: Codable, Sendable {
    public struct Line: Codable, Sendable {
        public var learnerId: UUID
        /// Of 100.
        public var mark: Int

        public init(learnerId: UUID, mark: Int) {
            self.learnerId = learnerId
            self.mark = mark
        }
    }

    /// Today when nil.
    public var assessedOn: Day?
    public var results: [Line]

    public init(assessedOn: Day? = nil, results: [Line]) {
        self.assessedOn = assessedOn
        self.results = results
    }
}

public struct AssessmentResults: Codable, Sendable {
    public struct Result: Codable, Sendable {
        public var learnerId: UUID
        public var attempt: Int?
        public var hasPassed: Bool?
        /// `recorded`, or the code of a refusal.
        public var code: String
        public var rule: RuleID?
        public var message: Text?
    }

    public var recorded: Int
    public var refused: Int
    public var results: [Result]

    public init(recorded: Int, refused: Int, results: [Result]) {
        self.recorded = recorded
        self.refused = refused
        self.results = results
    }
}

/// A mark that was entered wrongly, for the attempt that counts.
public struct AssessmentCorrection: Codable, Sendable {
    public var learnerId: UUID
    public var mark: Int
    public var reason: String

    public init(learnerId: UUID, mark: Int, reason: String) {
        self.learnerId = learnerId
        self.mark = mark
        self.reason = reason
    }
}

/// One person of a session's list with everything that is known of them there.
public struct ParticipantRecord: Codable, Sendable {
    public var invitationId: UUID
    public var learnerId: UUID
    public var name: String
    public var idNumberMasked: String
    public var employerName: String?
    public var state: InvitationState
    public var rank: Int
    public var movedUpOn: Day?
    /// The numbers of the half-days attended.
    public var attended: [Int]
    public var attendedHours: Int
    public var attempt: Int?
    public var mark: Int?
    public var hasPassed: Bool?
    /// The entry that stands for this session.
    public var entry: UUID?
    public var feeState: FeeState

    /// For rows of `training_invitations i` with `s`, `l` and `e` beside.
    static let json = """
        jsonb_build_object('invitationId', i.id, 'learnerId', l.id, 'name', l.name,
            'idNumberMasked', left(l.id_number, 4) || repeat('*', length(l.id_number) - 6) || right(l.id_number, 2),
            'employerName', e.name, 'state', i.state, 'rank', i.rank, 'movedUpOn', i.moved_up_on,
            'attended', coalesce(a.numbers, '[]'), 'attendedHours', coalesce(a.hours, 0), 'attempt', r.attempt, 'mark', r.mark,
            'hasPassed', r.has_passed, 'entry', n.entry_id,
            'feeState', CASE WHEN c.id IS NULL THEN 'none' WHEN f.charge_id IS NOT NULL THEN 'refunded' WHEN p.charge_id IS NOT NULL THEN 'paid'
                             ELSE 'due' END)
        """
    static let from = """
        FROM training_invitations i JOIN training_sessions s ON s.id = i.session_id JOIN learners l ON l.id = i.learner_id
        LEFT JOIN employers e ON e.id = i.employer_id
        LEFT JOIN LATERAL (SELECT jsonb_agg(h.number ORDER BY h.number) AS numbers, sum(h.hours)::int AS hours
                           FROM training_attendance_now t JOIN training_half_days h ON h.id = t.half_day_id
                           WHERE t.session_id = i.session_id AND t.learner_id = i.learner_id AND t.is_present) a ON true
        LEFT JOIN LATERAL (SELECT x.attempt, x.mark, x.has_passed FROM training_results x
                           WHERE x.session_id = i.session_id AND x.learner_id = i.learner_id) r ON true
        LEFT JOIN standing_entries n ON n.session_code = s.code AND n.learner_id = coalesce(l.merged_into, l.id)
        LEFT JOIN training_charges c ON c.session_id = i.session_id AND c.learner_id = i.learner_id
        LEFT JOIN training_receipt_lines p ON p.charge_id = c.id LEFT JOIN training_refunds f ON f.charge_id = c.id
        """
}

public enum FeeState: String, Codable, Sendable, CaseIterable { case none, due, paid, refunded }
