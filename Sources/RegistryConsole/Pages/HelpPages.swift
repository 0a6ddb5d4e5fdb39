import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct HelpModel {
    var learner: String
    var name: String
    var idNumberMasked: String
    var employer: String
    var back: String
    var username: String?
    var password: String?
    var isNewAccount: Bool
    var isTold: Bool
    var address: String
    var messages: [String]
}

extension Console {
    /// Helping a learner back in: a password for one use, shown once (A1, A2).
    static let helpPages: [ConsolePage] = [
        .get("/learners/{id}/account") { visit in try await visit.accountHelp() },
        .post("/learners/{id}/account") { visit in
            let told = try await visit.store.giveOneTimePassword(learner: visit.id(), as: visit.caller)
            return try await visit.accountHelp(told)
        },
    ]
}

extension Visit {
    fileprivate func accountHelp(_ told: OneTimePassword? = nil) async throws -> Answer {
        let caller = try caller
        try await store.permit(.helpWithAccount, caller, record: id())
        let record = try await store.learner(id: id(), as: caller)
        let model = HelpModel(
            learner: record.id.uuidString.lowercased(), name: record.name, idNumberMasked: record.idNumberMasked,
            employer: record.employer?.name ?? words("noEmployer"),
            back: caller.role == .unitAdmin ? "/unit" : "/learners/\(record.id.uuidString.lowercased())/changes",
            username: told?.username, password: told?.password, isNewAccount: told?.isNewAccount ?? false,
            isTold: told != nil, address: publicURL, messages: [])
        return await page("account-help", title: words("accountHelpTitle"), model)
    }
}
