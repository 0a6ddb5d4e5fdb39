import Foundation
import RegistryDomain
import RegistryStore
import Testing

@testable import RegistryAPI

@Suite struct ProblemTests {
    @Test(arguments: [
        (StoreError.invalid([.reasonMissing]), 422), (.forbidden(.roleMayNot), 403), (.notFound(.claimUnknown), 404),
        (.conflict(.claimDecided, entry: nil, claim: nil), 409), (.stale(current: 3), 412),
        (.unauthenticated(.sessionEnded), 401),
        (.tooManyAttempts(.loginLocked, retryAfterSeconds: 900), 429), (.unavailable("away"), 503),
    ])
    func status(_ error: StoreError, _ expected: Int) {
        let problem = Problem(error)
        #expect(problem.status.code == expected)
        #expect(!problem.reasons.isEmpty)
    }

    @Test func headersOfTheStatus() {
        #expect(Problem(StoreError.unauthenticated(.sessionEnded)).headers[.wwwAuthenticate] == "Bearer")
        #expect(Problem(StoreError.tooManyAttempts(.loginLocked, retryAfterSeconds: 900)).headers[.retryAfter] == "900")
        #expect(Problem(StoreError.unavailable("away")).headers[.retryAfter] == "1")
        #expect(Problem(StoreError.stale(current: 3)).headers[.eTag] == "\"3\"")
    }

    /// What the database said is for the log; a client learns that it may try again.
    @Test func whatTheDatabaseSaidStaysInside() {
        let problem = Problem(StoreError.unavailable("57P01 terminating connection of postgres on 10.0.0.3"))
        #expect(problem.reasons.map(\.code) == ["unavailable"])
    }

    private struct Body: Decodable {
        struct Inner: Decodable { var on: Day }
        var kind: EmployerKind
        var inner: [Inner]
    }

    @Test(
        arguments: [
            (#"{"kind":"enterprise"}"#, 422, "inner"), (#"{"kind":"shop","inner":[]}"#, 422, "kind"),
            (#"{"kind":"enterprise","inner":[{"on":"2018-02-31"}]}"#, 422, "inner[0].on"),
            (#"{"kind":null,"inner":[]}"#, 422, "kind"),
            ("[]", 422, "body"), ("{", 400, nil), ("", 400, nil),
        ] as [(String, Int, String?)])
    func bodiesThatCannotBe(_ text: String, _ status: Int, _ field: String?) throws {
        let problem = try #require(throws: Problem.self) { try JSONBody.decode(Body.self, from: Array(text.utf8)) }
        #expect(problem.status.code == status)
        #expect(problem.reasons.first?.field == field)
    }

    /// A value that was sent may be a person's: it is not sent back.
    @Test func theWrongWordIsNotRepeated() throws {
        let problem = try #require(throws: Problem.self) {
            try JSONBody.decode(Body.self, from: Array(#"{"kind":"SECRET","inner":[]}"#.utf8))
        }
        let reason = try #require(problem.reasons.first)
        #expect(!reason.message.zh.contains("SECRET") && !reason.message.en.contains("SECRET"))
        #expect(reason.message.en.contains("publicInstitution"))
    }
}
