import RegistryDomain

/// Whether numbers add up on their way from the entry to the certificate and to the bulletin.
extension AuditCheck {
    static let counts: [AuditCheck] = [
        AuditCheck(
            name: "certificateOmits", rule: .R4, recordKind: "certificate", reach: .register,
            message: Text(
                zh: "证书漏印了当时现行的登记 {detail}", en: "the certificate leaves out entry {detail}, which stood then"),
            // An entry of the same minute may have been committed after the printing had read.
            sql: """
                SELECT c.id::text AS record_id, e.id::text AS detail
                FROM certificates c JOIN register_entries e ON e.learner_id = c.learner_id
                LEFT JOIN reversals r ON r.entry_id = e.id
                WHERE NOT e.id = ANY (c.entries) AND e.recorded_at < c.recorded_at - interval '1 minute'
                  AND (r.entry_id IS NULL OR r.recorded_at > c.recorded_at)
                  AND NOT EXISTS (SELECT FROM merges m WHERE c.learner_id IN (m.kept_id, m.merged_id) OR c.learner_id = ANY (m.moved))
                """),
        AuditCheck(
            name: "bulletinStatus", rule: .V1, recordKind: "learner",
            message: Text(
                zh: "{detail} 年度是否完成，通报的计算与现行登记不一致",
                en: "whether {detail} is complete: the bulletin counts otherwise than what stands"),
            sql: """
                SELECT coalesce(b.person, s.learner_id)::text AS record_id, coalesce(b.year, s.subject_year)::text AS detail
                FROM (SELECT person, year FROM (\(YearStatusQuery.sql(on: "date '9999-12-31'"))) q WHERE status = 'complete') b
                FULL JOIN (SELECT learner_id, subject_year FROM standing_entries
                           WHERE completes AND subject_year IN (SELECT year FROM subject_years)) s
                     ON s.learner_id = b.person AND s.subject_year = b.year
                WHERE b.person IS NULL OR s.learner_id IS NULL
                """),
    ]
}
