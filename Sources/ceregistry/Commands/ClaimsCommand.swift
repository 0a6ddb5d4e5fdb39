import ArgumentParser
import Foundation
import RegistryDomain
import RegistryStore

extension ClaimState: ExpressibleByArgument {}
extension Decision: ExpressibleByArgument {}

struct ClaimsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claims", abstract: "学时认定申请 / claims.", subcommands: [List.self, Decide.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "待办 / the work queue, longest waiting first.")
        @Option(help: "submitted, returned, recognized, rejected, withdrawn") var state: ClaimState?
        @Option(help: "another authority's queue (city bureau and auditor)") var authority: Authority?
        @Option var year: Int?
        @Option var cursor: String?
        @Option(help: "at most 200") var limit: Int = 50
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let page = try await common.withStore { store, _ in
                try await store.claims(
                    ClaimFilter(state: state, authority: authority, subjectYear: year, cursor: cursor, limit: limit),
                    as: try await acting.caller(store))
            }
            if json { return try Say.json(page) }
            for claim in page.items {
                print(
                    [
                        claim.id.uuidString.lowercased(), claim.state.rawValue, "\(claim.subjectYear)",
                        claim.mode.rawValue,
                        "\(claim.hours)", claim.learnerName ?? "-", claim.employerName ?? "-",
                        claim.flags.joined(separator: ","), claim.waitingDays.map { "\($0)d" } ?? "-",
                    ].joined(separator: "\t"))
            }
            if let next = page.nextCursor { Say.note("--cursor \(next)") }
        }
    }

    struct Decide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decide", abstract: "认定、退回或不予认定 / recognize, return or reject.",
            discussion: """
                  ceregistry claims decide CLAIM --decision recognize --as officer-511823
                  ceregistry claims decide CLAIM --decision recognize --answer faceToFaceExpected=出差 --as officer-city
                """)
        @Argument(help: "one or more claims") var claims: [String]
        @Option(help: "recognize, return, reject") var decision: Decision
        @Option(help: "needed to return or reject") var reason: String?
        @Option(help: "FLAG=TEXT, for each flag of the claim") var answer: [String] = []
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let ids = try claims.map { text in
                guard let id = UUID(uuidString: text) else { throw ValidationError("“\(text)” is no claim's id") }
                return id
            }
            var answers: [String: String] = [:]
            for pair in answer {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw ValidationError("--answer takes FLAG=TEXT") }
                answers[String(parts[0])] = String(parts[1])
            }
            let results = try await common.withStore { store, _ in
                try await store.decide(
                    claims: ids, DecisionRequest(decision: decision, reason: reason, answers: answers),
                    as: try await acting.caller(store))
            }
            if json {
                try Say.json(results)
            } else {
                for result in results {
                    let said =
                        result.reasons?.map(Say.reason).joined(separator: "; ") ?? result.entry?.uuidString.lowercased()
                        ?? ""
                    print("\(result.claim.uuidString.lowercased())\t\(result.status)\t\(said)")
                }
            }
            if results.contains(where: { $0.status != 201 }) { throw ExitCode(1) }
        }
    }
}
