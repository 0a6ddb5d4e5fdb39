import Foundation
import RegistryDomain

public enum TrainingSessionState: String, Codable, Sendable, CaseIterable {
    case scheduled, called, recognized, cancelled
}

/// A half-day of a session as it is asked for; times are `HH:mm` in Asia/Shanghai.
public struct NewHalfDay: Codable, Sendable {
    public var day: Day
    public var part: TrainingSessionRules.Part
    public var startsAt: String
    public var endsAt: String
    public var hours: Int
    public var room: String
    public var teacher: String
    public var topic: String?

    public init(
        day: Day, part: TrainingSessionRules.Part, startsAt: String, endsAt: String, hours: Int, room: String,
        teacher: String, topic: String? = nil
    ) {
        self.day = day
        self.part = part
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.hours = hours
        self.room = room
        self.teacher = teacher
        self.topic = topic
    }
}

/// A session as the base schedules it.
public struct NewTrainingSession: Codable, Sendable {
    /// What claims and entries will cite; unique for good.
    public var code: String
    public var subjectYear: Int
    public var place: String
    public var places: Int
    /// For one person and the whole session (P2).
    public var feeInFen: Int
    /// The number of the price bureau's approval, one of the policy's.
    public var priceDocument: String
    public var halfDays: [NewHalfDay]

    public init(
        code: String, subjectYear: Int, place: String, places: Int, feeInFen: Int, priceDocument: String,
        halfDays: [NewHalfDay]
    ) {
        self.code = code
        self.subjectYear = subjectYear
        self.place = place
        self.places = places
        self.feeInFen = feeInFen
        self.priceDocument = priceDocument
        self.halfDays = halfDays
    }
}

public struct HalfDayRecord: Codable, Sendable {
    public var id: UUID
    /// From 1, in the order of time.
    public var number: Int
    public var day: Day
    public var part: TrainingSessionRules.Part
    /// `HH:mm` in Asia/Shanghai.
    public var startsAt: String
    public var endsAt: String
    public var hours: Int
    public var room: String
    public var teacher: String
    public var topic: String?
}

/// A session with its timetable and how its places stand.
public struct TrainingSessionRecord: Codable, Sendable {
    public struct Places: Codable, Sendable {
        public var called: Int
        public var confirmed: Int
        public var waiting: Int
        public var declined: Int
        /// Places that somebody holds.
        public var taken: Int { called + confirmed }
    }

    public var id: UUID
    public var code: String
    public var subjectYear: Int
    public var courseTitle: String
    public var place: String
    public var places: Int
    public var state: TrainingSessionState
    public var hours: Int
    public var startsOn: Day
    public var endsOn: Day
    public var feeInFen: Int
    public var priceDocument: String
    public var approvedFenPerHour: Int
    public var cancelledOn: Day?
    public var cancelledBecause: String?
    public var list: Places
    public var halfDays: [HalfDayRecord]

    /// `record`, one JSON value of this shape for each row of `training_sessions s`.
    static let json = """
        jsonb_build_object('id', s.id, 'code', s.code, 'subjectYear', s.subject_year, 'courseTitle', s.course_title, 'place', s.place,
            'places', s.places, 'state', s.state, 'hours', s.hours, 'startsOn', s.starts_on, 'endsOn', s.ends_on,
            'feeInFen', s.fee_in_fen, 'priceDocument', s.price_document, 'approvedFenPerHour', s.approved_fen_per_hour,
            'cancelledOn', s.cancelled_on, 'cancelledBecause', s.cancelled_because, 'list', training_places(s.id),
            'halfDays', (SELECT jsonb_agg(jsonb_build_object('id', h.id, 'number', h.number, 'day', h.day, 'part', h.part,
                'startsAt', to_char(h.starts_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI'),
                'endsAt', to_char(h.ends_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI'), 'hours', h.hours, 'room', h.room,
                'teacher', h.teacher, 'topic', h.topic) ORDER BY h.number) FROM training_half_days h WHERE h.session_id = s.id))
        """
}

/// Which sessions are asked for.
public struct TrainingSessionFilter: Sendable {
    public var subjectYear: Int?
    public var state: TrainingSessionState?
    public var cursor: String?
    public var limit: Int?

    public init(
        subjectYear: Int? = nil, state: TrainingSessionState? = nil, cursor: String? = nil, limit: Int? = nil
    ) {
        self.subjectYear = subjectYear
        self.state = state
        self.cursor = cursor
        self.limit = limit
    }
}
