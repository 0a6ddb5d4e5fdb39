import RegistryDomain

/// Whether whoever recorded something did so by the program, which puts each act on the access log in the act's own
/// transaction: PostgreSQL gives both the transaction's time.
extension AuditCheck {
    static let acts: [AuditCheck] = [
        AuditCheck(
            name: "unlogged", rule: .R4, recordKind: "record",
            message: Text(
                zh: "访问日志里没有这项办理（{detail}）", en: "the access log knows nothing of this act ({detail})"),
            namesScope: true,
            sql: """
                SELECT t.id::text AS record_id, t.kind AS detail, t.scope FROM (
                    SELECT 'decisions' AS kind, d.id, d.decided_by AS who, d.recorded_at AS at, coalesce(c.learner_id, d.claim_id) AS scope
                    FROM decisions d LEFT JOIN claims c ON c.id = d.claim_id
                    UNION ALL
                    SELECT 'register_entries', id, recorded_by, recorded_at, learner_id FROM register_entries WHERE kind = 'opening'
                    UNION ALL
                    SELECT 'reversals', r.entry_id, r.recorded_by, r.recorded_at, coalesce(e.learner_id, r.entry_id)
                    FROM reversals r LEFT JOIN register_entries e ON e.id = r.entry_id
                    UNION ALL
                    SELECT 'employments', id, recorded_by, recorded_at, learner_id FROM employments
                    UNION ALL
                    SELECT 'learner_corrections', id, recorded_by, recorded_at, learner_id FROM learner_corrections
                    UNION ALL
                    SELECT 'employer_corrections', id, recorded_by, recorded_at, NULL FROM employer_corrections
                    UNION ALL
                    SELECT 'excuses', id, recorded_by, recorded_at, learner_id FROM excuses
                    UNION ALL
                    SELECT 'excuse_revocations', v.excuse_id, v.recorded_by, v.recorded_at, coalesce(x.learner_id, v.excuse_id)
                    FROM excuse_revocations v LEFT JOIN public.excuses x ON x.id = v.excuse_id
                    UNION ALL
                    SELECT 'merges', id, recorded_by, recorded_at, NULL FROM merges
                    UNION ALL
                    SELECT 'merge_reversals', merge_id, recorded_by, recorded_at, NULL FROM merge_reversals
                    UNION ALL
                    SELECT 'erasures', id, recorded_by, recorded_at, NULL FROM erasures
                    UNION ALL
                    SELECT 'certificates', id, recorded_by, recorded_at, learner_id FROM certificates
                    UNION ALL
                    SELECT 'completion_records', id, recorded_by, recorded_at, learner_id FROM completion_records
                    UNION ALL
                    SELECT 'claims', id, submitted_by, recorded_at, learner_id FROM claims) t
                WHERE NOT EXISTS (SELECT FROM access_log a WHERE a.recorded_at = t.at AND a.user_id = t.who AND a.outcome = 'allowed')
                """)
    ]
}
