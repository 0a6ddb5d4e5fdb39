import Foundation
import RegistryDomain

public enum TrainingPlanState: String, Codable, Sendable, CaseIterable { case sent, accepted, refused, withdrawn }

/// 培训计划 as a unit sends it.
public struct NewTrainingPlan: Codable, Sendable {
    public var subjectYear: Int
    /// What the unit takes it for; the register knows which it is.
    public var kind: TrainingPlanRules.Kind?
    /// Who should come.
    public var learners: [UUID]?
    /// Everybody of the unit who still owes the year, in the place of `learners` or beside them.
    public var fromRoster: Bool?
    /// Whom the base may ask: a name and a telephone number.
    public var contact: String?
    public var note: String?

    public init(
        subjectYear: Int, kind: TrainingPlanRules.Kind? = nil, learners: [UUID]? = nil, fromRoster: Bool? = nil,
        contact: String? = nil, note: String? = nil
    ) {
        self.subjectYear = subjectYear
        self.kind = kind
        self.learners = learners
        self.fromRoster = fromRoster
        self.contact = contact
        self.note = note
    }
}

/// What the base says to a plan.
public struct TrainingPlanAnswer: Codable, Sendable {
    public enum Answer: String, Codable, Sendable, CaseIterable { case accept, refuse }
    public var answer: Answer
    /// The most people of the plan that the base takes; all of them when nil.
    public var places: Int?
    /// Needed to refuse.
    public var note: String?

    public init(answer: Answer, places: Int? = nil, note: String? = nil) {
        self.answer = answer
        self.places = places
        self.note = note
    }
}

public struct TrainingPlanRecord: Codable, Sendable {
    public struct Person: Codable, Sendable {
        public var learnerId: UUID
        public var name: String
        public var proposedOn: Day
        /// Proposed after the policy's day (F3).
        public var isLate: Bool
    }

    public var id: UUID
    public var employerId: UUID
    public var employerName: String
    public var subjectYear: Int
    public var kind: TrainingPlanRules.Kind
    public var state: TrainingPlanState
    public var dueOn: Day?
    public var sentOn: Day
    /// Sent after the policy's day: accepted, and marked (F3).
    public var isLate: Bool
    public var people: Int
    public var contact: String?
    public var note: String?
    public var places: Int?
    public var answerNote: String?
    public var answeredOn: Day?
    public var answeredBy: String?
    /// Only where one plan is asked for.
    public var learners: [Person]?

    static let json = """
        jsonb_build_object('id', p.id, 'employerId', p.employer_id, 'employerName', e.name, 'subjectYear', p.subject_year, 'kind', p.kind,
            'state', p.state, 'dueOn', p.due_on, 'sentOn', p.sent_on, 'isLate', p.is_late, 'contact', p.contact, 'note', p.note,
            'people', (SELECT count(*) FROM training_plan_learners l WHERE l.plan_id = p.id), 'places', p.places,
            'answerNote', p.answer_note, 'answeredOn', p.answered_on,
            'answeredBy', (SELECT u.person_name FROM users u WHERE u.id = p.answered_by))
        """

    static let learnersJSON = """
        jsonb_build_object('learners', (SELECT coalesce(jsonb_agg(jsonb_build_object('learnerId', l.id, 'name', l.name,
            'proposedOn', x.proposed_on, 'isLate', coalesce(x.proposed_on > p.due_on, false)) ORDER BY x.proposed_on, l.name, l.id), '[]')
            FROM training_plan_learners x JOIN learners l ON l.id = x.learner_id WHERE x.plan_id = p.id))
        """
}

/// Somebody of a unit who still owes a year.
public struct RosterPerson: Codable, Sendable {
    public var learnerId: UUID
    public var name: String
    public var status: YearStatus
    /// Whether a plan of this year names the person already.
    public var isPlanned: Bool
}

/// What the plans of a year come to against the base's places.
public struct TrainingNeeds: Codable, Sendable {
    public var subjectYear: Int
    public var plans: Int
    public var latePlans: Int
    /// Plans that wait for the base's answer.
    public var openPlans: Int
    public var people: Int
    /// Of them in accepted plans.
    public var acceptedPeople: Int
    /// Of them with a place in a session.
    public var peopleWithPlace: Int
    public var sessions: Int
    public var places: Int
    public var placesTaken: Int
    public var waiting: Int
}
