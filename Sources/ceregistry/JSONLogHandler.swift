import Foundation
import Logging
import RegistryStore

/// One JSON object a line on standard error. Nothing here knows an ID number or a name, and nothing may be given one.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let label: String

    init(level: Logger.Level, label: String) {
        logLevel = level
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(
        level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
        function: String,
        line: UInt
    ) {
        var fields: [String: String] = [
            "time": RegistryJSON.text(Date()), "level": level.rawValue, "label": label, "message": message.description,
        ]
        for (key, value) in self.metadata.merging(metadata ?? [:], uniquingKeysWith: { $1 })
        where key != "hb.request.id" {
            fields[key] = value.description
        }
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return }
        FileHandle.standardError.write(data + Data("\n".utf8))
    }
}
