import RegistryDomain

/// What a bulletin is asked for.
public struct BulletinQuestion: Sendable {
    /// The business day; today when nil.
    public var asOf: Day?
    public init(asOf: Day?) { self.asOf = asOf }
}

/// 通报 (V1): how far each county, level and kind has come in each subject year.
public struct BulletinRecord: Codable, Sendable {
    public struct Counts: Codable, Sendable, Equatable {
        public var owed = 0
        public var complete = 0
        public var inProgress = 0
        public var incomplete = 0
        public var excused = 0
        public init() {}
    }
    public struct Row: Codable, Sendable {
        public var area: Authority
        public var name: Text?
        public var level: EmployerLevel
        public var kind: EmployerKind
        public var counts: Counts
    }
    public struct Year: Codable, Sendable {
        public var year: Int
        public var rows: [Row]
        public var total: Counts
    }
    public var asOf: Day
    public var policies: [PolicyReference]
    public var years: [Year]
}
