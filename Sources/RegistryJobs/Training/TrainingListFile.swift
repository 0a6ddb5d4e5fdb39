import Foundation
import RegistryDomain
import RegistryStore

/// A session's list that comes back from the site, by the numbers in its first column.
public struct TrainingListFile: Sendable {
    public struct Unread: Codable, Sendable {
        public var row: Int
        public var field: String?
        public var found: String?
        public var message: Text
    }

    /// Who was ticked, and when the half-day began: a list says no more.
    public private(set) var attendance: [NewAttendance.Line] = []
    public private(set) var marks: [NewAssessments.Line] = []
    public private(set) var unread: [Unread] = []

    /// - Throws: `FileProblem` where the file as a whole cannot be read, `StoreError.invalid` where it is no such list.
    public init(path: String, session: TrainingSessionRecord, people: [ParticipantRecord]) async throws {
        let byRank = Dictionary(people.map { ($0.rank, $0) }, uniquingKeysWith: { first, _ in first })
        var header: [String]?
        for try await batch in TableReader(path: path) {
            for row in batch {
                guard let names = header else {
                    header = row.fields.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
                    guard header?.first == TrainingSheets.rank else {
                        throw StoreError.invalid([
                            .field(
                                TrainingSheets.rank, found: row.fields.first.map { String($0.prefix(40)) },
                                expected: Text(zh: "第一列为“序号”的班次名单", en: "a session's list, its first column 序号"))
                        ])
                    }
                    continue
                }
                read(row, names, session, byRank, people)
            }
        }
        guard header != nil else {
            throw StoreError.invalid([
                .field("file", found: nil, expected: Text(zh: "不能为空", en: "must not be empty"))
            ])
        }
    }

    private mutating func read(
        _ row: TableRow, _ names: [String], _ session: TrainingSessionRecord, _ byRank: [Int: ParticipantRecord],
        _ people: [ParticipantRecord]
    ) {
        let fields = row.fields.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        func refuse(_ field: String?, _ found: String?, _ zh: String, _ en: String) -> Unread {
            Unread(
                row: row.number, field: field, found: found.map { String($0.prefix(40)) }, message: Text(zh: zh, en: en)
            )
        }
        if let problem = row.problem {
            unread.append(Unread(row: row.number, message: problem.message))
            return
        }
        guard let rank = fields.first.flatMap({ Self.number($0) }), let person = byRank[rank] else {
            unread.append(
                refuse(TrainingSheets.rank, fields.first, "名单上没有这个序号。", "The list has no such number."))
            return
        }
        for (index, name) in names.enumerated() where index < fields.count && !fields[index].isEmpty {
            if name == TrainingSheets.mark {
                guard let mark = Self.number(fields[index]), (0...100).contains(mark) else {
                    unread.append(refuse(name, fields[index], "成绩应为0至100。", "A mark is 0 to 100."))
                    continue
                }
                if mark != person.mark { marks.append(.init(learnerId: person.learnerId, mark: mark)) }
            } else if let half = session.halfDays.first(where: { TrainingSheets.column(of: $0) == name }) {
                guard ["到", "√", "✓", "1", "是", "x", "X"].contains(fields[index]) else {
                    unread.append(refuse(name, fields[index], "到的填“到”，没到的留空。", "到 where present, empty where not."))
                    continue
                }
                attendance.append(
                    .init(
                        halfDayId: half.id, learnerId: person.learnerId,
                        seenAt: RegistryJSON.instant("\(half.day)T\(half.startsAt):00+08:00")))
            }
        }
    }

    /// A spreadsheet may have made 3 into 3.0.
    private static func number(_ text: String) -> Int? {
        Int(text) ?? (text.hasSuffix(".0") ? Int(text.dropLast(2)) : nil)
    }
}
