import Foundation
import RegistryDomain
import RegistryStore

/// 调训通知: one sheet of paper for each unit whose people are called.
private struct NoticesModel {
    struct Notice {
        var unit: String
        var number: String
        var people: [String]
        var count: String
        var fee: String
        var sum: String
    }
    struct HalfDay {
        var day: String
        var part: String
        var times: String
        var room: String
        var teacher: String
    }
    var code: String
    var course: String
    var place: String
    var hours: String
    var days: String
    var answerBy: String
    var today: String
    var price: String
    var halfDays: [HalfDay]
    var notices: [Notice]
    var isEmpty: Bool
}

extension Visit {
    func trainingNotices() async throws -> Answer {
        let caller = try caller
        let session = try await store.trainingSession(id: id(), as: caller)
        let calls = try await store.trainingCalls(session: session.id, as: caller)
        let people = try await store.participants(session: session.id, as: caller).filter { Self.isOn($0) }
        let units = Dictionary(grouping: people) { $0.employerName ?? "—" }
        let notices = units.keys.sorted().enumerated().map { index, unit in
            let names = (units[unit] ?? []).map(\.name)
            return NoticesModel.Notice(
                unit: unit, number: "\(session.code)-\(index + 1)", people: names, count: "\(names.count)",
                fee: Yuan.text(session.feeInFen), sum: Yuan.text(session.feeInFen * names.count))
        }
        return await page(
            "training-notices", title: words("trNotice"),
            NoticesModel(
                code: session.code, course: session.courseTitle, place: session.place, hours: "\(session.hours)",
                days: "\(session.startsOn) – \(session.endsOn)", answerBy: calls.last?.answerBy.description ?? "",
                today: store.today.description, price: session.priceDocument,
                halfDays: session.halfDays.map {
                    .init(
                        day: $0.day.description, part: words("trPart_\($0.part.rawValue)"),
                        times: "\($0.startsAt)–\($0.endsAt)", room: $0.room, teacher: $0.teacher)
                }, notices: notices, isEmpty: notices.isEmpty))
    }
}
