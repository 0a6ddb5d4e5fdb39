import Foundation

extension Rights {
    /// Where a learner's record is placed.
    public struct Place: Sendable {
        public var learner: UUID
        /// The authority whose learner it is.
        public var area: Authority?
        public var employer: UUID?
        /// An open claim is routed to the caller's authority, though the learner is another's by now (Q7).
        public var opensByClaim: Bool

        public init(learner: UUID, area: Authority?, employer: UUID?, opensByClaim: Bool) {
            self.learner = learner
            self.area = area
            self.employer = employer
            self.opensByClaim = opensByClaim
        }
    }
}

extension Rights.Scope {
    /// Whether a right of this scope reaches a learner's record.
    ///
    /// - Parameters: what the caller is: of an authority, of an employer, a learner.
    public func reaches(_ place: Rights.Place, by authority: Authority?, employer: UUID?, learner: UUID?) -> Bool {
        switch self {
        case .all: true
        case .own: place.learner == learner
        case .unit: employer != nil && place.employer == employer
        case .area, .routed:
            authority == .city || authority != nil && place.area == authority || place.opensByClaim
        }
    }
}
