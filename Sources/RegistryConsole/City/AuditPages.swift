import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct AuditModel {
    struct Check {
        var name: String
        var rule: String
        var severity: String
        var severityWord: String
        var open: String
        var acknowledged: String
        var address: String
        var remedy: String
    }
    var run: RunModel?
    var checks: [Check]
    var isClean: Bool
    var mayRun: Bool
    var running: RunningModel?
    var failure: [String]
}

private struct RunningModel {
    var text: String
    var done: String
    var of: String
}

private struct RunningPartModel {
    var running: RunningModel?
}

/// One run, the summary that is read in a minute.
struct RunModel {
    var address: String
    var good: Bool
    var verdict: String
    var change: String
    var extent: String
    var when: String
    var kind: String
    var errors: String
    var warnings: String

    init(_ run: AuditRunSummary, report: AuditReport? = nil, _ words: Words) {
        let totals = run.totals
        good = totals.errors + totals.warnings == 0
        address = "/audit/runs/\(run.id.uuidString.lowercased())"
        verdict =
            good
            ? words("auditClean", ["day": run.asOf.description])
            : words(
                "auditFound",
                [
                    "day": run.asOf.description, "errors": Figure.text(totals.errors),
                    "warnings": Figure.text(totals.warnings),
                ])
        change = words(
            "auditChange",
            [
                "opened": Figure.text(totals.opened), "closed": Figure.text(totals.closed),
                "acknowledged": Figure.text(totals.acknowledged),
            ])
        kind = words("audit_\(run.kind.rawValue)")
        when = words(
            "auditWhen",
            [
                "from": Figure.text(run.startedAt),
                "seconds": Figure.text(max(1, Int(run.finishedAt.timeIntervalSince(run.startedAt).rounded()))),
            ])
        errors = Figure.text(totals.errors)
        warnings = Figure.text(totals.warnings)
        extent = report.map { Self.extent($0, words) } ?? ""
    }

    init(_ report: AuditReport, _ words: Words) {
        self.init(AuditRunSummary(report), report: report, words)
    }

    private static func extent(_ report: AuditReport, _ words: Words) -> String {
        let size = words(
            "auditSize",
            [
                "learners": Figure.text(report.counts.learners), "entries": Figure.text(report.counts.entries),
                "claims": Figure.text(report.counts.claims), "checks": "\(report.checks.count)",
            ])
        switch report.kind {
        case .full: return size + (report.cause.map { words("auditCause_\($0.rawValue)") } ?? "")
        case .incremental:
            return size + words("auditPersons", ["persons": Figure.text(report.persons ?? 0)])
        }
    }
}

private struct FindingsModel {
    var choices: [ChoiceModel]
    var severities: [ChoiceModel]
    var standings: [ChoiceModel]
    var check: String?
    var rule: RuleModel?
    var remedy: String?
    var findings: [FindingModel]
    var isEmpty: Bool
    var next: String?
    var here: String
    var messages: [String]
    /// What was typed and could not be used.
    var typed: String?
}

private struct RunPageModel {
    var run: RunModel
    var findings: [FindingModel]
    var isEmpty: Bool
    var more: String?
}

extension Console {
    static let auditPages: [ConsolePage] = [
        .get("/audit") { visit in try await visit.audit() },
        .post("/audit/runs") { visit in try await visit.startAudit() },
        .get("/audit/runs") { visit in try await visit.auditRuns() },
        .get("/audit/runs/{id}") { visit in try await visit.auditRun() },
        .get("/audit/findings") { visit in try await visit.findings() },
        .post("/audit/findings/{id}/acknowledgements") { visit in try await visit.acknowledge() },
        .get("/audit/guards") { visit in try await visit.guards() },
    ]
}

extension Visit {
    fileprivate func audit() async throws -> Answer {
        let caller = try caller
        let counts = try await store.auditCheckCounts(as: caller)
        let latest: AuditReport?
        do {
            latest = try await store.latestAudit(as: caller)
        } catch StoreError.notFound {
            latest = nil
        }
        let errand = await console.errands.state(.audit)
        let running = errand.flatMap { $0.isRunning ? runningModel($0) : nil }
        if wantsFragment { return fragment("audit-running-part", RunningPartModel(running: running)) }
        let model = AuditModel(
            run: latest.map { RunModel($0, words) },
            checks: counts.map { count in
                .init(
                    name: words(count.title), rule: count.rule.rawValue,
                    severity: count.severity == .error ? "failed" : "pending",
                    severityWord: words("severity_\(count.severity.rawValue)"), open: Figure.text(count.open),
                    acknowledged: Figure.text(count.acknowledged),
                    address: Link.to("/audit/findings", [("check", count.check)]), remedy: words(count.remedy))
            }, isClean: counts.isEmpty, mayRun: Rights.scope(of: caller.role, for: .runAudit) != nil,
            running: running, failure: failure(of: errand))
        return await page("audit", title: words("auditTitle"), model)
    }

    private func runningModel(_ errand: Errands.State) -> RunningModel {
        RunningModel(
            text: words("auditRunning", ["person": errand.by, "since": Figure.text(errand.startedAt)]),
            done: "\(errand.done)", of: "\(max(1, errand.of))")
    }

    private func failure(of errand: Errands.State?) -> [String] {
        guard let failure = errand?.failure, errand?.isRunning == false else { return [] }
        return (failure as? StoreError).map { ConsoleProblem.messages(of: $0, words) } ?? [words("auditFailed")]
    }

