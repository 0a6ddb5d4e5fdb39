import Foundation
import RegistryDomain

extension ClaimConcerns {
    /// Days before a limit within which a date is worth a second look.
    public static let nearLimitDays = 7

    /// Whether the test was passed so close to the end of its window.
    public static func isNearLimit(_ claim: ClaimRecord, _ policies: PolicySet) -> Bool {
        guard case .online(let evidence) = claim.evidence, let passed = evidence.testPassedOn,
            let window = policies.policy(forSubjectYear: claim.subjectYear)?.subjectYear(claim.subjectYear)?
                .onlineWindow
        else { return false }
        return passed.adding(days: nearLimitDays) > window.until
    }
}

/// The set-based form of "something is unusual about it": a flag, or anything that `ClaimConcerns` says. A test holds the
/// two to each other.
enum UnusualClaims {
    /// SQL over `claims c LEFT JOIN learners l`, without parameters: its numbers and days are the notice's own.
    static func condition(_ policies: PolicySet) -> String {
        let limits = policies.subjectYears.map {
            "(\($0.year), DATE '\($0.onlineWindow.until.adding(days: -ClaimConcerns.nearLimitDays))')"
        }
        let nearLimit =
            limits.isEmpty
            ? "false"
            : """
            (c.mode = 'online' AND EXISTS (SELECT FROM (VALUES \(limits.joined(separator: ", "))) n (year, day)
                WHERE n.year = c.subject_year AND (c.evidence ->> 'testPassedOn')::date > n.day))
            """
        return """
            (cardinality(c.flags) > 0 OR l.employer_id IS DISTINCT FROM c.employer_id OR \(nearLimit)
             OR EXISTS (SELECT FROM claims o WHERE o.learner_id = c.learner_id AND o.subject_year = c.subject_year
                        AND o.id <> c.id AND o.state IN ('submitted', 'returned'))
             OR EXISTS (SELECT FROM standing_entries s WHERE s.learner_id = c.learner_id
                        AND s.subject_year = c.subject_year AND s.completes)
             OR EXISTS (SELECT FROM claims o JOIN decisions d ON d.claim_id = o.id WHERE o.learner_id = c.learner_id
                        AND o.subject_year = c.subject_year AND d.decision <> 'recognize')
             OR EXISTS (SELECT FROM learners o WHERE o.name = l.name AND o.id <> l.id AND o.merged_into IS NULL
                        AND (o.employer_id = l.employer_id OR substr(o.id_number, 7, 8) = substr(l.id_number, 7, 8))))
            """
    }
}
