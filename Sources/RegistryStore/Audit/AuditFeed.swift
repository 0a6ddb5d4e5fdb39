import RegistryDomain

/// What changed since the last run, told from the records themselves and not from a log of writes: PostgreSQL stamps every
/// row version with the transaction that wrote it (`xmin`, PostgreSQL 5.5). For each bucket of learners the stamps of all
/// their records, and of what a finding about them also rests on, come to one number; two runs compare these numbers.
///
/// What two snapshots show is compared, never times: a transaction under way during a run is in the next one's comparison,
/// a deletion takes its part out of the number, and whoever writes past every trigger is stamped all the same. Writing
/// costs nothing.
enum AuditFeed {
    static let buckets = 65_536

    /// Rows `key`, `digest`: the learner that a record hangs on (or the record that it wrongly refers to, where that is
    /// not there), and a hash of the row versions involved. Every row that a finding about a learner's records may rest on
    /// is part of that learner's rows here; a record that two learners share is part of both.
    static let contributions = """
        WITH RECURSIVE units AS MATERIALIZED (
            SELECT o.id, hash_record_extended(ROW(o.xmin, k.xmin, count(c.id)), 0) AS digest
            FROM employers o LEFT JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
            LEFT JOIN employer_corrections c ON c.employer_id = o.id GROUP BY o.id, o.xmin, k.xmin
        ), hands AS MATERIALIZED (
            SELECT u.id, hash_record_extended(ROW(u.role, u.authority, u.employer_id, u.disabled_at, coalesce(own.merged_into, own.id)), 0) AS digest
            FROM users u LEFT JOIN learners own ON own.id = u.learner_id
        ), contributions (key, digest) AS (
            SELECT id, hash_record_extended(ROW(id, xmin), 1) FROM learners
            UNION ALL
            SELECT merged_into, hash_record_extended(ROW(id, xmin), 2) FROM learners WHERE merged_into IS NOT NULL
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id_number, xmin), 3) FROM learner_id_numbers
            UNION ALL
            SELECT e.learner_id, hash_record_extended(ROW(e.id, e.xmin, u.digest, h.digest), 4)
            FROM employments e LEFT JOIN units u ON u.id = e.employer_id LEFT JOIN hands h ON h.id = e.recorded_by
            UNION ALL
            SELECT x.learner_id, hash_record_extended(ROW(x.id, x.xmin, v.xmin, h.digest), 5)
            FROM excuses x LEFT JOIN excuse_revocations v ON v.excuse_id = x.id LEFT JOIN hands h ON h.id = x.recorded_by
            UNION ALL
            SELECT r.learner_id, hash_record_extended(ROW(r.id, r.xmin, h.digest), 6)
            FROM completion_records r LEFT JOIN hands h ON h.id = r.recorded_by
            UNION ALL
            SELECT c.learner_id, hash_record_extended(ROW(c.id, c.xmin, r.xmin, r.learner_id, u.digest, h.digest), 7)
            FROM claims c LEFT JOIN completion_records r ON r.id = c.completion_record_id
            LEFT JOIN units u ON u.id = c.employer_id LEFT JOIN hands h ON h.id = c.submitted_by
            UNION ALL
            SELECT coalesce(c.learner_id, g.claim_id), hash_record_extended(ROW(g.claim_id, g.routing, g.xmin, h.digest), 8)
            FROM claim_routings g LEFT JOIN claims c ON c.id = g.claim_id LEFT JOIN hands h ON h.id = g.recorded_by
            UNION ALL
            SELECT coalesce(c.learner_id, v.claim_id), hash_record_extended(ROW(v.id, v.xmin, h.digest), 9)
            FROM claim_events v LEFT JOIN claims c ON c.id = v.claim_id LEFT JOIN hands h ON h.id = v.recorded_by
            UNION ALL
            SELECT coalesce(c.learner_id, d.claim_id), hash_record_extended(ROW(d.id, d.xmin, e.xmin, h.digest, l.xmin, q.xmin), 10)
            FROM decisions d LEFT JOIN log_leaves l ON l.kind = 'decision' AND l.record_id = d.id
            LEFT JOIN log_queue q ON q.kind = 'decision' AND q.record_id = d.id LEFT JOIN claims c ON c.id = d.claim_id LEFT JOIN register_entries e ON e.decision_id = d.id
            LEFT JOIN hands h ON h.id = d.decided_by
            UNION ALL
            SELECT e.learner_id, hash_record_extended(ROW(e.id, e.xmin, c.xmin, c.learner_id, d.xmin, r.xmin, s.xmin, h.digest, l.xmin, q.xmin), 11)
            FROM register_entries e LEFT JOIN log_leaves l ON l.kind = 'entry' AND l.record_id = e.id
            LEFT JOIN log_queue q ON q.kind = 'entry' AND q.record_id = e.id LEFT JOIN claims c ON c.id = e.claim_id LEFT JOIN decisions d ON d.id = e.decision_id
            LEFT JOIN completion_records r ON r.id = e.completion_record_id LEFT JOIN standing_entries s ON s.entry_id = e.id
            LEFT JOIN hands h ON h.id = e.recorded_by
            UNION ALL
            SELECT coalesce(e.learner_id, r.entry_id), hash_record_extended(ROW(r.entry_id, r.xmin, h.digest, l.xmin, q.xmin), 12)
            FROM reversals r LEFT JOIN log_leaves l ON l.kind = 'reversal' AND l.record_id = r.entry_id
            LEFT JOIN log_queue q ON q.kind = 'reversal' AND q.record_id = r.entry_id LEFT JOIN register_entries e ON e.id = r.entry_id LEFT JOIN hands h ON h.id = r.recorded_by
            UNION ALL
            SELECT s.learner_id, hash_record_extended(ROW(s.entry_id, s.xmin, e.xmin), 13)
            FROM standing_entries s LEFT JOIN register_entries e ON e.id = s.entry_id
            UNION ALL
            SELECT k.key, hash_record_extended(ROW(m.id, m.xmin, v.xmin), 14)
            FROM merges m LEFT JOIN merge_reversals v ON v.merge_id = m.id CROSS JOIN unnest(m.moved || m.kept_id || m.merged_id) k (key)
            UNION ALL
            SELECT coalesce(learner_id, record_id), hash_record_extended(ROW(kind, record_id, xmin), 19) FROM log_openings
            UNION ALL
            SELECT coalesce(x.learner_id, v.excuse_id), hash_record_extended(ROW(v.excuse_id, v.xmin), 17)
            FROM excuse_revocations v LEFT JOIN excuses x ON x.id = v.excuse_id
            UNION ALL
            SELECT coalesce(m.kept_id, v.merge_id), hash_record_extended(ROW(v.merge_id, v.xmin), 18)
            FROM merge_reversals v LEFT JOIN merges m ON m.id = v.merge_id
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 15) FROM certificates
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 16) FROM learner_corrections
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 20) FROM notices
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(plan_id, xmin), 21) FROM training_plan_learners
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 22) FROM training_invitations
            UNION ALL
            SELECT coalesce(i.learner_id, a.invitation_id), hash_record_extended(ROW(a.id, a.xmin), 23)
            FROM training_answers a LEFT JOIN training_invitations i ON i.id = a.invitation_id
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 24) FROM training_attendance
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 25) FROM training_assessments
            UNION ALL
            SELECT learner_id, hash_record_extended(ROW(id, xmin), 26) FROM training_charges
        )
        """