    /// The run goes on when the page has been answered; whoever looks sees how far it is.
    fileprivate func startAudit() async throws -> Answer {
        let caller = try caller
        try await store.permit(.runAudit, caller)
        let request = AuditRequest(full: form["full"] != nil)
        let city = console.city
        await console.errands.start(.audit, by: caller.personName) { onProgress in
            _ = try await city.runAudit(request, caller, onProgress)
        }
        return .seeOther("/audit")
    }

    fileprivate func auditRuns() async throws -> Answer {
        let runs = try await store.auditRuns(as: caller)
        let model: [String: Any] = ["runs": runs.map { RunModel($0, words) }, "isEmpty": runs.isEmpty]
        return await page("audit-runs", title: words("auditRunsTitle"), model)
    }

    fileprivate func auditRun() async throws -> Answer {
        let report = try await store.auditRun(id(), as: caller)
        let shown = report.findings.count
        let model = RunPageModel(
            run: RunModel(report, words), findings: report.findings.map { FindingModel($0, words) },
            isEmpty: report.findings.isEmpty,
            more: report.totalFindings > shown ? words("auditListed", ["count": Figure.text(shown)]) : nil)
        return await page("audit-run", title: words("auditRunTitle", ["day": report.asOf.description]), model)
    }

    fileprivate func findings(messages: [String] = [], _ status: HTTPResponse.Status = .ok) async throws -> Answer {
        let caller = try caller
        let check = asked["check"] ?? form["check"]
        let severity = (asked["severity"] ?? form["severity"]).flatMap { AuditFinding.Severity(rawValue: $0) }
        let isAcknowledged = (asked["acknowledged"] ?? form["acknowledged"]).flatMap { Bool($0) }
        let found = try await console.city.auditFindings(
            AuditFindingFilter(check: check, severity: severity, acknowledged: isAcknowledged, cursor: query("cursor")),
            caller)
        let places = try await store.places(of: found.items, as: caller)
        func address(
            check: String?, severity: AuditFinding.Severity?, acknowledged: Bool?, cursor: String? = nil
        ) -> String {
            Link.to(
                "/audit/findings",
                [
                    ("check", check), ("severity", severity?.rawValue), ("acknowledged", acknowledged.map { "\($0)" }),
                    ("cursor", cursor),
                ])
        }
        let counts = try await store.auditCheckCounts(as: caller)
        let policies = try await store.policies()
        let mayAcknowledge = Rights.scope(of: caller.role, for: .acknowledgeFinding) != nil
        let known = counts.first { $0.check == check }
        let every = ChoiceModel(
            address: address(check: nil, severity: severity, acknowledged: isAcknowledged), name: words("all"),
            current: check == nil)
        let choices = counts.map { count in
            ChoiceModel(
                address: address(check: count.check, severity: severity, acknowledged: isAcknowledged),
                name: words(count.title), current: count.check == check)
        }
        let severities = [nil, AuditFinding.Severity.error, .warning].map { each in
            ChoiceModel(
                address: address(check: check, severity: each, acknowledged: isAcknowledged),
                name: each.map { words("severity_\($0.rawValue)") } ?? words("all"), current: each == severity)
        }
        let standings = [(nil, words("all")), (false, words("notAcknowledged")), (true, words("acknowledged"))].map {
            (each: Bool?, name: String) in
            ChoiceModel(
                address: address(check: check, severity: severity, acknowledged: each), name: name,
                current: each == isAcknowledged)
        }
        let model = FindingsModel(
            choices: [every] + choices, severities: severities, standings: standings,
            check: known.map { words($0.title) } ?? check, rule: RuleModel(known?.rule, policies, words),
            remedy: known.map { words($0.remedy) },
            findings: found.items.map {
                FindingModel($0, places: places, mayAcknowledge: mayAcknowledge, words)
            }, isEmpty: found.items.isEmpty,
            next: found.nextCursor.map {
                address(check: check, severity: severity, acknowledged: isAcknowledged, cursor: $0)
            }, here: address(check: check, severity: severity, acknowledged: isAcknowledged), messages: messages,
            typed: form["reason"])
        return await page("findings", title: words("findingsTitle"), model, status)
    }

    fileprivate func acknowledge() async throws -> Answer {
        let caller = try caller
        do {
            _ = try await store.acknowledgeFinding(id(), reason: form["reason"] ?? "", as: caller)
        } catch let error as StoreError {
            if case .forbidden = error { throw error }
            return try await findings(
                messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
        }
        // Back to the list that it was on, and nowhere else.
        let back = form["back"].flatMap { $0.hasPrefix("/audit/findings") ? $0 : nil } ?? "/audit/findings"
        return .seeOther(back.filter { !$0.isNewline && $0 != "\\" })
    }

    /// Findings about what guards the register: they name no record, so they stand here with what to do.
    fileprivate func guards() async throws -> Answer {
        let caller = try caller
        var findings: [AuditFinding] = []
        for check in ["guardChanged", "guardDisabled", "guardMissing"] {
            findings += try await console.city.auditFindings(AuditFindingFilter(check: check, limit: 200), caller).items
        }
        let model: [String: Any] = [
            "findings": findings.map { FindingModel($0, words) }, "isEmpty": findings.isEmpty,
        ]
        return await page("guards", title: words("guardsTitle"), model)
    }
}
