/// Whether a person's data may be erased (个人信息保护法 第四十七条): not while something is still to be decided about the
/// person, and not before the hours have served what they were recorded for.
public enum ErasureRules {
    /// What the register knows of the person that stands against it.
    public struct Facts: Sendable, Equatable {
        public var hasOpenClaim: Bool
        /// Another account than the person's own is the person's: the name stands under decisions.
        public var holdsOffice: Bool
        /// Hours were recognized, reversed or not.
        public var hasEntries: Bool
        public var isInPost: Bool
        public var lastDayInPost: Day?

        public init(hasOpenClaim: Bool, holdsOffice: Bool, hasEntries: Bool, isInPost: Bool, lastDayInPost: Day?) {
            self.hasOpenClaim = hasOpenClaim
            self.holdsOffice = holdsOffice
            self.hasEntries = hasEntries
            self.isInPost = isInPost
            self.lastDayInPost = lastDayInPost
        }
    }

    /// Every reason that stands against it; none where it may be done. A person of whom nothing was ever recognized, such as
    /// one entered by mistake, may be erased at any time.
    ///
    /// - Parameter keptYears: of the notices in force, the longest (`Policy.recordsKeptYears`).
    public static func refusals(_ facts: Facts, keptYears: Int, on today: Day) -> [Reason] {
        var reasons: [Reason] = []
        if facts.hasOpenClaim { reasons.append(.erasureClaimOpen) }
        if facts.holdsOffice { reasons.append(.erasureHoldsOffice) }
        guard facts.hasEntries else { return reasons }
        if facts.isInPost { return reasons + [.erasureInPost] }
        if let last = facts.lastDayInPost {
            let until = last.adding(years: keptYears)
            if today <= until { reasons.append(.erasureTooEarly(until: until)) }
        }
        return reasons
    }
}
