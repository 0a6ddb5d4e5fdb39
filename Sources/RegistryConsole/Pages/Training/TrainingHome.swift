import Foundation
import RegistryDomain
import RegistryStore

/// The first page of training: each role sees its own part.
struct TrainingHomeModel {
    struct Year {
        var address: String
        var name: String
        var current: Bool
    }
    struct Session {
        var id: String
        var code: String
        var days: String
        var place: String
        var hours: String
        var fee: String
        var taken: String
        var waiting: String
        var state: String
        var stateWord: String
    }
    struct Plan {
        var id: String
        var employer: String
        var kind: String
        var sent: String
        var isLate: Bool
        var people: String
        var places: String
        var note: String?
        var state: String
        var stateWord: String
        var mayAnswer: Bool
        var mayWithdraw: Bool
    }
    struct Invitation {
        var id: String
        var session: String
        var code: String
        var name: String
        var days: String
        var place: String
        var state: String
        var stateWord: String
        var answerBy: String
        var movedUp: Bool
        var mayAnswer: Bool
        var mayAccept: Bool
        var reason: String?
    }
    struct Person {
        var id: String
        var name: String
        var status: String
        var isPlanned: Bool
    }
    struct Need {
        var name: String
        var value: String
    }
    var years: [Year]
    var year: String
    var done: String?
    var isBase: Bool
    var isUnit: Bool
    var isLearner: Bool
    var needs: [Need]
    var sessions: [Session]
    var hasNoSessions: Bool
    var plans: [Plan]
    var showsPlans: Bool
    var hasNoPlans: Bool
    var invitations: [Invitation]
    var showsInvitations: Bool
    var hasNoInvitations: Bool
    var roster: [Person]
    /// The unit has no plan of the year yet and somebody to name.
    var maySend: Bool
    var dueOn: String
}

extension Visit {
    func trainingHome() async throws -> Answer {
        let caller = try caller
        let policies = try await store.policies()
        let years = policies.subjectYears.map(\.year)
        let year = query("year").flatMap { Int($0) }.flatMap { years.contains($0) ? $0 : nil } ?? currentYear(years)
        let sessions = try await store.trainingSessions(
            TrainingSessionFilter(subjectYear: year, limit: 200), as: caller
        ).items
        let readsPlans = caller.role != .learner
        let plans =
            readsPlans
            ? try await store.trainingPlans(subjectYear: year, state: nil, cursor: nil, limit: 200, as: caller).items
            : []
        let isUnit = caller.role == .unitAdmin
        let isLearner = caller.role == .learner
        let invitations =
            isUnit || isLearner
            ? try await store.invitations(state: nil, cursor: nil, limit: 200, as: caller).items : []
        let hasPlan = plans.contains { $0.state == .sent || $0.state == .accepted }
        let roster = isUnit && !hasPlan ? try await store.trainingRoster(subjectYear: year, as: caller) : []
        let needs = caller.role == .baseOfficer ? try await store.trainingNeeds(subjectYear: year, as: caller) : nil
        let rows = invitations.map { invitationModel($0, caller) }
        return await page(
            "training", title: words("trTitle"),
            TrainingHomeModel(
                years: years.map { .init(address: "/training?year=\($0)", name: "\($0)", current: $0 == year) },
                year: "\(year)", done: doneWord, isBase: caller.role == .baseOfficer, isUnit: isUnit,
                isLearner: isLearner, needs: needs.map(needLines) ?? [], sessions: sessions.map(sessionModel),
                hasNoSessions: sessions.isEmpty, plans: plans.map { planModel($0, caller) }, showsPlans: readsPlans,
                hasNoPlans: plans.isEmpty, invitations: rows, showsInvitations: isUnit || isLearner,
                hasNoInvitations: rows.isEmpty,
                roster: roster.map {
                    .init(
                        id: $0.learnerId.uuidString.lowercased(), name: $0.name, status: words.status($0.status),
                        isPlanned: $0.isPlanned)
                }, maySend: isUnit && !hasPlan && !roster.isEmpty,
                dueOn: policies.policy(forSubjectYear: year)?.subjectYear(year)?.trainingPlanDueOn.description ?? ""))
    }

    /// The year of the calendar where it is one of the notices', else the nearest before it.
    private func currentYear(_ years: [Int]) -> Int {
        years.last { $0 <= store.today.year } ?? years.first ?? store.today.year
    }

