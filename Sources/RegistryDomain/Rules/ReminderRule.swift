/// When somebody is reminded of a year: on the policy's days before it is due (Q1).
public enum ReminderRule {
    /// The reminder whose time it is: of the policy's days the smallest that has been reached, so that a run that comes late
    /// sends the nearest one and not all that were missed. Nil before the first, after the due day, and where a policy
    /// names no days.
    public static func daysBefore(dueOn: Day, policy days: [Int]?, today: Day) -> Int? {
        let left = Int(dueOn.daysSince2000) - Int(today.daysSince2000)
        guard left >= 0 else { return nil }
        return (days ?? []).filter { $0 >= left }.min()
    }

    /// Whether a year still has to be studied for: not where it is complete, excused, not owed, or overdue already.
    public static func concerns(_ status: YearStatus) -> Bool { status == .inProgress }
}
