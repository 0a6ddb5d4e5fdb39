import Foundation
import RegistryDomain
import RegistryStore

extension Console {
    /// The base's training, for the base, the units and the people who are called.
    static let trainingPages: [ConsolePage] = [
        .get("/training") { visit in try await visit.trainingHome() },
        .post("/training/plans") { visit in try await visit.sendPlan() },
        .post("/training/plans/{id}/withdrawals") { visit in
            _ = try await visit.store.withdrawTrainingPlan(id: visit.id(), as: visit.caller)
            return visit.trainingDone("/training", "withdrawn")
        },
        .post("/training/plans/{id}/answers") { visit in try await visit.answerPlan() },
        .get("/training/sessions/new") { visit in try await visit.newSession() },
        .post("/training/sessions") { visit in try await visit.schedule() },
        .get("/training/sessions/{id}") { visit in try await visit.trainingSession() },
        .post("/training/sessions/{id}/calls") { visit in
            let waiting = visit.form["waiting"].flatMap { Int($0) }
            _ = try await visit.store.callTraining(
                session: visit.id(), NewTrainingCall(waiting: waiting), as: visit.caller)
            return try visit.sessionDone("called")
        },
        .post("/training/sessions/{id}/cancellations") { visit in
            _ = try await visit.store.cancelTraining(
                id: visit.id(), reason: visit.form["reason"] ?? "", as: visit.caller)
            return try visit.sessionDone("cancelled")
        },
        .post("/training/sessions/{id}/attendance") { visit in try await visit.recordAttendance() },
        .post("/training/sessions/{id}/corrections") { visit in try await visit.correctAttendance() },
        .post("/training/sessions/{id}/assessments") { visit in try await visit.recordMarks() },
        .upload("/training/sessions/{id}/files") { visit in try await visit.takeList() },
        .post("/training/sessions/{id}/charges") { visit in
            let payer = visit.form["payer"].flatMap { TrainingPayer(rawValue: $0) } ?? .unit
            _ = try await visit.store.chargeTraining(session: visit.id(), payer: payer, as: visit.caller)
            return try visit.sessionDone("charged")
        },
        .post("/training/sessions/{id}/receipts") { visit in
            let receipt = NewReceipt(
                employerId: visit.form["employer"].flatMap { UUID(uuidString: $0) },
                learnerId: visit.form["learner"].flatMap { UUID(uuidString: $0) })
            _ = try await visit.store.receiveFees(session: visit.id(), receipt, as: visit.caller)
            return try visit.sessionDone("received")
        },
        .get("/training/sessions/{id}/recognition") { visit in try await visit.recognitionPreview() },
        .post("/training/sessions/{id}/recognitions") { visit in try await visit.recognizeSession() },
        .get("/training/sessions/{id}/screens/{halfDay}") { visit in try await visit.signInScreen() },
        .get("/training/sessions/{id}/notices") { visit in try await visit.trainingNotices() },
        .get("/training/sessions/{id}/calendar.ics") { visit in try await visit.trainingCalendar() },
        .get("/training/sessions/{id}/list.xlsx") { visit in try await visit.trainingSheet(fees: false) },
        .get("/training/sessions/{id}/fees.xlsx") { visit in try await visit.trainingSheet(fees: true) },
        .post("/training/invitations/{id}/answers") { visit in try await visit.answerInvitation() },
        .get("/training/sign-in") { visit in try await visit.signInPage() },
        .post("/training/sign-in") { visit in try await visit.signInByCode() },
    ]
}

extension Visit {
    /// After a form: the page again, saying what was done.
    func trainingDone(_ address: String, _ what: String) -> Answer {
        .seeOther("\(address)\(address.contains("?") ? "&" : "?")done=\(what)")
    }

    func sessionDone(_ what: String) throws -> Answer {
        trainingDone("/training/sessions/\(try id().uuidString.lowercased())", what)
    }

    /// What a page says was done, where it is one of the words known.
    var doneWord: String? {
        query("done").flatMap { what in
            let word = words("trDone_\(what)")
            return word == "trDone_\(what)" ? nil : word
        }
    }

    func trainingCalendar() async throws -> Answer {
        let session = try await store.trainingSession(id: id(), as: caller)
        var answer = Answer.text(session.calendar(stamp: store.clock.now).text)
        answer.headers[.contentType] = "text/calendar; charset=utf-8"
        return answer
    }

    func trainingSheet(fees: Bool) async throws -> Answer {
        guard let sheets = console.configuration.trainingSheets else { throw StoreError.notFound(.recordUnknown) }
        let session = try await store.trainingSession(id: id(), as: caller)
        let bytes =
            fees
            ? try await sheets.fees(session, try await store.trainingFees(session: session.id, as: caller))
            : try await sheets.list(session, try await store.participants(session: session.id, as: caller))
        var answer = Answer(body: bytes)
        answer.headers[.contentType] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return answer
    }
}

/// 元 of fen, as people read it.
enum Yuan {
    static func text(_ fen: Int) -> String {
        let rest = fen % 100
        return rest == 0 ? "¥\(fen / 100)" : "¥\(fen / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
