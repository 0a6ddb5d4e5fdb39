import Foundation

/// The one clock that business days come from. It is passed in: nothing in the register asks the machine by itself.
public protocol BusinessClock: Sendable {
    var now: Date { get }
}

extension BusinessClock {
    /// Today in Asia/Shanghai.
    public var today: Day { Day(now) }
}

public struct SystemClock: BusinessClock {
    public init() {}
    public var now: Date { Date() }
}

/// A clock that was set to `start` when it was made and runs on from there (`CEREGISTRY_CLOCK`, tests only).
public struct OffsetClock: BusinessClock {
    private let offset: TimeInterval

    public init(start: Date) { offset = start.timeIntervalSinceNow }
    public var now: Date { Date().addingTimeInterval(offset) }
}

/// A clock that stands still.
public struct FixedClock: BusinessClock {
    public var now: Date
    public init(_ now: Date) { self.now = now }
}
