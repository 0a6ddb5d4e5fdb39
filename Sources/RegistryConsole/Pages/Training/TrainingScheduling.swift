import Foundation
import RegistryDomain
import RegistryStore

/// The form of a new session: whole days, each a morning and an afternoon.
private struct NewSessionModel {
    struct Choice {
        var value: String
        var name: String
        var chosen: Bool
    }
    var messages: [String]
    var years: [Choice]
    var prices: [Choice]
    var fields: [String: String]
}

extension Visit {
    func newSession(messages: [String] = []) async throws -> Answer {
        _ = try caller
        try await store.permit(.scheduleTraining, caller)
        let policies = try await store.policies()
        let year = form["year"].flatMap { Int($0) } ?? store.today.year
        let prices = policies.policies.flatMap { $0.training?.approvedPrices ?? [] }
        let defaults = [
            "code": "", "first": "", "days": "3", "hours": "5", "place": "", "room": "", "teacher": "", "places": "120",
            "fee": "", "morning": "08:30", "noon": "12:00", "afternoon": "14:00", "evening": "17:30", "topic": "",
        ]
        return await page(
            "training-new", title: words("trNew"),
            NewSessionModel(
                messages: messages,
                years: policies.subjectYears.map {
                    .init(value: "\($0.year)", name: "\($0.year)", chosen: $0.year == year)
                },
                prices: prices.map {
                    .init(
                        value: $0.document, name: "\($0.document) · \(Yuan.text($0.fenPerHour))",
                        chosen: form["price"] == $0.document)
                }, fields: defaults.merging(form.fieldsByName) { _, typed in typed }),
            messages.isEmpty ? .ok : .unprocessableContent)
    }

    /// What was typed stands beside the refusal.
    func schedule() async throws -> Answer {
        let caller = try caller
        guard let first = form["first"].flatMap({ Day($0) }), let days = form["days"].flatMap({ Int($0) }),
            (1...30).contains(days), let year = form["year"].flatMap({ Int($0) }),
            let fee = form["fee"].flatMap({ Self.fen($0) })
        else { return try await newSession(messages: [words("trFormIncomplete")]) }
        let hours = form["hours"].flatMap { Int($0) } ?? 0
        func half(_ day: Day, _ part: TrainingSessionRules.Part, _ from: String, _ until: String) -> NewHalfDay {
            NewHalfDay(
                day: day, part: part, startsAt: form[from] ?? "", endsAt: form[until] ?? "", hours: hours,
                room: form["room"] ?? "", teacher: form["teacher"] ?? "", topic: form["topic"])
        }
        let session = NewTrainingSession(
            code: form["code"] ?? "", subjectYear: year, place: form["place"] ?? "",
            places: form["places"].flatMap { Int($0) } ?? 0, feeInFen: fee, priceDocument: form["price"] ?? "",
            halfDays: (0..<days).flatMap { offset in
                let day = first.adding(days: offset)
                return [
                    half(day, .morning, "morning", "noon"), half(day, .afternoon, "afternoon", "evening"),
                ]
            })
        do {
            let made = try await store.scheduleTraining(session, as: caller)
            return trainingDone("/training/sessions/\(made.id.uuidString.lowercased())", "scheduled")
        } catch let error as StoreError {
            switch error {
            case .invalid, .conflict: return try await newSession(messages: ConsoleProblem.messages(of: error, words))
            default: throw error
            }
        }
    }

    /// Fen of `300` or `300.50`; nil for anything else.
    private static func fen(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let yuan = Int(parts[0]), (0...100_000).contains(yuan) else { return nil }
        guard parts.count == 2 else { return yuan * 100 }
        guard (1...2).contains(parts[1].count), let rest = Int(parts[1]), rest >= 0 else { return nil }
        return yuan * 100 + (parts[1].count == 1 ? rest * 10 : rest)
    }
}
