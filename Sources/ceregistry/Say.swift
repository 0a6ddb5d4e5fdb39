import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

/// What a person reads goes to standard error in their language; what a program reads goes to standard output.
enum Say {
    /// Chinese unless the locale is English (LC_ALL, LC_MESSAGES, LANG).
    static let language: Language = {
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        return locale.hasPrefix("en") ? .en : .zh
    }()

    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
    static func note(_ zh: String, _ en: String) { note(language == .zh ? zh : en) }

    static func json(_ value: some Encodable) throws {
        FileHandle.standardOutput.write(Data(try RegistryJSON.bytes(value, pretty: true)) + Data("\n".utf8))
    }

    static func reason(_ reason: Reason) -> String {
        let rule = reason.rule.map { "[\($0.rawValue)] " } ?? ""
        return rule + reason.message(language) + (reason.field.map { " (\($0))" } ?? "")
    }

    static func error(_ error: any Error) {
        switch error {
        case let error as StoreError:
            if error.reasons.isEmpty { note("\(error)") }
            for reason in error.reasons { note(self.reason(reason)) }
        case let error as PolicyFileError:
            for mistake in error.mistakes { note(mistake.description) }
        default: note(Root.fullMessage(for: error))
        }
    }
}
