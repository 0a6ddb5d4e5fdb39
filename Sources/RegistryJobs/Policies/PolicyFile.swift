import Foundation
import RegistryDomain
import RegistryStore
import Yams

/// A mistake in a policy file, where an editor finds it.
public struct PolicyFileMistake: Sendable, CustomStringConvertible {
    /// From 1; nil where the file as a whole is meant.
    public var line: Int?
    public var column: Int?
    /// Such as `subjectYears[0].dueOn`.
    public var path: String
    public var message: Text

    public var description: String {
        let place = line.map { "line \($0)\(column.map { ":\($0)" } ?? "")" } ?? "file"
        return "\(place), \(path.isEmpty ? "—" : path): \(message.zh) \(message.en)"
    }
}

/// A policy file is not in order; every mistake that could be found.
public struct PolicyFileError: Error, CustomStringConvertible {
    public var mistakes: [PolicyFileMistake]
    public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

/// A notice as it stands in a YAML file.
public struct PolicyFile: Sendable {
    public let policy: Policy
    /// The policy as JSON, for the `policies` table.
    public let document: String
    public let source: String

    /// Reads and checks a policy file: its form, unknown fields, and its own sense.
    public static func read(_ path: String) throws -> PolicyFile {
        guard let data = FileManager.default.contents(atPath: path), let source = String(data: data, encoding: .utf8)
        else {
            throw PolicyFileError(mistakes: [
                PolicyFileMistake(
                    path: path, message: Text(zh: "文件无法读取或不是 UTF-8。", en: "cannot be read, or is not UTF-8."))
            ])
        }
        return try PolicyFile(source: source)
    }

    public init(source: String) throws {
        let node = try Self.compose(source)
        let policy: Policy
        do {
            policy = try YAMLDecoder().decode(Policy.self, from: source)
        } catch let error as DecodingError {
            throw PolicyFileError(mistakes: [Self.mistake(error, in: node)])
        } catch {
            throw PolicyFileError(mistakes: [
                PolicyFileMistake(path: "", message: Text(zh: "格式不正确：\(error)", en: "is malformed: \(error)"))
            ])
        }
        let document = String(decoding: try RegistryJSON.bytes(policy), as: UTF8.self)
        let unknown = try Self.unknownFields(in: node, comparedWith: document)
        let mistakes =
            unknown
            + policy.validate().map { mistake in
                let mark = Self.mark(of: mistake.path, in: node)
                return PolicyFileMistake(
                    line: mark?.line, column: mark?.column, path: mistake.path, message: mistake.message)
            }
        guard mistakes.isEmpty else { throw PolicyFileError(mistakes: mistakes) }
        self.policy = policy
        self.document = document
        self.source = source
    }

    private static func compose(_ source: String) throws -> Node {
        do {
            if let node = try Yams.compose(yaml: source) { return node }
        } catch let error as YamlError {
            throw PolicyFileError(mistakes: [mistake(error)])
        }
        throw PolicyFileError(mistakes: [PolicyFileMistake(path: "", message: Text(zh: "文件是空的。", en: "is empty."))])
    }

    private static func mistake(_ error: YamlError) -> PolicyFileMistake {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            PolicyFileMistake(
                line: mark.line, column: mark.column, path: "",
                message: Text(zh: "不是正确的 YAML：\(problem)", en: "is no YAML: \(problem)"))
        default: PolicyFileMistake(path: "", message: Text(zh: "不是正确的 YAML。", en: "is no YAML: \(error)"))
        }
    }

    private static func mistake(_ error: DecodingError, in node: Node) -> PolicyFileMistake {
        func at(_ keys: [any CodingKey], _ zh: String, _ en: String) -> PolicyFileMistake {
            let path = keys.reduce("") { path, key in
                key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)")
            }
            let mark = mark(of: path, in: node)
            return PolicyFileMistake(line: mark?.line, column: mark?.column, path: path, message: Text(zh: zh, en: en))
        }
        switch error {
        case .keyNotFound(let key, let context):
            return at(context.codingPath + [key], "缺少这一项。", "this field is missing.")
        case .typeMismatch(let type, let context):
            return at(context.codingPath, "应为 \(type) 类型的值。", "a value of type \(type) is needed.")
        case .valueNotFound(_, let context): return at(context.codingPath, "不能为空。", "must have a value.")
        case .dataCorrupted(let context):
            let chinese = Self.chinese[context.debugDescription] ?? context.debugDescription
            return at(context.codingPath, "值不正确：\(chinese)", "cannot be: \(context.debugDescription)")
        @unknown default: return at([], "格式不正确。", "is malformed.")
        }
    }

    /// What values say of themselves when they cannot be read.
    private static let chinese = [
        "a day as yyyy-MM-dd is needed": "应为日历上有的日期，写作 yyyy-MM-dd",
        "an authority is city, base, or county: and six digits": "机构应为 city、base，或 county: 加六位数字",
    ]

    /// The place of a path; where its last step is missing, the place of what should hold it.
    private static func mark(of path: String, in node: Node) -> Mark? {
        var current = node
        let steps = path.split(whereSeparator: { ".[]".contains($0) })
        for step in steps {
            let next: Node?
            if let index = Int(step), let sequence = current.sequence, index < sequence.count {
                next = sequence[index]
            } else {
                next = current.mapping?[Node(String(step))]
            }
            guard let next else { break }
            current = next
        }
        return current.mark
    }

    /// Fields that no policy has: most often a slip of the pen in an optional one.
    private static func unknownFields(in node: Node, comparedWith document: String) throws -> [PolicyFileMistake] {
        let known = try JSONSerialization.jsonObject(with: Data(document.utf8))
        return unknownFields(in: node, known, path: "")
    }

    private static func unknownFields(in node: Node, _ known: Any, path: String) -> [PolicyFileMistake] {
        if let mapping = node.mapping, let known = known as? [String: Any] {
            return mapping.flatMap { key, value -> [PolicyFileMistake] in
                let name = key.string ?? ""
                let here = path.isEmpty ? name : "\(path).\(name)"
                guard let next = known[name] else {
                    if value.null != nil { return [] }
                    return [
                        PolicyFileMistake(
                            line: key.mark?.line, column: key.mark?.column, path: here,
                            message: Text(zh: "没有这一项。", en: "there is no such field."))
                    ]
                }
                return unknownFields(in: value, next, path: here)
            }
        }
        if let sequence = node.sequence, let known = known as? [Any] {
            return zip(sequence, known).enumerated().flatMap { unknownFields(in: $1.0, $1.1, path: "\(path)[\($0)]") }
        }
        return []
    }
}
