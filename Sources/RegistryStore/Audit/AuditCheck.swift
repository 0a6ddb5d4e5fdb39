import RegistryDomain

/// One check of the audit: a statement over the whole register that returns a row for each record that is wrong, with
/// the columns `record_id` and `detail`. Numbers, dates and routes come from the policy documents; none stands here.
struct AuditCheck: Sendable {
    var name: String
    var rule: RuleID
    var severity: AuditFinding.Severity = .error
    var recordKind: String
    /// `{detail}` stands for what the statement says.
    var message: Text
    var sql: String

    /// What rules, constraints, triggers and row-level security should have guaranteed, looked at again as if they had
    /// not.
    static let all: [AuditCheck] = guards + evidence + routes + decisions + claims + register + persons + places
}