    /// One row: the column `buckets`, an array with a number for each.
    static let digests = """
        \(contributions), numbers AS (
            SELECT \(bucket("key")) AS bucket, bit_xor(digest) AS digest FROM contributions WHERE key IS NOT NULL GROUP BY 1
        )
        SELECT array_agg(coalesce(n.digest, 0) ORDER BY b) AS buckets
        FROM generate_series(0, \(buckets - 1)) b LEFT JOIN numbers n ON n.bucket = b
        """

    /// One row: the column `segments`, the same for each 16,384 lines of the access log.
    static let segments = """
        WITH numbers AS (
            SELECT id / 16384 AS segment, bit_xor(hash_record_extended(ROW(id, xmin), 0)) AS digest FROM access_log GROUP BY 1
        )
        SELECT coalesce(array_agg(coalesce(n.digest, 0) ORDER BY s), '{}') AS segments
        FROM generate_series(0, (SELECT max(segment) FROM numbers)) s LEFT JOIN numbers n ON n.segment = s
        """

    static func bucket(_ key: String) -> String { "(uuid_hash_extended(\(key), 0) & \(buckets - 1))" }

    /// Rows `id`: every learner in one of the buckets `$1` (bigint[]), and whoever shares a record with one of them,
    /// merged records first of all: what a finding says of a person rests on all records of the person.
    static let scope = """
        \(contributions), links (a, b) AS MATERIALIZED (
            SELECT id, merged_into FROM learners WHERE merged_into IS NOT NULL
            UNION ALL
            SELECT e.learner_id, s.learner_id FROM standing_entries s JOIN register_entries e ON e.id = s.entry_id
            WHERE e.learner_id <> s.learner_id
            UNION ALL
            SELECT c.learner_id, r.learner_id FROM claims c JOIN completion_records r ON r.id = c.completion_record_id
            WHERE r.learner_id <> c.learner_id
            UNION ALL
            SELECT e.learner_id, r.learner_id FROM register_entries e
            JOIN completion_records r ON r.id = e.completion_record_id WHERE r.learner_id <> e.learner_id
            UNION ALL
            SELECT e.learner_id, coalesce(c.learner_id, e.claim_id) FROM register_entries e LEFT JOIN claims c ON c.id = e.claim_id
            WHERE coalesce(c.learner_id, e.claim_id) <> e.learner_id
            UNION ALL
            SELECT e.learner_id, coalesce(c.learner_id, d.claim_id) FROM register_entries e JOIN decisions d ON d.id = e.decision_id
            LEFT JOIN claims c ON c.id = d.claim_id WHERE coalesce(c.learner_id, d.claim_id) <> e.learner_id
        ), neighbours (a, b) AS MATERIALIZED (
            SELECT a, b FROM links UNION SELECT b, a FROM links
        ), touched (id) AS (
            SELECT DISTINCT key FROM contributions WHERE key IS NOT NULL AND \(bucket("key")) = ANY ($1)
        )
        , reached (id) AS (
            SELECT id FROM touched UNION SELECT n.b FROM reached JOIN neighbours n ON n.a = reached.id
        )
        SELECT id FROM reached
        """

