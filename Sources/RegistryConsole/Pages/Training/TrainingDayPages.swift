import Foundation
import RegistryDomain
import RegistryStore

/// What is done on the day: ticks, corrections, marks; and the hours that come of it.
private struct RecognitionModel {
    struct Line {
        var name: String
        var employer: String
        var hours: String
        var isRecognizable: Bool
        var reasons: [String]
        var hasEntry: Bool
    }
    var session: TrainingHomeModel.Session
    var digest: String
    var summary: String
    var mayRecognize: Bool
    var lines: [Line]
}

private struct AttendanceModel {
    var words: String
    var refused: [String]
}

extension Visit {
    /// Ticks of one half-day: `learner` once for each; from a script also a list that was kept while the network was away
    /// (`upload`, and `seen.LEARNER`).
    func recordAttendance() async throws -> Answer {
        let caller = try caller
        guard let half = form["half"].flatMap({ UUID(uuidString: $0) }) else {
            return await mistake(.unprocessableContent, [words("trHalfMissing")])
        }
        let seen = form.group("seen.")
        let lines = form.all("learner").compactMap { text in
            UUID(uuidString: text).map {
                NewAttendance.Line(
                    halfDayId: half, learnerId: $0, seenAt: seen[text].flatMap { RegistryJSON.instant($0) })
            }
        }
        guard !lines.isEmpty else { return await mistake(.unprocessableContent, [words("trNobodyTicked")]) }
        let upload = form["upload"].flatMap { UUID(uuidString: $0) }
        let results = try await store.recordAttendance(
            session: id(), NewAttendance(uploadId: upload, records: lines), as: caller)
        if wantsFragment {
            let refused = Set(results.results.compactMap { result in result.message.map { words($0) } }).sorted()
            return fragment(
                "training-attendance",
                AttendanceModel(
                    words: words(
                        "trRecorded", ["recorded": "\(results.recorded)", "already": "\(results.already)"]),
                    refused: refused))
        }
        if results.recorded == 0, let reason = results.results.first(where: { $0.message != nil })?.message {
            return await mistake(.unprocessableContent, [words(reason)])
        }
        return trainingDone(
            "/training/sessions/\(try id().uuidString.lowercased())?half=\(form["number"] ?? "1")", "attendance")
    }

    func correctAttendance() async throws -> Answer {
        let caller = try caller
        guard let half = form["half"].flatMap({ UUID(uuidString: $0) }),
            let learner = form["learner"].flatMap({ UUID(uuidString: $0) })
        else { return await mistake(.unprocessableContent, [words("trHalfMissing")]) }
        _ = try await store.correctAttendance(
            session: id(),
            AttendanceCorrection(
                halfDayId: half, learnerId: learner, isPresent: form["present"] == "true", reason: form["reason"] ?? ""),
            as: caller)
        return trainingDone(
            "/training/sessions/\(try id().uuidString.lowercased())?half=\(form["number"] ?? "1")", "corrected")
    }

    func recordMarks() async throws -> Answer {
        let caller = try caller
        let marks = form.group("mark.").compactMap { text, mark in
            UUID(uuidString: text).map { NewAssessments.Line(learnerId: $0, mark: Int(mark) ?? -1) }
        }
        guard !marks.isEmpty else { return await mistake(.unprocessableContent, [words("trNoMarks")]) }
        let results = try await store.recordAssessments(session: id(), NewAssessments(results: marks), as: caller)
        if results.recorded == 0, let reason = results.results.first?.message {
            return await mistake(.unprocessableContent, [words(reason)])
        }
        return try sessionDone("marked")
    }

    func recognitionPreview() async throws -> Answer {
        let caller = try caller
        let session = try await store.trainingSession(id: id(), as: caller)
        let preview = try await store.recognitionPreview(session: session.id, as: caller)
        let lines = preview.lines.map { line in
            RecognitionModel.Line(
                name: line.name, employer: line.employerName ?? "—", hours: "\(line.hours)",
                isRecognizable: line.isRecognizable,
                reasons: line.reasons.map { reason in
                    words(reason.message) + (reason.rule.map { " (\($0.rawValue))" } ?? "")
                }, hasEntry: line.entry != nil)
        }
        return await page(
            "training-recognition", title: words("trRecognition"),
            RecognitionModel(
                session: sessionModel(session), digest: preview.digest,
                summary: words(
                    "trRecognitionSummary",
                    [
                        "learners": "\(preview.learners)", "hours": "\(preview.hours)",
                        "left": "\(preview.leftOut)",
                    ]), mayRecognize: preview.learners > 0, lines: lines))
    }

    func recognizeSession() async throws -> Answer {
        _ = try await store.recognizeTraining(session: id(), digest: form["digest"], as: caller)
        return try sessionDone("recognized")
    }
}
