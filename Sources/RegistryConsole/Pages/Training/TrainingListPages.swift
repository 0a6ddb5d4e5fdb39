import Foundation
import RegistryDomain
import RegistryStore

private struct TakenListModel {
    var session: String
    var taken: String
    var problems: [String]
    var hasProblems: Bool
}

extension Visit {
    /// A list that was filled in at the site, where the network was away: CSV or XLSX, as it went out from here.
    func takeList() async throws -> Answer {
        let caller = try caller
        let session = try id()
        try await store.permit(.takeAttendance, caller, record: session)
        guard let sheets = console.configuration.trainingSheets else { throw StoreError.notFound(.recordUnknown) }
        do {
            guard let file = try await receiveFile().file else {
                return await mistake(.unprocessableContent, [words("fileNeeded")])
            }
            defer { try? FileManager.default.removeItem(at: file.url) }
            return await taken(try await sheets.take(file.url, session, caller), session)
        } catch let error as StoreError {
            return await mistake(ConsoleProblem.status(of: error), ConsoleProblem.messages(of: error, words))
        }
    }

    private func taken(_ list: TakenList, _ session: UUID) async -> Answer {
        let refused = list.attendance.results.compactMap(\.message) + list.marks.results.compactMap(\.message)
        let problems =
            list.unread.map { words("trFileRow", ["row": "\($0.row)", "message": words($0.message)]) }
            + Set(refused.map { words($0) }).sorted()
        return await page(
            "training-list", title: words("trFileTitle"),
            TakenListModel(
                session: session.uuidString.lowercased(),
                taken: words(
                    "trFileTaken",
                    [
                        "recorded": "\(list.attendance.recorded)", "already": "\(list.attendance.already)",
                        "marks": "\(list.marks.recorded)",
                    ]), problems: problems, hasProblems: !problems.isEmpty))
    }
}
