import Crypto
import Foundation
import RegistryDomain

/// The templates, words and files of the pages, read once when the daemon starts.
struct Views: Sendable {
    enum Mistake: Error { case missing(String) }

    struct Asset: Sendable {
        var bytes: [UInt8]
        var contentType: String
        /// Changes with the content, so that a browser may keep the file for good.
        var version: String
    }

    let templates: PageTemplates
    let book: WordBook
    let assets: [String: Asset]

    static let assetTypes = [
        "console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8",
        "city.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
        "training.js": "text/javascript; charset=utf-8", "desk.js": "text/javascript; charset=utf-8",
        "live.js": "text/javascript; charset=utf-8", "sheet.css": "text/css; charset=utf-8",
        "record.css": "text/css; charset=utf-8",
    ]
    /// Scripts that a page needs beside console.js, by template: the others do not carry them.
    static let scripts = [
        "audit": ["city.js"], "policy-load": ["city.js"], "bulletin-preview": ["city.js"],
        "bulletin-published": ["city.js"], "bulletins": ["city.js"], "import": ["desk.js"], "imports": ["desk.js"],
        "queue": ["live.js"],
    ]

    /// - Throws: `Mistake.missing` where the program was installed without its resources.
    init() throws {
        guard let folder = Bundle.module.url(forResource: "Resources", withExtension: nil),
            let templates = try? PageTemplates(folder: folder.appendingPathComponent("pages"))
        else { throw Mistake.missing("Resources") }
        self.templates = templates
        let words = folder.appendingPathComponent("words")
        book = try WordBook(
            files: FileManager.default.contentsOfDirectory(atPath: words.path).filter { $0.hasSuffix(".json") }.map {
                try Data(contentsOf: words.appendingPathComponent($0))
            })
        var assets: [String: Asset] = [:]
        for (name, type) in Self.assetTypes {
            guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
                throw Mistake.missing(name)
            }
            let version = SHA256.hash(data: data).prefix(6).map { String($0, radix: 16) }.joined()
            assets[name] = Asset(bytes: Array(data), contentType: type, version: version)
        }
        self.assets = assets
    }

    /// By the name of the file without its ending.
    var versions: [String: String] {
        Dictionary(
            assets.map { (String($0.key.prefix { $0 != "." }), $0.value.version) },
            uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter model: found as `m`; the words of the language as `t`, what every page has as `shell`.
    func render(_ template: String, _ model: Any, shell: Shell, words: Words) -> String {
        let root: [String: Any] = ["t": words.table, "m": model, "shell": shell]
        return templates.render(template, root)
    }
}

/// What stands around every page.
struct Shell {
    struct Tab {
        var address: String
        var name: String
        var current: Bool
    }
    var language: String
    var otherLanguage: String
    var otherLanguageName: String
    var title: String
    /// The page's own address, to come back to when the language is changed.
    var here: String
    var token: String
    var signedIn: Bool
    var person: String?
    var office: String?
    var tabs: [Tab]
    var styleVersion: String
    var scriptVersion: String
    /// What this page needs beside console.js.
    var scripts: [Script]

    struct Script {
        var name: String
        var version: String
    }
    /// Of the files that some pages alone ask for, by name without its ending.
    var versions: [String: String]
    /// Seconds of idleness after which the browser goes to the page of signing in.
    var idleSeconds: String?
}
