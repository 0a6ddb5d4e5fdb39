import Foundation
import RegistryDomain

/// A reminder whose time it is.
public struct ReminderRound: Codable, Sendable, Equatable {
    public var subjectYear: Int
    public var dueOn: Day
    /// Of the policy's days; how many are left in truth is counted from today.
    public var daysBefore: Int
    public var daysLeft: Int
    public var courseTitle: Text

    /// Every round whose time it is today, by the notices in force.
    public static func rounds(of policies: PolicySet, on today: Day) -> [ReminderRound] {
        policies.policies.flatMap { policy in
            policy.subjectYears.compactMap { year in
                ReminderRule.daysBefore(dueOn: year.dueOn, policy: policy.reminderDays, today: today).map {
                    ReminderRound(
                        subjectYear: year.year, dueOn: year.dueOn, daysBefore: $0,
                        daysLeft: Int(year.dueOn.daysSince2000) - Int(today.daysSince2000),
                        courseTitle: year.courseTitle)
                }
            }
        }
    }
}

public enum ReminderChannel: String, Codable, Sendable, CaseIterable { case email, sms }

/// Somebody who may have to be reminded.
public struct ReminderCandidate: Sendable {
    public enum Recipient: Sendable, Hashable {
        case learner(UUID)
        /// A unit administrator's account, and the unit.
        case unitAdmin(user: UUID, employer: UUID)
    }
    public var recipient: Recipient
    public var name: String
    /// An e-mail address or a mobile number, by the channel.
    public var address: String
}

/// A reminder that nobody else sends: what it is about, as it stands now.
public struct ReservedReminder: Sendable {
    public var id: UUID
    public var candidate: ReminderCandidate
    public var round: ReminderRound
    /// Of a learner.
    public var missingHours: Int
    /// Of a unit: its name, how many of its people are behind, and the first of their names.
    public var unit: String
    public var behind: Int
    public var names: [String]
}

/// What became of one.
public enum ReminderResult: Sendable, Equatable {
    case sent
    /// Surely not taken: it is tried again by the next run.
    case failed(String)
    /// It may have arrived: it is not sent again.
    case unclear
}
