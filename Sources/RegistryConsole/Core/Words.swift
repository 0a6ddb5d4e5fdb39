import Foundation
import RegistryDomain

/// The words of the pages, `words/*.json`: each in Chinese and in English. One file for each part of the console, so
/// that a word is looked for where its page is.
struct WordBook: Sendable {
    enum Mistake: Error { case saidTwice(String) }

    let zh: [String: String]
    let en: [String: String]

    /// - Throws: `Mistake.saidTwice` where two files have the same key.
    init(files: [Data]) throws {
        var pairs: [String: [String]] = [:]
        for file in files {
            let words = try JSONDecoder().decode([String: [String]].self, from: file)
            try pairs.merge(words) { first, _ in throw Mistake.saidTwice(first.joined(separator: " / ")) }
        }
        zh = pairs.compactMapValues(\.first)
        en = pairs.compactMapValues { $0.count > 1 ? $0[1] : nil }
    }

    func words(_ language: Language) -> Words { Words(language: language, table: language == .zh ? zh : en) }
}

/// The words of one language.
struct Words: Sendable {
    let language: Language
    let table: [String: String]

    /// A word that is missing shows its key; a test looks for those.
    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        var text = table[key] ?? key
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return text
    }

    func callAsFunction(_ text: Text) -> String { text(language) }

    func mode(_ mode: Mode) -> String { self("mode_\(mode.rawValue)") }
    func status(_ status: YearStatus) -> String { self("status_\(status.rawValue)") }
    func state(_ state: ClaimState) -> String { self("state_\(state.rawValue)") }
    func kind(_ kind: EmployerKind) -> String { self("kind_\(kind.rawValue)") }
    func level(_ level: EmployerLevel) -> String { self("level_\(level.rawValue)") }
    func role(_ role: Role) -> String { self("role_\(role.rawValue)") }

    func authority(_ authority: Authority?, _ policies: PolicySet?) -> String {
        guard let authority else { return "" }
        return policies?.name(of: authority).map { $0(language) } ?? authority.description
    }

    /// 市人社局, 汉源县, 基地: short enough for a table.
    func area(_ authority: Authority, _ policies: PolicySet) -> String {
        switch authority {
        case .city: self("areaCity")
        case .base: self("areaBase")
        case .county:
            policies.policies.reversed().lazy.compactMap { $0.authorities.first { $0.id == authority }?.division }
                .first.map { $0(language) } ?? authority.description
        }
    }
}
