import Foundation
import RegistryStore
import TransparencyLog

/// The exported records of one kind against the leaves, side by side in the leaves' order.
struct RecordLines {
    let kind: LogRecordKind
    private let reader: LineReader
    private let decoder = JSONDecoder()
    private(set) var line: ExportedRecord?
    /// Lines read so far.
    private(set) var count: UInt64 = 0
    private(set) var erased: UInt64 = 0

    init(_ kind: LogRecordKind, in folder: URL) throws {
        self.kind = kind
        reader = try LineReader(folder.appendingPathComponent("records/\(kind.fileName)"))
        try advance()
    }

    var id: String? { kind == .reversal ? line?.record.entryId : line?.record.id }

    mutating func advance() throws {
        guard let bytes = try reader.next() else {
            line = nil
            return
        }
        count += 1
        do {
            line = try decoder.decode(ExportedRecord.self, from: bytes)
        } catch {
            throw LogFolder.Mistake.malformed("records/\(kind.fileName)", why: "line \(count) is no exported record")
        }
        if let erasures = line?.erased {
            erased += UInt64([erasures.person, erasures.user, erasures.text].compactMap(\.self).count)
        }
    }

    /// What the line says otherwise than the leaf, which is of this kind; empty where the two agree to the byte.
    func differences(from leaf: UnsafeRawBufferPointer) -> [VerificationReport.Difference] {
        guard let line else { return [] }
        // Most leaves open whole: their members are read only where something differs or was removed.
        let needsHeld = line.erased != nil
        let held = needsHeld ? LeafText.members(of: leaf) ?? [:] : [:]
        let made = LeafText(kind, line, held: held)
        var differences: [VerificationReport.Difference] = []
        if !made.data.utf8.elementsEqual(leaf) {
            let held = LeafText.members(of: leaf) ?? [:]
            let found = Dictionary(made.members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            for name in Set(held.keys).union(found.keys).sorted() where held[name] != found[name] {
                differences.append(.init(field: name, logged: held[name], found: found[name]))
            }
            if differences.isEmpty { differences.append(.init(field: "form", logged: nil, found: nil)) }
        }
        if let person = line.person, person.learner != line.record.learnerId {
            differences.append(.init(field: "learner", logged: person.learner, found: line.record.learnerId))
        }
        if let user = line.user, user.user != line.record.by {
            differences.append(.init(field: "user", logged: user.user, found: line.record.by))
        }
        return differences
    }
}
