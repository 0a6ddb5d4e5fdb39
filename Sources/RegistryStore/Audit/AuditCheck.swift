import Foundation
import PostgresClient
import RegistryDomain

/// One check of the audit: a statement over the whole register that returns a row for each record that is wrong, with
/// the columns `record_id` and `detail`. Numbers, dates and routes come from the policy documents; none stands here.
/// `(SELECT day FROM run)` is the business day that the run is for.
struct AuditCheck: Sendable {
    /// What an incremental run may leave to the run before.
    enum Reach: Sendable {
        /// A finding rests on the records of one person, and on small tables that are looked at whole.
        case person
        /// It rests on records of many, or on the day.
        case register
        /// PostgreSQL itself forbids it to everybody, superusers too, as long as its guards are what they were.
        case guarded
    }

    var name: String
    var rule: RuleID
    var severity: AuditFinding.Severity = .error
    var recordKind: String
    var reach: Reach = .person
    /// `{detail}` stands for what the statement says.
    var message: Text
    /// Also returns `scope`, the learner that the record hangs on, or NULL.
    var namesScope = false
    var sql: String

    /// What rules, constraints, triggers and row-level security should have guaranteed, looked at again as if they had
    /// not.
    static let all: [AuditCheck] =
        guards + evidence + routes + decisions + claims + register + persons + places + passing + acts + counts + log
        + training

    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// What it looks for, whichever record it is: the message without what it says of one.
    var title: Text {
        func plain(_ text: String) -> String {
            ["（{detail}）", " ({detail})", "：{detail}", ": {detail}"].reduce(text) { $0.replacing($1, with: "") }
                .replacing("{detail}", with: "…")
        }
        return Text(zh: plain(message.zh), en: plain(message.en))
    }

    /// By its name, whether or not a manifest is at hand; nil for one that this program does not know.
    static func title(of name: String) -> Text? {
        (named[name] ?? unlisted.first { $0.name == name })?.title
    }

    private static let unlisted =
        [guardChanged, publication, logNode, checkpoint]
        + GuardRowChecks(manifest: GuardManifest(postgres: 0, guards: [])).all

    /// What to do about what it found.
    var remedy: Text { AuditRemedy.of(name) }
}

extension AuditCheck {
    /// Rows `record_id`, `detail`, `scope` and `id`, the fingerprint of the finding's content: of what is wrong, and of
    /// the record as far as it matters.
    ///
    /// - Parameter scope: the learners whose records are looked at; everybody's when nil.
    func statement(on day: Day, scope: [UUID]? = nil) -> Statement {
        let record = AuditRecord.of(recordKind)
        let tables = scope == nil ? "" : ", " + AuditScope.tables
        let key = namesScope ? "f.scope" : record.scope
        return Statement(
            """
            WITH run AS (SELECT $1::date AS day)\(tables)
            SELECT f.record_id, f.detail, \(reach == .person ? key : "NULL::uuid") AS scope,
                   left(encode(sha256(convert_to(concat_ws(chr(31), '\(name)', '\(recordKind)', '\(severity.rawValue)', f.record_id,
                        f.detail, \(record.content)), 'UTF8')), 'hex'), 32)::uuid AS id
            FROM (SELECT DISTINCT coalesce(record_id, '—') AS record_id, coalesce(detail, '') AS detail\(namesScope ? ", scope" : "") FROM (
            \(sql)
            ) found) f \(record.join)
            """, [Parameter(day)] + (scope.map { [Parameter($0)] } ?? []))
    }
}

/// A kind of record that findings name: where it is, whom it hangs on, and which of its columns a finding is about.
private struct AuditRecord {
    var join = ""
    var scope = "NULL::uuid"
    var content = "NULL"

    static func of(_ kind: String) -> AuditRecord {
        switch kind {
        case "entry":
            AuditRecord(
                join: "LEFT JOIN public.register_entries x ON x.id = f.record_id::uuid",
                scope: """
                    coalesce(x.learner_id, (SELECT s.learner_id FROM public.standing_entries s WHERE s.entry_id = f.record_id::uuid),
                             f.record_id::uuid)
                    """,
                content: """
                    ROW(x.kind, x.learner_id, x.subject_year, x.mode, x.hours, x.claim_id, x.decision_id, x.completion_record_id,
                        x.session_code, x.paper_number, x.recognized_by, x.recognized_on, x.recorded_by)::text
                    """)
        case "claim":
            AuditRecord(
                join: "LEFT JOIN public.claims x ON x.id = f.record_id::uuid",
                scope: "coalesce(x.learner_id, f.record_id::uuid)",
                content: "ROW(x.state, x.mode, x.hours, x.evidence, x.flags, x.routed_to, x.routing)::text")
        case "decision":
            AuditRecord(
                join: """
                    LEFT JOIN public.decisions x ON x.id = f.record_id::uuid LEFT JOIN public.claims y ON y.id = x.claim_id
                    """,
                scope: "coalesce(y.learner_id, x.claim_id)",
                content:
                    "ROW(x.claim_id, x.authority, x.decision, x.reason, x.answers, x.decided_by, x.decided_on)::text")
        case "learner":
            AuditRecord(
                join: "LEFT JOIN public.learners x ON x.id = f.record_id::uuid", scope: "f.record_id::uuid",
                content: "ROW(x.id_number, x.name, x.merged_into)::text")
        case "excuse":
            AuditRecord(
                join: "LEFT JOIN public.excuses x ON x.id = f.record_id::uuid", scope: "x.learner_id",
                content: "ROW(x.subject_year, x.reason, x.document, x.lifts_duty, x.approved_by, x.approved_on)::text")
        case "certificate":
            AuditRecord(
                join: "LEFT JOIN public.certificates x ON x.id = f.record_id::uuid",
                content: "ROW(x.learner_id, x.entries, x.printed_on)::text")
        case "employer":
            AuditRecord(
                join: "LEFT JOIN public.employers x ON x.id = f.record_id::uuid",
                content: "ROW(x.credit_code, x.level, x.division, x.merged_into)::text")
        default: AuditRecord()
        }
    }
}
