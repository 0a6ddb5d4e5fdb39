import Foundation
import RegistryDomain
import RegistryStore

/// A session with its list; for the base also what is done there on the day.
struct TrainingSessionModel {
    struct HalfDay {
        /// Not `id`: within a half-day's section the person's is meant.
        var halfId: String
        var number: String
        var day: String
        var part: String
        var times: String
        var hours: String
        var room: String
        var teacher: String
        var topic: String?
        var address: String
        var current: Bool
        var present: String
    }
    struct Person {
        var id: String
        var invitation: String
        var rank: String
        var name: String
        var idNumberMasked: String
        var employer: String
        var state: String
        var stateWord: String
        var isOn: Bool
        var isPresent: Bool
        var attended: String
        var hours: String
        var mark: String
        var attempt: String
        var mayMark: Bool
        var hasPassed: Bool
        var hasFailed: Bool
        var fee: String
        var isRecognized: Bool
    }
    struct Call {
        var number: String
        var drawnOn: String
        var by: String
        var seed: String
        var answerBy: String
    }
    struct Due {
        var id: String
        var name: String
        var people: String
        var amount: String
        var isUnit: Bool
    }
    var session: TrainingHomeModel.Session
    var courseTitle: String
    var price: String
    var cancelled: String?
    var done: String?
    var isBase: Bool
    var mayCall: Bool
    var mayCancel: Bool
    var isRunning: Bool
    var hasSheets: Bool
    var halfDays: [HalfDay]
    /// The half-day whose list is being ticked.
    var half: HalfDay?
    var people: [Person]
    var hasNoPeople: Bool
    var calls: [Call]
    var charged: String
    var paid: String
    var due: String
    var refunded: String
    var hasFees: Bool
    var mayCharge: Bool
    var dues: [Due]
    var upload: String
}

extension Visit {
    func trainingSession() async throws -> Answer {
        let caller = try caller
        let session = try await store.trainingSession(id: id(), as: caller)
        let people = try await store.participants(session: session.id, as: caller)
        let calls = try await store.trainingCalls(session: session.id, as: caller)
        let fees = try await store.trainingFees(session: session.id, as: caller)
        let isBase = caller.role == .baseOfficer
        let isRunning = isBase && (session.state == .called || session.state == .recognized)
        let half = halfDay(of: session)
        let halves = session.halfDays.map { halfDayModel($0, session, current: $0.id == half?.id, people) }
        return await page(
            "training-session", title: "\(words("trSessionTitle")) \(session.code)",
            TrainingSessionModel(
                session: sessionModel(session), courseTitle: session.courseTitle,
                price: words(
                    "trPrice",
                    [
                        "document": session.priceDocument,
                        "most": Yuan.text(session.hours * session.approvedFenPerHour),
                    ]), cancelled: session.cancelledBecause, done: doneWord, isBase: isBase,
                mayCall: isBase && (session.state == .scheduled || session.state == .called),
                mayCancel: isBase && (session.state == .scheduled || session.state == .called), isRunning: isRunning,
                hasSheets: console.configuration.trainingSheets != nil, halfDays: halves,
                half: isRunning ? halves.first { $0.current } : nil,
                people: people.map { personModel($0, half: half, isRunning: isRunning) }, hasNoPeople: people.isEmpty,
                calls: calls.map {
                    .init(
                        number: "\($0.number)", drawnOn: $0.drawnOn.description, by: $0.drawnBy, seed: $0.seed,
                        answerBy: $0.answerBy.description)
                }, charged: Yuan.text(fees.chargedInFen), paid: Yuan.text(fees.paidInFen),
                due: Yuan.text(fees.dueInFen), refunded: Yuan.text(fees.refundedInFen), hasFees: !fees.charges.isEmpty,
                mayCharge: isRunning && people.contains { Self.isOn($0) && $0.feeState == .none },
                dues: isRunning ? dues(fees) : [], upload: UUID().uuidString.lowercased()))
    }

    static func isOn(_ person: ParticipantRecord) -> Bool { person.state == .called || person.state == .confirmed }

    /// The one asked for, else the first of today, else the first.
    private func halfDay(of session: TrainingSessionRecord) -> HalfDayRecord? {
        let asked = query("half").flatMap { Int($0) }
        return session.halfDays.first { $0.number == asked } ?? session.halfDays.first { $0.day == store.today }
            ?? session.halfDays.first
    }

    private func halfDayModel(
        _ half: HalfDayRecord, _ session: TrainingSessionRecord, current: Bool, _ people: [ParticipantRecord]
    ) -> TrainingSessionModel.HalfDay {
        .init(
            halfId: half.id.uuidString.lowercased(), number: "\(half.number)", day: half.day.description,
            part: words("trPart_\(half.part.rawValue)"), times: "\(half.startsAt)–\(half.endsAt)",
            hours: words("trHours", ["hours": "\(half.hours)"]), room: half.room, teacher: half.teacher,
            topic: half.topic,
            address: "/training/sessions/\(session.id.uuidString.lowercased())?half=\(half.number)",
            current: current, present: "\(people.count { $0.attended.contains(half.number) })")
    }

    private func personModel(_ person: ParticipantRecord, half: HalfDayRecord?, isRunning: Bool)
        -> TrainingSessionModel.Person
    {
        .init(
            id: person.learnerId.uuidString.lowercased(), invitation: person.invitationId.uuidString.lowercased(),
            rank: "\(person.rank)", name: person.name, idNumberMasked: person.idNumberMasked,
            employer: person.employerName ?? "—", state: person.state.rawValue,
            stateWord: words("trState_\(person.state.rawValue)"), isOn: isRunning && Self.isOn(person),
            isPresent: half.map { person.attended.contains($0.number) } ?? false,
            attended: person.attended.isEmpty ? "—" : person.attended.map { "\($0)" }.joined(separator: " "),
            hours: "\(person.attendedHours)", mark: person.mark.map { "\($0)" } ?? "",
            attempt: person.attempt.map { "\($0)" } ?? "",
            mayMark: isRunning && Self.isOn(person) && person.hasPassed != true && person.entry == nil,
            hasPassed: person.hasPassed == true, hasFailed: person.hasPassed == false,
            fee: words("trFee_\(person.feeState.rawValue)"), isRecognized: person.entry != nil)
    }

    /// What each payer owes.
    private func dues(_ fees: TrainingFees) -> [TrainingSessionModel.Due] {
        var order: [UUID] = []
        var sums: [UUID: (name: String, people: Int, fen: Int, isUnit: Bool)] = [:]
        for charge in fees.charges where charge.state == .due {
            let isUnit = charge.payer == .unit
            let payer = isUnit ? charge.employerId ?? charge.learnerId : charge.learnerId
            if sums[payer] == nil { order.append(payer) }
            let held = sums[payer] ?? (isUnit ? charge.employerName ?? "—" : charge.learnerName, 0, 0, isUnit)
            sums[payer] = (held.name, held.people + 1, held.fen + charge.feeInFen, isUnit)
        }
        return order.compactMap { payer in
            sums[payer].map {
                .init(
                    id: payer.uuidString.lowercased(), name: $0.name, people: "\($0.people)", amount: Yuan.text($0.fen),
                    isUnit: $0.isUnit)
            }
        }
    }
}
