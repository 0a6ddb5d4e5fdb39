import Foundation
import RegistryDomain
import Testing

@testable import RegistryJobs

@Suite struct PolicyFileTests {
    private static let source = try? String(
        contentsOf: TestRegistry.root.appendingPathComponent("sql/policies/2017-87.yaml"), encoding: .utf8)

    /// The notice with one place of it changed.
    private func mistakes(_ old: String, _ new: String) throws -> [PolicyFileMistake] {
        let source = try #require(Self.source)
        try #require(source.contains(old))
        let changed = source.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: PolicyFileError.self) { try PolicyFile(source: changed) }
        return error?.mistakes ?? []
    }

    /// The line of the notice on which a text first stands.
    private func line(of text: String) throws -> Int {
        let lines = try #require(Self.source).split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex { $0.contains(text) }) + 1
    }

    @Test func `the notice is in order, and its document is the policy again`() throws {
        let file = try PolicyFile(source: try #require(Self.source))
        let decoded = try JSONDecoder().decode(Policy.self, from: Data(file.document.utf8))
        #expect(decoded == file.policy)
        #expect(file.policy.id == "2017-87")
    }

    @Test func `a number that is none is named with line and field`() throws {
        let mistakes = try mistakes("requiredHours: 30", "requiredHours: thirty")
        #expect(mistakes.map(\.path) == ["subjectYears[0].requiredHours"])
        #expect(mistakes.first?.line == (try line(of: "requiredHours: 30")))
        #expect(mistakes.first?.message.zh.isEmpty == false)
    }

    @Test func `a day that the calendar has not is named`() throws {
        let day = try #require(Self.source?.firstMatch(of: /dueOn: "?(2017-12-31)"?/))
        let mistakes = try mistakes(String(day.output.0), "dueOn: \"2017-02-31\"")
        #expect(mistakes.map(\.path) == ["subjectYears[0].dueOn"])
    }

    @Test func `a missing field, and one that no policy has, are named`() throws {
        let missing = try mistakes("    requiredHours: 30\n", "")
        #expect(missing.map(\.path) == ["subjectYears[0].requiredHours"])
        #expect(missing.first?.line != nil)
        let unknown = try mistakes("requiredHours: 30", "requiredHours: 30\n    requiredHour: 30")
        #expect(unknown.map(\.path) == ["subjectYears[0].requiredHour"])
        #expect(unknown.first?.line == (try line(of: "requiredHours: 30")) + 1)
    }

    @Test func `what makes no sense is named where it stands`() throws {
        let mistakes = try mistakes("compulsoryHours: 10", "compulsoryHours: 11")
        #expect(mistakes.map(\.path) == ["subjectYears[0].online"])
        #expect(mistakes.first?.line != nil)
    }

    @Test(arguments: ["", "a: [1, 2", "\t- x", "[]", "7", "a: b"])
    func `what is no policy at all is refused in words`(_ source: String) {
        let error = #expect(throws: PolicyFileError.self) { try PolicyFile(source: source) }
        #expect(error?.mistakes.isEmpty == false)
    }

    @Test func `a file that is not there is refused in words`() {
        #expect(throws: PolicyFileError.self) { try PolicyFile.read("/nowhere/policy.yaml") }
    }
}
