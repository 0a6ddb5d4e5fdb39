import Foundation

/// Who comes when there are fewer places than people (F1): the same candidates and the same lots give the same order,
/// whoever draws again.
public enum TrainingDraw {
    public struct Candidate: Sendable, Equatable {
        public var learner: UUID
        /// Whether the year's task is still to be done.
        public var owes: Bool
        /// M1: face to face in principle.
        public var isExpected: Bool
        /// How often this year a place was held and could not be taken up.
        public var missedBefore: Int
        /// The day on which the unit proposed this person.
        public var askedOn: Day
        /// Of the draw's seed and the person; unforeseeable, and the same again.
        public var lot: String

        public init(
            learner: UUID, owes: Bool, isExpected: Bool, missedBefore: Int, askedOn: Day, lot: String
        ) {
            self.learner = learner
            self.owes = owes
            self.isExpected = isExpected
            self.missedBefore = missedBefore
            self.askedOn = askedOn
            self.lot = lot
        }
    }

    /// First who owes the year, then who must come by M1, then who could not come earlier, then who was asked for earlier,
    /// then by lot.
    public static func order(_ candidates: [Candidate]) -> [Candidate] {
        candidates.sorted { precedes($0, $1) }
    }

    private static func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.owes != right.owes { return left.owes }
        if left.isExpected != right.isExpected { return left.isExpected }
        if left.missedBefore != right.missedBefore { return left.missedBefore > right.missedBefore }
        if left.askedOn != right.askedOn { return left.askedOn < right.askedOn }
        return (left.lot, left.learner.uuidString) < (right.lot, right.learner.uuidString)
    }
}
