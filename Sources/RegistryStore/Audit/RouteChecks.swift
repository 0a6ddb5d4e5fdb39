import RegistryDomain

/// Whether each claim went to the desk that the notice names (R1 to R3, Q5 to Q7).
extension AuditCheck {
    static let routes: [AuditCheck] = [
        AuditCheck(
            name: "route", rule: .R2, recordKind: "entry",
            message: Text(
                zh: "认定机构 {detail} 与应认定的机构不符", en: "recognized by {detail}, not by the authority that the route names"),
            sql: """
                SELECT e.id::text AS record_id, e.recognized_by AS detail
                FROM \(AuditSQL.recognized) e JOIN employers o ON o.id = e.employer_id
                WHERE NOT EXISTS (SELECT FROM claim_routings g WHERE g.claim_id = e.claim_id AND g.routing > 1)
                  AND NOT \(AuditSQL.hasMoved("o.id"))
                  AND NOT EXISTS (
                      SELECT FROM \(AuditSQL.terms) t CROSS JOIN jsonb_array_elements(t.document -> 'routes') w
                      WHERE \(AuditSQL.inForce) AND w ->> 'mode' = e.mode AND w ->> 'level' = o.level
                      AND e.recognized_by = CASE w ->> 'authority' WHEN 'county' THEN 'county:' || o.division ELSE w ->> 'authority' END)
                """),
        AuditCheck(
            name: "claimRoute", rule: .R2, recordKind: "claim",
            message: Text(
                zh: "申请交给了 {detail}，与应受理的机构不符",
                en: "laid before {detail}, not before the authority that the route names"),
            sql: """
                SELECT e.id::text AS record_id, e.authority AS detail
                FROM (SELECT c.id, c.subject_year, c.mode, c.employer_id, c.recorded_at, c.recorded_at AS claimed_at, g.authority
                      FROM claims c JOIN claim_routings g ON g.claim_id = c.id AND g.routing = 1) e
                JOIN employers o ON o.id = e.employer_id
                WHERE NOT \(AuditSQL.hasMoved("o.id"))
                  AND NOT EXISTS (
                      SELECT FROM \(AuditSQL.terms) t CROSS JOIN jsonb_array_elements(t.document -> 'routes') w
                      WHERE \(AuditSQL.inForce) AND w ->> 'mode' = e.mode AND w ->> 'level' = o.level
                      AND e.authority = CASE w ->> 'authority' WHEN 'county' THEN 'county:' || o.division ELSE w ->> 'authority' END)
                """),
        AuditCheck(
            name: "claimRouting", rule: .Q7, recordKind: "claim",
            message: Text(
                zh: "申请所在机构（{detail}）与转办记录不符", en: "where the claim lies ({detail}) does not follow from its routings"),
            sql: """
                SELECT c.id::text AS record_id, c.routed_to AS detail FROM claims c
                LEFT JOIN (SELECT DISTINCT ON (claim_id) claim_id, routing, authority FROM claim_routings
                           ORDER BY claim_id, routing DESC) g ON g.claim_id = c.id
                WHERE (c.routing, c.routed_to) IS DISTINCT FROM (g.routing, g.authority)
                   OR ('Q7' = ANY (c.rules)) <> (c.routing > 1)
                """),
        AuditCheck(
            name: "reroute", rule: .Q7, recordKind: "claim",
            message: Text(
                zh: "转办（{detail}）不是市人社局说明理由后作出的，或转给了不认定该学习方式的机构",
                en:
                    "rerouted to {detail} without a reason, not by the city bureau, or where that mode is not recognized"
            ),
            sql: """
                SELECT g.claim_id::text AS record_id, g.authority AS detail FROM claim_routings g
                JOIN claims c ON c.id = g.claim_id LEFT JOIN users u ON u.id = g.recorded_by
                WHERE g.routing > 1
                  AND (coalesce(u.role, '') NOT IN (\(AuditSQL.roles(.rerouteClaim))) OR btrim(coalesce(g.reason, '')) = ''
                       OR NOT EXISTS (
                           SELECT FROM \(AuditSQL.terms) t CROSS JOIN jsonb_array_elements(t.document -> 'routes') w
                           WHERE t.year = c.subject_year AND w ->> 'mode' = c.mode
                             AND (w ->> 'authority' = 'base') = (g.authority = 'base')))
                """),
        AuditCheck(
            name: "flagMissing", rule: .M1, recordKind: "claim",
            message: Text(zh: "应以{detail}学习的人员，申请上没有标记", en: "{detail} was expected, and the claim carries no flag"),
            sql: """
                SELECT e.id::text AS record_id, expected.mode AS detail
                FROM (SELECT c.*, c.recorded_at AS claimed_at FROM claims c) e
                JOIN employers o ON o.id = e.employer_id
                JOIN \(AuditSQL.terms) t ON \(AuditSQL.inForce)
                CROSS JOIN LATERAL (
                    SELECT a ->> 'expected' AS mode FROM jsonb_array_elements(t.document -> 'attendance') WITH ORDINALITY r (a, place)
                    WHERE a ->> 'level' = o.level AND coalesce(a ->> 'kind', o.kind) = o.kind ORDER BY place LIMIT 1) expected
                WHERE expected.mode <> e.mode AND NOT '\(ClaimFlag.faceToFaceExpected.rawValue)' = ANY (e.flags)
                  AND NOT EXISTS (SELECT FROM employer_corrections k WHERE k.employer_id = o.id)
                  -- A claim that came back was looked at anew, perhaps at another employer.
                  AND NOT EXISTS (SELECT FROM claim_events v WHERE v.claim_id = e.id AND v.event = 'resubmit')
                """),
        AuditCheck(
            name: "submitter", rule: .A2, recordKind: "claim",
            message: Text(zh: "提交人（{detail}）无权代该学员提交", en: "handed in by {detail}, who could not for this learner"),
            sql: """
                SELECT c.id::text AS record_id, u.role AS detail FROM claims c
                LEFT JOIN users u ON u.id = c.submitted_by
                LEFT JOIN learners l ON l.id = c.learner_id LEFT JOIN learners own ON own.id = u.learner_id
                WHERE CASE WHEN coalesce(u.role, '') NOT IN (\(AuditSQL.roles(.submitClaim))) THEN true
                      WHEN u.role = 'learner' THEN coalesce(own.merged_into, own.id) IS DISTINCT FROM coalesce(l.merged_into, l.id)
                           AND NOT EXISTS (SELECT FROM merges m WHERE l.id IN (m.kept_id, m.merged_id) OR l.id = ANY (m.moved))
                      WHEN u.role = 'unitAdmin' THEN c.employer_id IS DISTINCT FROM u.employer_id
                      WHEN u.role = 'countyOfficer' THEN c.area IS DISTINCT FROM u.authority
                      WHEN u.role = 'baseOfficer' THEN c.mode <> 'faceToFace' ELSE false END
                """),
    ]
}
