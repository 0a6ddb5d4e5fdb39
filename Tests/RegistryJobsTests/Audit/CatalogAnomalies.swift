/// Guards that were taken away, and changes of the database that take none.
extension Anomaly {
    private static let refusal = "CHECK (decision = 'recognize' OR btrim(coalesce(reason, '')) <> '')"

    static let catalogCases: [Anomaly] = [
        Anomaly(
            check: "guardChanged", record: "'trigger register_entries.append_only'",
            planted: ["DROP TRIGGER append_only ON register_entries"],
            lawful: ["CREATE INDEX further ON register_entries (recognized_on)"]),
        Anomaly(
            check: "guardChanged", record: "'trigger decisions.decision_is_lawful'",
            planted: ["ALTER TABLE decisions DISABLE TRIGGER decision_is_lawful"]),
        Anomaly(
            check: "guardChanged", record: "'function refuse_change()'",
            planted: [
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
            ]),
        Anomaly(
            check: "guardChanged", record: "'check decisions.a_refusal_says_why'",
            planted: [
                "ALTER TABLE decisions DROP CONSTRAINT a_refusal_says_why",
                "ALTER TABLE decisions ADD CONSTRAINT a_refusal_says_why \(refusal) NOT VALID",
            ],
            lawful: [
                "ALTER TABLE decisions DROP CONSTRAINT a_refusal_says_why",
                "ALTER TABLE decisions ADD CONSTRAINT a_refusal_says_why \(refusal)",
            ]),
        Anomaly(
            check: "guardChanged", record: "'policy claims.caller_reads'",
            planted: ["ALTER POLICY caller_reads ON claims USING (true)"]),
        Anomaly(
            check: "guardChanged", record: "'rowSecurity learners.row security'",
            planted: ["ALTER TABLE learners DISABLE ROW LEVEL SECURITY"]),
        Anomaly(
            check: "guardChanged", record: "'unique standing_entries.one_completing_recognition_stands'",
            planted: ["DROP INDEX one_completing_recognition_stands"]),
        Anomaly(
            check: "guardChanged", record: "'notNull register_entries.recognized_by'",
            planted: ["ALTER TABLE register_entries ALTER recognized_by DROP NOT NULL"]),
        Anomaly(
            check: "constraint", record: "returned_decision",
            planted: [
                "ALTER TABLE decisions DROP CONSTRAINT a_refusal_says_why",
                update("decisions", "returned_decision", "reason = NULL"),
            ],
            lawful: [
                "ALTER TABLE decisions DROP CONSTRAINT a_refusal_says_why",
                update("decisions", "returned_decision", "reason = '缺'"),
            ]),
    ]
}
