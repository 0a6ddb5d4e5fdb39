import Foundation
import RegistryDomain

/// What the base would recognize of a session now: who gets how many hours, who not and why.
public struct RecognitionPreview: Codable, Sendable {
    public struct Line: Codable, Sendable {
        public var learnerId: UUID
        public var name: String
        public var employerName: String?
        /// What attendance comes to.
        public var hours: Int
        public var hasPassed: Bool?
        /// The entry of this session that stands already.
        public var entry: UUID?
        /// Empty where the hours can be recognized.
        public var reasons: [Reason]
        public var isRecognizable: Bool { reasons.isEmpty }
    }

    public var sessionId: UUID
    public var sessionCode: String
    public var subjectYear: Int
    /// People whose hours can be recognized, and their hours in all.
    public var learners: Int
    public var hours: Int
    public var leftOut: Int
    /// Of who gets what: a recognition may name it, and is refused where the list has changed since.
    public var digest: String
    /// In the order of the session's list.
    public var lines: [Line]
}

/// One act of recognition for a whole session.
public struct RecognitionRecord: Codable, Sendable {
    public struct Line: Codable, Sendable {
        public var learnerId: UUID
        public var name: String
        public var hours: Int
        public var claim: UUID
        public var entry: UUID
    }

    public struct LeftOut: Codable, Sendable {
        public var learnerId: UUID
        public var name: String
        public var reasons: [Reason]
    }

    public var id: UUID
    public var sessionId: UUID
    public var sessionCode: String
    public var recognizedOn: Day
    public var recognizedBy: String
    public var learners: Int
    public var hours: Int
    public var recognized: [Line]
    public var leftOut: [LeftOut]
}
