import Foundation
import RegistryStore

/// Short messages for a bureau's gateway: one CSV file (RFC 4180, UTF-8) of a run, there whole or not at all.
public struct GatewayFile: Sendable {
    public enum Mistake: Error, CustomStringConvertible {
        case notWritable(String)
        public var description: String {
            switch self {
            case .notWritable(let path): "\(path): cannot be written"
            }
        }
    }

    let folder: URL

    /// - Parameter folder: where the gateway looks for files; a file appears there under its name when it is complete.
    public init(folder: String) { self.folder = URL(fileURLWithPath: folder, isDirectory: true) }

    struct Line: Sendable {
        var id: UUID
        var mobile: String
        var text: String
    }

    static func content(_ lines: [Line]) -> [UInt8] {
        func cell(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
        let rows = lines.map { line in
            [line.mobile, cell(line.text), line.id.uuidString.lowercased()].joined(separator: ",")
        }
        return Array((["mobile,text,reference"] + rows).map { $0 + "\r\n" }.joined().utf8)
    }

    /// - Returns: the file's name.
    /// - Throws: where nothing was written.
    func write(_ lines: [Line], at instant: Date) throws -> String {
        let stamp = RegistryJSON.text(instant).prefix(19).filter { $0.isNumber }
        let name = "reminders-\(stamp)-\(UUID().uuidString.prefix(8).lowercased()).csv"
        let file = folder.appendingPathComponent(name)
        // Hidden until complete: a gateway takes what ends in .csv.
        let draft = folder.appendingPathComponent(".\(name).part")
        guard
            FileManager.default.createFile(
                atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o640])
        else { throw Mistake.notWritable(draft.path) }
        do {
            let handle = try FileHandle(forWritingTo: draft)
            try handle.write(contentsOf: Data(Self.content(lines)))
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(at: draft, to: file)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
        return name
    }
}
