import Foundation
import RegistryDomain

/// The last count of completion: what of, when, and what it cost.
public struct CompletionCount: Codable, Sendable, Equatable {
    public var asOf: Day
    public var countedAt: Date
    public var took: Duration

    /// Counting costs at most a twentieth of the time, whatever the size of the register.
    public func isStale(at now: Date, on today: Day) -> Bool {
        asOf != today || now.timeIntervalSince(countedAt) > 20 * took.seconds
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// Learners who owe a year, by how far they are. Who is excused owes it and need not finish it.
public struct CompletionFigures: Codable, Sendable, Equatable {
    public var complete = 0
    /// In progress until the year is due, incomplete after it.
    public var unfinished = 0
    public var excused = 0

    public init(complete: Int = 0, unfinished: Int = 0, excused: Int = 0) {
        self.complete = complete
        self.unfinished = unfinished
        self.excused = excused
    }

    public var owed: Int { complete + unfinished + excused }
    /// Those who are asked to finish.
    public var asked: Int { complete + unfinished }

    public static func += (left: inout Self, right: Self) {
        left.complete += right.complete
        left.unfinished += right.unfinished
        left.excused += right.excused
    }
}

/// How far one group of employers had come on one day.
public struct CompletionRow: Codable, Sendable, Equatable {
    public var day: Day
    public var area: Authority
    public var level: EmployerLevel
    public var kind: EmployerKind
    public var figures: CompletionFigures
}

/// One employer by the last count.
public struct EmployerCompletion: Codable, Sendable, Equatable {
    public var id: UUID
    public var name: String
    public var creditCode: String
    public var area: Authority
    public var level: EmployerLevel
    public var kind: EmployerKind
    public var figures: CompletionFigures
}

/// Which part of a subject year is looked at; nil for all.
public struct CompletionFilter: Sendable, Equatable {
    public var year: Int
    public var area: Authority?
    public var level: EmployerLevel?
    public var kind: EmployerKind?

    public init(year: Int, area: Authority? = nil, level: EmployerLevel? = nil, kind: EmployerKind? = nil) {
        self.year = year
        self.area = area
        self.level = level
        self.kind = kind
    }
}

/// The days that completion is counted for: the end of each month since study could begin, and today.
enum CompletionDays {
    static let mostMonths = 36

    static func days(_ policies: PolicySet, until today: Day) -> [Day] {
        let begun = policies.subjectYears.map { min($0.onlineWindow.from, $0.faceToFaceWindow.from) }.min() ?? today
        var days = [today]
        var first = Day(year: today.year, month: today.month, day: 1)
        while let day = first, day > begun, days.count <= mostMonths {
            let end = day.adding(days: -1)
            days.append(end)
            first = Day(year: end.year, month: end.month, day: 1)
        }
        return days.reversed()
    }
}
