import Foundation
import Mustache
import Synchronization

/// The templates of the pages, read when the daemon starts. They are parsed once, for the first page that is asked for or by
/// whoever calls ``parsed()`` before that: an answer of the API need not wait for them.
final class PageTemplates: Sendable {
    private let texts: [String: String]
    private let library = Mutex<MustacheLibrary?>(nil)

    /// - Parameter folder: each `NAME.mustache` in it is the template of that name.
    init(folder: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var texts: [String: String] = [:]
        for name in names where name.hasSuffix(".mustache") {
            texts[String(name.dropLast(".mustache".count))] = try String(
                contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        self.texts = texts
    }

    /// Some tens of milliseconds the first time; whoever asks meanwhile waits for it.
    ///
    /// - Throws: where a template is not Mustache.
    @discardableResult
    func parsed() throws -> MustacheLibrary {
        try library.withLock { library in
            if let library { return library }
            let made = MustacheLibrary(templates: try texts.mapValues { try MustacheTemplate(string: $0) })
            library = made
            return made
        }
    }

    /// Nothing where no template has that name.
    func render(_ template: String, _ root: [String: Any]) -> String {
        (try? parsed())?.render(root, withTemplate: template) ?? ""
    }
}
