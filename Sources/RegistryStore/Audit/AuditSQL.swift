import RegistryDomain

/// Pieces of SQL that several checks share.
enum AuditSQL {
    /// Every version of every notice with the time it was in force, and its subject years. A later version does not
    /// make wrong what was right when it was done. A daemon may hold a version for seconds after the next was loaded,
    /// and a request that began before ends after: hence the minute.
    static let terms = """
        (SELECT p.notice, p.version, p.document, p.since, p.until, (y ->> 'year')::int AS year,
                (y ->> 'requiredHours')::int AS required_hours,
                (y #>> '{online,compulsoryHours}')::int AS compulsory_hours, (y #>> '{online,electiveHours}')::int AS elective_hours,
                (y #>> '{onlineWindow,from}')::date AS online_from, (y #>> '{onlineWindow,until}')::date AS online_until,
                (y #>> '{faceToFaceWindow,from}')::date AS face_to_face_from,
                (y #>> '{faceToFaceWindow,until}')::date AS face_to_face_until, (y ->> 'dueOn')::date AS due_on
         FROM (SELECT notice, version, document, recorded_at AS since,
                      coalesce(lead(recorded_at) OVER (PARTITION BY notice ORDER BY version) + interval '1 minute', 'infinity') AS until
               FROM policies) p
         CROSS JOIN jsonb_array_elements(p.document -> 'subjectYears') y)
        """

    /// Recognized hours with the claim and the evidence behind them. The record is the platform's word, the claim's
    /// evidence the claimant's; where the record leaves a day out, the claimant's stands.
    static let recognized = """
        (SELECT e.id, e.claim_id, e.learner_id, e.subject_year, e.mode, e.hours, e.recognized_by, e.recognized_on, e.recorded_at,
                c.recorded_at AS claimed_at, c.evidence, c.employer_id, c.hours AS claimed_hours, c.mode AS claimed_mode,
                c.subject_year AS claimed_year, c.learner_id AS claimant,
                coalesce(r.compulsory_hours, (c.evidence ->> 'compulsoryHours')::int) AS compulsory_hours,
                coalesce(r.elective_hours, (c.evidence ->> 'electiveHours')::int) AS elective_hours,
                coalesce(r.compulsory_finished_on, (c.evidence ->> 'compulsoryFinishedOn')::date) AS compulsory_finished_on,
                coalesce(r.elective_started_on, (c.evidence ->> 'electiveStartedOn')::date) AS elective_started_on,
                coalesce(r.test_passed_on, (c.evidence ->> 'testPassedOn')::date) AS test_passed_on,
                (c.evidence ->> 'startedOn')::date AS started_on, (c.evidence ->> 'endedOn')::date AS ended_on
         FROM register_entries e JOIN claims c ON c.id = e.claim_id
         LEFT JOIN completion_records r ON r.id = e.completion_record_id)
        """

    /// The terms `t` that were in force between the claim and the recognition of `e`.
    static let inForce = "t.year = e.subject_year AND t.since <= e.recorded_at AND t.until > e.claimed_at"

    /// The standing entries as they follow from entries and reversals, without the projection.
    static let standing = """
        (SELECT e.*, coalesce(l.merged_into, l.id) AS person FROM register_entries e
         LEFT JOIN learners l ON l.id = e.learner_id
         WHERE NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id))
        """

    /// An employer whose level or division was corrected, or that was merged, lay elsewhere before.
    static func hasMoved(_ employer: String) -> String {
        """
        EXISTS (SELECT FROM employer_corrections k WHERE k.employer_id = \(employer)
                AND k.field IN ('level', 'division', 'mergedInto'))
        """
    }

    /// Whether the user `u`, who did what was recorded at `instant`, had the role for it, with the account open.
    static func mayDo(_ action: Rights.Action, at instant: String) -> String {
        "(coalesce(u.role, '') IN (\(roles(action))) AND (u.disabled_at IS NULL OR u.disabled_at > \(instant)))"
    }

    static func list(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }

    /// The roles that may do something at all, from the one table of rights.
    static func roles(_ action: Rights.Action) -> String {
        list(Role.allCases.filter { Rights.scope(of: $0, for: action) != nil }.map(\.rawValue))
    }
}
