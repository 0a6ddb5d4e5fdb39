import Foundation
import PostgresClient
import RegistryDomain

/// A decision on any number of claims as one statement: claim, decision, register entry, event, access log and the
/// answer kept for its key, in one round trip and all or nothing. The database's constraints hold whatever this
/// statement says; it says first, so that each claim gets its own reason.
///
/// Two claims of one person and year in one call are decided one after the other (`again`), since the first may
/// complete the year.
enum DecisionStatement {
    static func make(
        claims: [UUID], _ request: DecisionRequest, today: Day, caller: Caller, once: OnceKey?
    ) throws -> Statement {
        let answers = JSONB(text: try RegistryJSON.string(request.answers ?? [:]))
        return Statement(
            sql,
            [
                Parameter(claims), Parameter(request.decision.rawValue), Parameter(request.reason), Parameter(answers),
                Parameter(today), Parameter(caller.userId), Parameter(caller.authority?.description),
                Parameter(caller.learnerId), Parameter(once?.key), Parameter(once?.fingerprint),
                Parameter(caller.role.rawValue), Parameter(caller.requestId),
            ])
    }

    static let sql = """
        WITH kept AS MATERIALIZED (
            SELECT fingerprint, response FROM idempotency_keys WHERE user_id = $6 AND key = $9
        ), asked AS (
            SELECT id, ordinality, row_number() OVER (PARTITION BY id ORDER BY ordinality) AS repetition
            FROM unnest($1) WITH ORDINALITY AS a (id, ordinality)
        ), held AS MATERIALIZED (
            SELECT c.* FROM claims c
            WHERE c.id = ANY ($1) AND c.routed_to = $7 AND NOT EXISTS (SELECT FROM kept)
            ORDER BY c.id FOR NO KEY UPDATE
        ), judged AS MATERIALIZED (
            SELECT a.ordinality, a.id AS asked_id, h.*, p.person, stands.entry_id AS standing_entry,
                   CASE
                       WHEN a.repetition > 1 THEN 'claimAskedTwice'
                       WHEN h.id IS NULL AND claim_routed_to(a.id) IS NULL THEN 'claimUnknown'
                       WHEN h.id IS NULL THEN 'outsideJurisdiction'
                       WHEN $8 IS NOT NULL AND p.person IN (SELECT person_records($8, NULL)) THEN 'ownClaim'
                       WHEN h.state <> 'submitted' THEN 'claimDecided'
                       WHEN $2 <> 'recognize' AND btrim(coalesce($3, '')) = '' THEN 'reasonMissing'
                       WHEN NOT h.flags <@ ARRAY(SELECT key FROM jsonb_each_text($4) WHERE btrim(value) <> '')
                           THEN 'flagUnanswered'
                       WHEN $2 <> 'recognize' THEN 'decided'
                       WHEN stands.completes THEN 'yearComplete'
                       WHEN stands.completion_record_id = h.completion_record_id THEN 'recordUsed'
                       WHEN stands.session_code = h.session_code THEN 'sessionUsed'
                       WHEN row_number() OVER (PARTITION BY coalesce(p.person, a.id), h.subject_year, h.state = 'submitted'
                                               ORDER BY a.ordinality) > 1 THEN 'again'
                       ELSE 'decided'
                   END AS code
            FROM asked a
            LEFT JOIN held h ON h.id = a.id
            LEFT JOIN LATERAL (SELECT coalesce(l.merged_into, l.id) AS person FROM learners l WHERE l.id = h.learner_id) p ON true
            LEFT JOIN LATERAL (
                SELECT s.entry_id, s.completes, s.completion_record_id, s.session_code FROM standing_entries s
                WHERE s.learner_id = p.person
                  AND ((s.completes AND s.subject_year = h.subject_year) OR s.completion_record_id = h.completion_record_id
                       OR s.session_code = h.session_code)
                ORDER BY s.completes DESC LIMIT 1) stands ON true
        ), decided AS (
            INSERT INTO decisions (id, claim_id, routing, authority, decision, reason, answers, decided_by, decided_on)
            SELECT gen_random_uuid(), id, routing, $7, $2, $3, $4, $6, $5 FROM judged WHERE code = 'decided'
            RETURNING id, claim_id
        ), entered AS (
            INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision,
                                          completion_record_id, session_code, recognized_by, recognized_on, recorded_by)
            SELECT gen_random_uuid(), 'recognition', j.learner_id, j.subject_year, j.mode, j.hours, j.id, d.id, $2,
                   j.completion_record_id, j.session_code, $7, $5, $6
            FROM decided d JOIN judged j ON j.id = d.claim_id AND j.code = 'decided'
            WHERE $2 = 'recognize' ORDER BY j.ordinality
            RETURNING id, claim_id
        ), moved AS (
            UPDATE claims c SET state = CASE $2 WHEN 'recognize' THEN 'recognized' WHEN 'return' THEN 'returned'
                                        ELSE 'rejected' END, state_since = $5, version = c.version + 1
            FROM decided d WHERE c.id = d.claim_id
        ), told AS (
            INSERT INTO claim_events (claim_id, event, state, reason, detail, occurred_on, recorded_by)
            SELECT claim_id, $2, CASE $2 WHEN 'recognize' THEN 'recognized' WHEN 'return' THEN 'returned'
                                 ELSE 'rejected' END, $3, $4, $5, $6 FROM decided
        ), logged AS (
            INSERT INTO access_log (user_id, role, authority, action, learner_id, record_id, outcome, code, request_id)
            SELECT $6, $11, $7, 'decideClaim', learner_id, asked_id::text,
                   CASE WHEN code IN ('outsideJurisdiction', 'ownClaim') THEN 'refused' ELSE 'allowed' END,
                   nullif(code, 'decided'), $12
            FROM judged WHERE code <> 'again' AND NOT EXISTS (SELECT FROM kept)
        ), results AS MATERIALIZED (
            SELECT j.ordinality, j.asked_id, j.code, j.subject_year, d.id AS decision_id,
                   coalesce(e.id, CASE WHEN j.code IN ('yearComplete', 'recordUsed', 'sessionUsed') THEN j.standing_entry
                                       WHEN j.code = 'claimDecided' THEN (SELECT r.id FROM register_entries r WHERE r.claim_id = j.id)
                                  END) AS entry_id,
                   CASE WHEN j.code = 'outsideJurisdiction'
                        THEN CASE left(claim_routed_to(j.asked_id), 4) WHEN 'base' THEN 'R3' WHEN 'city' THEN 'R1' ELSE 'R2' END
                   END AS rule
            FROM judged j
            LEFT JOIN decided d ON d.claim_id = j.id AND j.code = 'decided'
            LEFT JOIN entered e ON e.claim_id = j.id AND j.code = 'decided'
        ), answer AS (
            SELECT jsonb_agg(jsonb_build_object('claim', asked_id, 'code', code, 'subjectYear', subject_year,
                             'decision', decision_id, 'entry', entry_id, 'rule', rule, 'on', $5) ORDER BY ordinality) AS rows
            FROM results
        ), kept_now AS (
            INSERT INTO idempotency_keys (user_id, key, fingerprint, status, response)
            SELECT $6, $9, $10, 0, rows FROM answer
            WHERE $9 IS NOT NULL AND NOT EXISTS (SELECT FROM kept)
              AND NOT EXISTS (SELECT FROM results WHERE code = 'again')
        )
        SELECT coalesce((SELECT response FROM kept), rows) AS rows, (SELECT fingerprint FROM kept) AS fingerprint FROM answer
        """

    /// What the statement says of one claim.
    struct Line: Codable {
        var claim: UUID
        var code: String
        var subjectYear: Int?
        var decision: UUID?
        var entry: UUID?
        var rule: String?
        var on: Day

        func result(of decision: Decision) -> DecisionResult {
            guard let refusal = DecisionRefusal(rawValue: code) else {
                return DecisionResult(
                    claim: claim, status: 201, decision: self.decision, entry: entry,
                    recognizedOn: decision == .recognize ? on : nil, code: nil, reasons: nil)
            }
            return DecisionResult(
                claim: claim, status: refusal.status, decision: nil, entry: entry, recognizedOn: nil,
                code: refusal.rawValue,
                reasons: [refusal.reason(rule: rule, subjectYear: subjectYear)])
        }
    }
}
