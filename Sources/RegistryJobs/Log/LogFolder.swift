import Foundation
import RegistryStore
import TransparencyLog

/// The folder outside the database that a log's checkpoints are kept in, and its public keys. Files are written once, each
/// whole or not at all, and never again.
///
/// ```
/// keys                                  FROM VERIFIER-KEY, a line for each key the log has had
/// checkpoints/00000000000000005000-1    the first note of the tree of 5,000 leaves
/// checkpoints/00000000000000005000-2    the same tree with another signature: of the next key, or of a witness
/// ```
public struct LogFolder: Sendable {
    public enum Mistake: Error, CustomStringConvertible, Equatable {
        case unreadable(String, why: String)
        case malformed(String, why: String)
        case unwritable(String, why: String)

        public var description: String {
            switch self {
            case .unreadable(let path, let why): "\(path): cannot be read (\(why))"
            case .malformed(let path, let why): "\(path): \(why)"
            case .unwritable(let path, let why): "\(path): cannot be written (\(why))"
            }
        }
    }

    public let url: URL

    public init(_ url: URL) { self.url = url }

    var keysURL: URL { url.appendingPathComponent("keys") }
    var checkpointsURL: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }

    /// A file of the folder `checkpoints`.
    public struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
        public var size: UInt64
        public var revision: Int

        public var description: String {
            let digits = String(size)
            return String(repeating: "0", count: 20 - digits.count) + digits + "-\(revision)"
        }

        public init(size: UInt64, revision: Int) {
            self.size = size
            self.revision = revision
        }

        init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let size = UInt64(parts[0]), let revision = Int(parts[1]), revision > 0 else {
                return nil
            }
            self.init(size: size, revision: revision)
            guard description == text else { return nil }
        }

        public static func < (left: Name, right: Name) -> Bool {
            (left.size, left.revision) < (right.size, right.revision)
        }
    }

    // MARK: Reading

    /// Oldest first.
    public func names() throws -> [Name] {
        guard FileManager.default.fileExists(atPath: checkpointsURL.path) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: checkpointsURL.path).compactMap(Name.init)
                .sorted()
        } catch {
            throw Mistake.unreadable(checkpointsURL.path, why: "\(error)")
        }
    }

    public func checkpoint(_ name: Name) throws -> SignedCheckpoint {
        let file = checkpointsURL.appendingPathComponent(name.description)
        return try Self.checkpoint(at: file)
    }

    public static func checkpoint(at file: URL) throws -> SignedCheckpoint {
        do {
            return try SignedCheckpoint(bytes: [UInt8](try Data(contentsOf: file)))
        } catch let error as SignedNote.Mistake {
            throw Mistake.malformed(file.path, why: "no signed note: \(error)")
        } catch is SignedCheckpoint.Mistake {
            throw Mistake.malformed(file.path, why: "a signed note, and no checkpoint")
        } catch {
            throw Mistake.unreadable(file.path, why: "\(error.localizedDescription)")
        }
    }

    /// The newest, checked against the log's keys; nil where there is none yet.
    ///
    /// - Throws: `Mistake.malformed` also for one that the log did not sign.
    public func latest() throws -> (name: Name, checkpoint: SignedCheckpoint)? {
        guard let name = try names().last else { return nil }
        let checkpoint = try checkpoint(name)
        try verify(checkpoint, name, keys())
        return (name, checkpoint)
    }

    /// Every checkpoint, oldest first, checked as `latest` is.
    public func all() throws -> [(name: Name, checkpoint: SignedCheckpoint)] {
        let keys = try keys()
        return try names().map { name in
            let checkpoint = try checkpoint(name)
            try verify(checkpoint, name, keys)
            return (name, checkpoint)
        }
    }

    /// When the newest file was written.
    func signedAt() throws -> Date? {
        guard let name = try names().last else { return nil }
        let path = checkpointsURL.appendingPathComponent(name.description).path
        return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }

    /// For the audit: every checkpoint that the log signed, and what is wrong with the others.
    public func evidence() async throws -> LogEvidence {
        try await Blocking.run {
            let keys = try keys()
            var evidence = LogEvidence()
            for name in try names() {
                do {
                    let checkpoint = try checkpoint(name)
                    try verify(checkpoint, name, keys)
                    evidence.checkpoints.append(checkpoint.checkpoint)
                } catch let mistake as Mistake {
                    evidence.problems.append(.init(file: name.description, why: mistake.description))
                }
            }
            return evidence
        }
    }

    private func verify(_ checkpoint: SignedCheckpoint, _ name: Name, _ keys: KeyHistory) throws {
        let path = checkpointsURL.appendingPathComponent(name.description).path
        guard checkpoint.checkpoint.size == name.size else {
            throw Mistake.malformed(path, why: "is of a tree of \(checkpoint.checkpoint.size) leaves")
        }
        do {
            try checkpoint.verify(log: keys)
        } catch {
            throw Mistake.malformed(path, why: "is not signed by a key of the log (\(error))")
        }
    }

    /// The log's keys; empty where none was generated.
    public func keys() throws -> KeyHistory {
        guard FileManager.default.fileExists(atPath: keysURL.path) else { return KeyHistory() }
        do {
            return try KeyHistory(text: try String(contentsOf: keysURL, encoding: .utf8))
        } catch let error as KeyHistory.Mistake {
            throw Mistake.malformed(keysURL.path, why: "line \(error.line) is no verifier key")
        } catch {
            throw Mistake.unreadable(keysURL.path, why: "\(error.localizedDescription)")
        }
    }

    // MARK: Writing

    /// One process, and one task of it, at a time signs (flock(2)).
    func locked<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        let lock = try await Blocking.run { try FolderLock(url) }
        defer { lock.release() }
        return try await body()
    }

    /// Keeps a checkpoint under the next free name of its size.
    @discardableResult
    public func add(_ checkpoint: SignedCheckpoint) throws -> Name {
        try DurableFile.makeFolder(checkpointsURL)
        let size = checkpoint.checkpoint.size
        var revision = (try names().last { $0.size == size }?.revision ?? 0) + 1
        while true {
            let name = Name(size: size, revision: revision)
            let file = checkpointsURL.appendingPathComponent(name.description)
            if try DurableFile.create(file, checkpoint.bytes, mode: 0o644) { return name }
            revision += 1
        }
    }

    public func write(_ keys: KeyHistory) throws {
        try DurableFile.makeFolder(url)
        try DurableFile.replace(keysURL, Array(keys.text.utf8), mode: 0o644)
    }
}
