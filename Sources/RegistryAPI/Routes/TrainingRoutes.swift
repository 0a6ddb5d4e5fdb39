import Foundation
import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore

struct PlanPeopleBody: Decodable {
    var learners: [UUID]
}

struct RecognitionBody: Decodable {
    var digest: String?
}

struct ChargeBody: Decodable {
    var payer: TrainingPayer
}

struct SignInBody: Decodable {
    var code: String
}

extension Endpoint {
    /// The base's training: plans, sessions, calls, attendance, assessment, recognition, fees.
    static let training: [Endpoint] =
        trainingPlans + trainingSessions + trainingCalls + trainingAttendance + trainingRecognitions + trainingFees

    private static let trainingPlans: [Endpoint] = [
        .post("/api/v1/trainingPlans", "sendTrainingPlan", .planTraining) { exchange in
            let plan = try await exchange.store.sendTrainingPlan(
                exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(plan, .created, at: "/api/v1/trainingPlans/\(plan.id.uuidString.lowercased())")
        },
        .get("/api/v1/trainingPlans", "listTrainingPlans", .readTraining) { exchange in
            try .json(
                try await exchange.store.trainingPlans(
                    subjectYear: exchange.subjectYear(),
                    state: exchange.word("state", of: TrainingPlanState.self), cursor: exchange.cursor(),
                    limit: exchange.limit(), as: exchange.caller))
        },
        .get("/api/v1/trainingPlans/{id}", "readTrainingPlan", .readTraining) { exchange in
            try .json(try await exchange.store.trainingPlan(id: exchange.id(), as: exchange.caller))
        },
        .post("/api/v1/trainingPlans/{id}/learners", "addToTrainingPlan", .planTraining) { exchange in
            try .json(
                try await exchange.store.addToTrainingPlan(
                    id: exchange.id(), learners: exchange.body(PlanPeopleBody.self).learners, as: exchange.caller,
                    once: exchange.once()), .created)
        },
        .post("/api/v1/trainingPlans/{id}/withdrawals", "withdrawTrainingPlan", .planTraining) { exchange in
            try .json(
                try await exchange.store.withdrawTrainingPlan(
                    id: exchange.id(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/trainingPlans/{id}/answers", "answerTrainingPlan", .answerPlan) { exchange in
            try .json(
                try await exchange.store.answerTrainingPlan(
                    id: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .get("/api/v1/trainingRoster", "readTrainingRoster", .planTraining) { exchange in
            try .json(
                Items(
                    items: try await exchange.store.trainingRoster(
                        subjectYear: exchange.subjectYearOrThis(), as: exchange.caller)))
        },
        .get("/api/v1/trainingNeeds", "readTrainingNeeds", .answerPlan) { exchange in
            try .json(
                try await exchange.store.trainingNeeds(
                    subjectYear: exchange.subjectYearOrThis(), as: exchange.caller))
        },
    ]

    private static let trainingSessions: [Endpoint] = [
        .post("/api/v1/trainingSessions", "scheduleTraining", .scheduleTraining) { exchange in
            let session = try await exchange.store.scheduleTraining(
                exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(session, .created, at: "/api/v1/trainingSessions/\(session.id.uuidString.lowercased())")
        },
        .get("/api/v1/trainingSessions", "listTrainingSessions", .readTraining) { exchange in
            let filter = TrainingSessionFilter(
                subjectYear: try exchange.subjectYear(),
                state: try exchange.word("state", of: TrainingSessionState.self), cursor: try exchange.cursor(),
                limit: try exchange.limit())
            return try .json(try await exchange.store.trainingSessions(filter, as: exchange.caller))
        },
        .get("/api/v1/trainingSessions/{id}", "readTrainingSession", .readTraining) { exchange in
            try .json(try await exchange.store.trainingSession(id: exchange.id(), as: exchange.caller))
        },
        .get("/api/v1/trainingSessions/{id}/calendar", "readCalendar", .readTraining) { exchange in
            let session = try await exchange.store.trainingSession(id: exchange.id(), as: exchange.caller)
            var reply = Reply.text(session.calendar(stamp: exchange.store.clock.now).text)
            reply.headers[.contentType] = "text/calendar; charset=utf-8"
            return reply
        },
        .post("/api/v1/trainingSessions/{id}/cancellations", "cancelTraining", .scheduleTraining) { exchange in
            try .json(
                try await exchange.store.cancelTraining(
                    id: exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()), .created)
        },
    ]

    private static let trainingCalls: [Endpoint] = [
        .post("/api/v1/trainingSessions/{id}/calls", "callTraining", .callTraining) { exchange in
            let call = try exchange.optionalBody(NewTrainingCall.self) ?? NewTrainingCall()
            return try .json(
                try await exchange.store.callTraining(
                    session: exchange.id(), call, as: exchange.caller, once: exchange.once()), .created)
        },
        .get("/api/v1/trainingSessions/{id}/calls", "listTrainingCalls", .readTraining) { exchange in
            try .json(
                Items(items: try await exchange.store.trainingCalls(session: exchange.id(), as: exchange.caller)))
        },
        .get("/api/v1/trainingInvitations", "listInvitations", .readTraining) { exchange in
            try .json(
                try await exchange.store.invitations(
                    session: exchange.query("session", expected: Text(zh: "UUID", en: "a UUID")) {
                        UUID(uuidString: $0)
                    }, state: exchange.word("state", of: InvitationState.self), cursor: exchange.cursor(),
                    limit: exchange.limit(), as: exchange.caller))
        },
        .post("/api/v1/trainingInvitations/{id}/answers", "answerCall", .answerCall) { exchange in
            try .json(
                try await exchange.store.answerCall(
                    id: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
    ]

    private static let trainingAttendance: [Endpoint] = [
        .get("/api/v1/trainingSessions/{id}/screens/{halfDay}", "readSignInScreen", .takeAttendance) { exchange in
            try .json(
                try await exchange.store.signInScreen(
                    session: exchange.id(), halfDay: exchange.id("halfDay"), as: exchange.caller))
        },
        .post("/api/v1/trainingSignIns", "signInToTraining", .signInToTraining) { exchange in
            try .json(
                try await exchange.store.signInToTraining(
                    code: exchange.body(SignInBody.self).code, as: exchange.caller, once: exchange.once()), .created)
        },
        .get("/api/v1/trainingSessions/{id}/list", "readParticipants", .readTraining) { exchange in
            let people = try await exchange.store.participants(session: exchange.id(), as: exchange.caller)
            guard let form = try exchange.sheetForm() else { return try .json(Items(items: people)) }
            let session = try await exchange.store.trainingSession(id: exchange.id(), as: exchange.caller)
            return try await .sheet(TrainingSheets.list(of: session, people), form)
        },
        Endpoint(
            .post, "/api/v1/trainingSessions/{id}/files", "handInList",
            .holders(of: .takeAttendance, TrainingFiles.handIn), intake: .file, timeLimit: .seconds(5 * 60)),
        .post("/api/v1/trainingSessions/{id}/attendance", "recordAttendance", .takeAttendance) { exchange in
            try .json(
                try await exchange.store.recordAttendance(
                    session: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/trainingSessions/{id}/attendance/corrections", "correctAttendance", .takeAttendance) {
            exchange in
            try .json(
                try await exchange.store.correctAttendance(
                    session: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/trainingSessions/{id}/assessments", "recordAssessments", .assessTraining) { exchange in
            try .json(
                try await exchange.store.recordAssessments(
                    session: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/trainingSessions/{id}/assessments/corrections", "correctAssessment", .assessTraining) {
            exchange in
            try .json(
                try await exchange.store.correctAssessment(
                    session: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
    ]

    private static let trainingRecognitions: [Endpoint] = [
        .get("/api/v1/trainingSessions/{id}/recognition", "previewRecognition", .recognizeTraining) { exchange in
            try .json(try await exchange.store.recognitionPreview(session: exchange.id(), as: exchange.caller))
        },
        .post("/api/v1/trainingSessions/{id}/recognitions", "recognizeTraining", .recognizeTraining) { exchange in
            try .json(
                try await exchange.store.recognizeTraining(
                    session: exchange.id(), digest: exchange.optionalBody(RecognitionBody.self)?.digest,
                    as: exchange.caller, once: exchange.once()), .created)
        },
    ]

    private static let trainingFees: [Endpoint] = [
        .get("/api/v1/trainingSessions/{id}/fees", "readTrainingFees", .readTraining) { exchange in
            let fees = try await exchange.store.trainingFees(session: exchange.id(), as: exchange.caller)
            guard let form = try exchange.sheetForm() else { return try .json(fees) }
            let session = try await exchange.store.trainingSession(id: exchange.id(), as: exchange.caller)
            return try await .sheet(TrainingSheets.fees(of: session, fees), form)
        },
        .post("/api/v1/trainingSessions/{id}/charges", "chargeTraining", .chargeTraining) { exchange in
            try .json(
                try await exchange.store.chargeTraining(
                    session: exchange.id(), payer: exchange.body(ChargeBody.self).payer, as: exchange.caller,
                    once: exchange.once()), .created)
        },
        .post("/api/v1/trainingSessions/{id}/receipts", "receiveFees", .chargeTraining) { exchange in
            try .json(
                try await exchange.store.receiveFees(
                    session: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/trainingCharges/{id}/refunds", "refundCharge", .chargeTraining) { exchange in
            try .json(
                try await exchange.store.refundCharge(
                    id: exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()), .created)
        },
    ]
}

extension Exchange {
    fileprivate func subjectYear() throws -> Int? { try integer("year", in: 1900...2999) }

    /// This year's where none is asked for.
    fileprivate func subjectYearOrThis() throws -> Int { try subjectYear() ?? store.today.year }

    /// Nil for JSON.
    fileprivate func sheetForm() throws -> SheetFile.Form? {
        let words = Text(zh: "json、csv 或 xlsx", en: "json, csv or xlsx")
        let name = try query("form", expected: words) { ["json", "csv", "xlsx"].contains($0) ? $0 : nil }
        return name.flatMap { SheetFile.Form(rawValue: $0) }
    }

    fileprivate func word<Word: RawRepresentable & CaseIterable>(_ name: String, of type: Word.Type) throws -> Word?
    where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return try query(name, expected: Text(zh: words, en: words)) { Word(rawValue: $0) }
    }
}