    private func needLines(_ needs: TrainingNeeds) -> [TrainingHomeModel.Need] {
        [
            .init(name: words("trNeedPlans"), value: "\(needs.plans)"),
            .init(name: words("trNeedLate"), value: "\(needs.latePlans)"),
            .init(name: words("trNeedOpen"), value: "\(needs.openPlans)"),
            .init(name: words("trNeedPeople"), value: "\(needs.people)"),
            .init(name: words("trNeedPlaced"), value: "\(needs.peopleWithPlace)"),
            .init(name: words("trNeedPlaces"), value: "\(needs.placesTaken) / \(needs.places)"),
        ]
    }

    func sessionModel(_ session: TrainingSessionRecord) -> TrainingHomeModel.Session {
        .init(
            id: session.id.uuidString.lowercased(), code: session.code, days: "\(session.startsOn) – \(session.endsOn)",
            place: session.place, hours: words("trHours", ["hours": "\(session.hours)"]),
            fee: Yuan.text(session.feeInFen),
            taken: "\(session.list.taken) / \(session.places)", waiting: "\(session.list.waiting)",
            state: session.state.rawValue, stateWord: words("trSession_\(session.state.rawValue)"))
    }

    private func planModel(_ plan: TrainingPlanRecord, _ caller: Caller) -> TrainingHomeModel.Plan {
        let notes = [plan.note, plan.contact, plan.answerNote].compactMap(\.self)
        return .init(
            id: plan.id.uuidString.lowercased(), employer: plan.employerName,
            kind: words("trKind_\(plan.kind.rawValue)"),
            sent: plan.sentOn.description, isLate: plan.isLate, people: "\(plan.people)",
            places: plan.places.map { "\($0)" } ?? "—",
            note: notes.isEmpty ? nil : notes.joined(separator: " · "),
            state: plan.state.rawValue, stateWord: words("trPlan_\(plan.state.rawValue)"),
            mayAnswer: caller.role == .baseOfficer && plan.state == .sent,
            mayWithdraw: caller.role == .unitAdmin && plan.state == .sent)
    }

    func invitationModel(_ invitation: InvitationRecord, _ caller: Caller) -> TrainingHomeModel.Invitation {
        let isOpen = [.called, .confirmed, .waiting].contains(invitation.state) && invitation.sessionState == .called
        return .init(
            id: invitation.id.uuidString.lowercased(), session: invitation.sessionId.uuidString.lowercased(),
            code: invitation.sessionCode, name: invitation.learnerName,
            days: "\(invitation.startsOn) – \(invitation.endsOn)", place: invitation.place,
            state: invitation.state.rawValue, stateWord: words("trState_\(invitation.state.rawValue)"),
            answerBy: invitation.answerBy.description,
            movedUp: invitation.movedUpOn != nil && [.called, .confirmed].contains(invitation.state), mayAnswer: isOpen,
            mayAccept: isOpen && invitation.state == .called, reason: invitation.answers.last?.reason)
    }

    func sendPlan() async throws -> Answer {
        let caller = try caller
        let people = form.all("learner").compactMap { UUID(uuidString: $0) }
        let year = form["year"].flatMap { Int($0) } ?? 0
        let plan = try await store.sendTrainingPlan(
            NewTrainingPlan(subjectYear: year, learners: people, contact: form["contact"], note: form["note"]),
            as: caller)
        return trainingDone("/training?year=\(plan.subjectYear)", plan.isLate ? "sentLate" : "sent")
    }

    func answerPlan() async throws -> Answer {
        let caller = try caller
        let answer = TrainingPlanAnswer(
            answer: form["answer"] == "refuse" ? .refuse : .accept, places: form["places"].flatMap { Int($0) },
            note: form["note"])
        let plan = try await store.answerTrainingPlan(id: id(), answer, as: caller)
        return trainingDone("/training?year=\(plan.subjectYear)", "answered")
    }

    func answerInvitation() async throws -> Answer {
        let caller = try caller
        let answer = CallAnswer(
            answer: form["answer"] == "cannotCome" ? .cannotCome : .willCome, reason: form["reason"])
        let invitation = try await store.answerCall(id: id(), answer, as: caller)
        if form["back"] == "session" {
            return trainingDone("/training/sessions/\(invitation.sessionId.uuidString.lowercased())", "answeredCall")
        }
        return trainingDone("/training", "answeredCall")
    }
}