    /// One row: the column `foundation`, what every check rests on: guards in the catalogue, and notices. Where it differs
    /// from the last run's, everything is looked at again: a trigger that was off for a minute leaves another stamp.
    static let foundation = """
        SELECT md5(string_agg(part, ' ' ORDER BY part)) AS foundation FROM (
            SELECT 't' || bit_xor(hash_record_extended(ROW(g.oid, g.xmin), 0)) AS part FROM pg_trigger g
            JOIN pg_class c ON c.oid = g.tgrelid WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'k' || bit_xor(hash_record_extended(ROW(oid, xmin), 0)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'i' || bit_xor(hash_record_extended(ROW(i.indexrelid, i.xmin), 0)) FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'p' || bit_xor(hash_record_extended(ROW(oid, xmin), 0)) FROM pg_policy
            UNION ALL
            SELECT 'f' || bit_xor(hash_record_extended(ROW(oid, xmin), 0)) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'c' || bit_xor(hash_record_extended(ROW(oid, relrowsecurity, relforcerowsecurity), 0)) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            UNION ALL
            SELECT 'a' || bit_xor(hash_record_extended(ROW(a.attrelid, a.attnum, a.attnotnull), 0)) FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
            UNION ALL
            SELECT 'n' || count(*) || coalesce(bit_xor(hash_record_extended(ROW(notice, version, xmin), 0)), 0) FROM policies
            UNION ALL
            SELECT 'y' || count(*) || coalesce(bit_xor(hash_record_extended(ROW(year, xmin), 0)), 0) FROM subject_years
            UNION ALL
            SELECT 'w' || count(*) || coalesce(bit_xor(hash_record_extended(ROW(notice, version, mode, level, xmin), 0)), 0)
            FROM policy_routes) parts
        """
}
