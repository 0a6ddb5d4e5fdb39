import Foundation
import RegistryDomain
import Testing

@testable import RegistryAPI

/// The document against the list that the router is made of.
@Suite struct OpenAPITests {
    private struct Document: Decodable {
        struct Operation: Decodable {
            var operationId: String
            var summary: String
            var action: String?
            var roles: [String: String]?
            var responses: [String: JSONAny]
            enum CodingKeys: String, CodingKey {
                case operationId, summary, action = "x-action", roles = "x-roles", responses
            }
        }
        var openapi: String
        var paths: [String: [String: Operation]]
    }

    private struct JSONAny: Decodable {}

    private func document() throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(try #require(OpenAPIDocument.bytes)))
    }

    @Test func everyEndpointIsDescribedAndNothingElse() throws {
        let described = try document().paths.flatMap { path, item in
            item.map { "\($0.key.uppercased()) \(path) \($0.value.operationId)" }
        }
        let served = Endpoint.all.map { "\($0.method.rawValue) \($0.path) \($0.operation)" }
        #expect(Set(described) == Set(served))
        #expect(Set(served).count == served.count)
    }

    @Test func rightsAreThoseOfTheTable() throws {
        let paths = try document().paths
        for endpoint in Endpoint.all {
            let operation = try #require(paths[endpoint.path]?[endpoint.method.rawValue.lowercased()])
            #expect(operation.action == endpoint.action?.rawValue)
            let action = endpoint.action
            let scopes = Role.allCases.compactMap { role in
                action.flatMap { Rights.scope(of: role, for: $0) }.map { (role.rawValue, $0.rawValue) }
            }
            #expect((operation.roles ?? [:]) == Dictionary(uniqueKeysWithValues: scopes), "\(endpoint.operation)")
        }
    }

    @Test func whoeverMustSignInCanBeRefused() throws {
        let paths = try document().paths
        for endpoint in Endpoint.all where endpoint.action != nil {
            let responses = try #require(paths[endpoint.path]?[endpoint.method.rawValue.lowercased()]).responses
            #expect(responses["401"] != nil && responses["503"] != nil, "\(endpoint.operation)")
            if endpoint.intake == .json {
                #expect(responses["415"] != nil && responses["413"] != nil, "\(endpoint.operation)")
            }
        }
    }

    @Test func summariesAreChinese() throws {
        for operation in try document().paths.values.flatMap(\.values) {
            #expect(
                operation.summary.unicodeScalars.contains { $0.properties.isIdeographic }, "\(operation.operationId)")
        }
    }

    /// What needs no right of a role needs a reason to be open.
    @Test func onlyTheseAreOpenToEverybody() {
        let open = Endpoint.all.filter { $0.action == nil }.map(\.operation)
        #expect(
            Set(open) == [
                "health", "ready", "describe", "measure", "verify", "describeIssuer", "signIn", "readCheckpoint",
                "readTile",
                "readLogKeys",
                "proveCertificate",
            ])
    }
}
