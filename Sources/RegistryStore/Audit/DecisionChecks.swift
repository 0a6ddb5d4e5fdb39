import RegistryDomain

/// Who decided, and what became of it.
extension AuditCheck {
    static let decisions: [AuditCheck] = [
        AuditCheck(
            name: "decider", rule: .R1, recordKind: "decision",
            message: Text(
                zh: "作出认定的人员不属于该机构，或账号当时已停用（{detail}）",
                en: "decided by somebody who is not of the authority, or whose account had been disabled ({detail})"),
            sql: """
                SELECT d.id::text AS record_id, d.authority AS detail FROM decisions d LEFT JOIN users u ON u.id = d.decided_by
                WHERE u.authority IS DISTINCT FROM d.authority OR NOT \(AuditSQL.mayDo(.decideClaim, at: "d.recorded_at"))
                """),
        AuditCheck(
            name: "ownDecision", rule: .R1, recordKind: "decision",
            message: Text(zh: "认定人认定了本人的申请", en: "somebody decided their own claim"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail
                FROM decisions d JOIN users u ON u.id = d.decided_by JOIN claims c ON c.id = d.claim_id
                JOIN learners own ON own.id = u.learner_id JOIN learners l ON l.id = c.learner_id
                WHERE coalesce(own.merged_into, own.id) = coalesce(l.merged_into, l.id)
                """),
        AuditCheck(
            name: "decisionRouting", rule: .R1, recordKind: "decision",
            message: Text(zh: "认定机构 {detail} 不是申请所在的机构", en: "decided by {detail}, where the claim did not lie"),
            sql: """
                SELECT d.id::text AS record_id, d.authority AS detail FROM decisions d
                LEFT JOIN claim_routings g ON g.claim_id = d.claim_id AND g.routing = d.routing
                WHERE g.authority IS DISTINCT FROM d.authority
                """),
        AuditCheck(
            name: "flagAnswered", rule: .Q6, recordKind: "decision",
            message: Text(zh: "认定时没有答复标记", en: "a flag of the claim was not answered"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail FROM decisions d JOIN claims c ON c.id = d.claim_id
                WHERE d.decision = 'recognize'
                  AND NOT c.flags <@ ARRAY(SELECT key FROM jsonb_each_text(d.answers) WHERE btrim(value) <> '')
                """),
        AuditCheck(
            name: "refusalWithoutReason", rule: .R4, recordKind: "decision",
            message: Text(zh: "退回或不予认定而没有理由", en: "returned or rejected without a reason"),
            sql: """
                SELECT d.id::text AS record_id, d.decision AS detail FROM decisions d
                WHERE d.decision <> 'recognize' AND btrim(coalesce(d.reason, '')) = ''
                """),
        AuditCheck(
            name: "decisionBeforeClaim", rule: .Q11, recordKind: "decision",
            message: Text(zh: "认定日期（{detail}）早于提交日期", en: "decided on {detail}, before the claim was handed in"),
            sql: """
                SELECT d.id::text AS record_id, d.decided_on::text AS detail FROM decisions d JOIN claims c ON c.id = d.claim_id
                WHERE d.decided_on < c.submitted_on
                """),
        AuditCheck(
            name: "entryWithoutDecision", rule: .R4, recordKind: "entry",
            message: Text(zh: "登记没有相应的认定", en: "an entry without a recognizing decision of its own authority"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM register_entries e
                LEFT JOIN decisions d ON d.id = e.decision_id AND d.claim_id = e.claim_id AND d.decision = 'recognize'
                     AND d.authority = e.recognized_by AND d.decided_on = e.recognized_on AND d.decided_by = e.recorded_by
                WHERE e.kind = 'recognition' AND d.id IS NULL
                """),
        AuditCheck(
            name: "decisionWithoutEntry", rule: .R4, recordKind: "decision",
            message: Text(zh: "认定没有形成登记", en: "a recognition that became no entry"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail FROM decisions d
                LEFT JOIN register_entries e ON e.decision_id = d.id
                WHERE d.decision = 'recognize' AND e.id IS NULL
                """),
        AuditCheck(
            name: "recorder", rule: .R4, recordKind: "entry",
            message: Text(
                zh: "登记人不属于认定机构（{detail}），或账号当时已停用",
                en: "recorded by somebody who is not of {detail}, or whose account had been disabled"),
            sql: """
                SELECT e.id::text AS record_id, e.recognized_by AS detail FROM register_entries e
                LEFT JOIN users u ON u.id = e.recorded_by
                WHERE u.authority IS DISTINCT FROM e.recognized_by OR NOT \(AuditSQL.mayDo(.decideClaim, at: "e.recorded_at"))
                """),
    ]

    /// The life of a claim against the one table of its transitions.
    static let claims: [AuditCheck] = [
        AuditCheck(
            name: "claimState", rule: .R4, recordKind: "claim",
            message: Text(
                zh: "申请的状态（{detail}）与其经过不符", en: "the claim's state ({detail}) does not follow from its history"),
            sql: """
                SELECT c.id::text AS record_id, c.state AS detail FROM claims c
                LEFT JOIN (SELECT DISTINCT ON (claim_id) claim_id, state, occurred_on FROM claim_events
                           ORDER BY claim_id, id DESC) last ON last.claim_id = c.id
                LEFT JOIN register_entries e ON e.claim_id = c.id
                WHERE (last.state, last.occurred_on) IS DISTINCT FROM (c.state, c.state_since)
                   OR (c.state = 'recognized') <> (e.id IS NOT NULL)
                """),
        AuditCheck(
            name: "claimHistory", rule: .R4, recordKind: "claim",
            message: Text(zh: "申请经过中有不可能的一步（{detail}）", en: "a step that cannot be in the claim's history ({detail})"),
            sql: """
                SELECT DISTINCT h.claim_id::text AS record_id, concat_ws(' ', h.before, h.event, h.state) AS detail
                FROM (SELECT claim_id, event, state, lag(state) OVER (PARTITION BY claim_id ORDER BY id) AS before
                      FROM claim_events) h
                LEFT JOIN (VALUES \(transitions)) t (before, event, state)
                     ON t.before = coalesce(h.before, '') AND t.event = h.event AND t.state = h.state
                WHERE t.event IS NULL
                """),
        AuditCheck(
            name: "decisionTold", rule: .R4, recordKind: "claim",
            message: Text(zh: "认定与申请经过不一一对应", en: "decisions and the claim's history do not match"),
            sql: """
                SELECT coalesce(d.claim_id, v.claim_id)::text AS record_id, coalesce(d.decision, v.event) AS detail
                FROM (SELECT claim_id, decision, decided_by, decided_on, count(*) AS times FROM decisions GROUP BY 1, 2, 3, 4) d
                FULL JOIN (SELECT claim_id, event, recorded_by, occurred_on, count(*) AS times FROM claim_events
                           WHERE event IN (\(AuditSQL.list([Decision.recognize, .return, .reject].map(\.rawValue)))) GROUP BY 1, 2, 3, 4) v
                     ON v.claim_id = d.claim_id AND v.event = d.decision AND v.recorded_by = d.decided_by
                        AND v.occurred_on = d.decided_on
                WHERE d.times IS DISTINCT FROM v.times
                """),
        AuditCheck(
            name: "claimOpenTwice", rule: .O1, recordKind: "claim",
            message: Text(zh: "同一年度或同一班次有两件在办申请", en: "open twice for one year or one session"),
            sql: """
                SELECT id::text AS record_id, subject_year::text AS detail
                FROM (SELECT id, subject_year, count(*) OVER (PARTITION BY learner_id, mode, CASE mode WHEN 'online' THEN subject_year::text
                                                              ELSE session_code END) AS open
                      FROM claims WHERE state IN ('submitted', 'returned')) c WHERE open > 1
                """),
    ]

    private static let transitions: String = {
        let events: [(ClaimEvent, String)] =
            [Decision.recognize, .return, .reject].map { (.decide($0), $0.rawValue) }
            + [(.withdraw, "withdraw"), (.resubmit, "resubmit"), (.reroute, "reroute")]
        let steps = ClaimState.allCases.flatMap { state in
            events.compactMap { event, name in
                ClaimRules.transition(from: state, event: event).map {
                    "('\(state.rawValue)', '\(name)', '\($0.rawValue)')"
                }
            }
        }
        return (["('', 'submit', 'submitted')"] + steps).joined(separator: ", ")
    }()
}
