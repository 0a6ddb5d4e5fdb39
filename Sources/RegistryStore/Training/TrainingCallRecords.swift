import Foundation
import RegistryDomain

public enum InvitationState: String, Codable, Sendable, CaseIterable {
    case waiting, called, confirmed, declined, released
}

/// A draw for the places of a session (F1).
public struct NewTrainingCall: Codable, Sendable {
    /// Only these people, where they were proposed; everybody proposed when nil.
    public var learners: [UUID]?
    /// How many wait beside those who are called; a fifth of the places when nil.
    public var waiting: Int?
    /// The day by which units answer; some days from now by the policy when nil.
    public var answerBy: Day?

    public init(learners: [UUID]? = nil, waiting: Int? = nil, answerBy: Day? = nil) {
        self.learners = learners
        self.waiting = waiting
        self.answerBy = answerBy
    }
}

/// 调训通知: what was drawn, and by what. With the seed and the keys of each invitation the draw can be made again.
public struct TrainingCallRecord: Codable, Sendable {
    public var id: UUID
    public var sessionId: UUID
    /// Of the session's draws, from 1.
    public var number: Int
    public var seed: String
    public var answerBy: Day
    public var drawnOn: Day
    public var drawnBy: String
    public var called: Int
    public var waiting: Int
}

/// One person on a session's list, as whoever is called sees it.
public struct InvitationRecord: Codable, Sendable {
    public struct Answer: Codable, Sendable {
        public var answer: CallAnswer.Answer
        public var reason: String?
        public var answeredOn: Day
        public var by: String
    }

    public var id: UUID
    public var sessionId: UUID
    public var sessionCode: String
    public var sessionState: TrainingSessionState
    public var courseTitle: String
    public var place: String
    public var startsOn: Day
    public var endsOn: Day
    public var hours: Int
    public var feeInFen: Int
    public var learnerId: UUID
    public var learnerName: String
    public var employerId: UUID?
    public var employerName: String?
    public var state: InvitationState
    public var stateSince: Day
    /// The day on which a place became free for whoever waited.
    public var movedUpOn: Day?
    /// The place in the session's order.
    public var rank: Int
    public var answerBy: Day
    public var owes: Bool
    public var isExpected: Bool
    public var missedBefore: Int
    public var askedOn: Day
    public var lot: String
    /// Oldest first.
    public var answers: [Answer]

    static let json = """
        jsonb_build_object('id', i.id, 'sessionId', i.session_id, 'sessionCode', s.code, 'sessionState', s.state,
            'courseTitle', s.course_title, 'place', s.place, 'startsOn', s.starts_on, 'endsOn', s.ends_on, 'hours', s.hours,
            'feeInFen', s.fee_in_fen, 'learnerId', i.learner_id, 'learnerName', l.name, 'employerId', i.employer_id,
            'employerName', e.name, 'state', i.state, 'stateSince', i.state_since, 'movedUpOn', i.moved_up_on, 'rank', i.rank,
            'answerBy', c.answer_by, 'owes', i.owes, 'isExpected', i.is_expected, 'missedBefore', i.missed_before,
            'askedOn', i.asked_on, 'lot', i.lot,
            'answers', (SELECT coalesce(jsonb_agg(jsonb_build_object('answer', a.answer, 'reason', a.reason, 'answeredOn', a.answered_on,
                'by', u.person_name) ORDER BY a.recorded_at), '[]') FROM training_answers a JOIN users u ON u.id = a.recorded_by
                WHERE a.invitation_id = i.id))
        """
    static let from = """
        FROM training_invitations i JOIN training_sessions s ON s.id = i.session_id JOIN training_calls c ON c.id = i.call_id
        JOIN learners l ON l.id = i.learner_id LEFT JOIN employers e ON e.id = i.employer_id
        """
}

public struct CallAnswer: Codable, Sendable {
    public enum Answer: String, Codable, Sendable, CaseIterable { case willCome, cannotCome }
    public var answer: Answer
    /// Needed of whoever cannot come.
    public var reason: String?

    public init(answer: Answer, reason: String? = nil) {
        self.answer = answer
        self.reason = reason
    }
}
