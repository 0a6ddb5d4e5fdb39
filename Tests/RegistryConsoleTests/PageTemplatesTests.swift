import Foundation
import Testing

@testable import RegistryConsole

@Suite("The templates of the pages")
struct PageTemplatesTests {
    private func templates(_ texts: [String: String]) throws -> PageTemplates {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in texts {
            try Data(text.utf8).write(to: folder.appendingPathComponent("\(name).mustache"))
        }
        return try PageTemplates(folder: folder)
    }

    @Test("They are kept as they were when the daemon started, and use each other")
    func keptAndPartial() throws {
        let templates = try templates(["page": "{{>name}}！", "name": "{{name}}"])
        #expect(templates.render("page", ["name": "张小丽"]) == "张小丽！")
        #expect(templates.render("another", [:]) == "")
    }

    @Test("One that is not Mustache is refused when they are parsed, not when they are read")
    func spoilt() throws {
        let templates = try templates(["page": "{{#open}}"])
        #expect(throws: (any Error).self) { try templates.parsed() }
    }

    @Test("All that the program has can be parsed")
    func ours() throws {
        try DocumentSheets().parse()
    }
}
