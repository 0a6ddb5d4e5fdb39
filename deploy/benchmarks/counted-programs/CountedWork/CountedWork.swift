import Foundation
import PostgresClient
import RegistryDomain
import RegistryStore
import TransparencyLog
import Yams

/// A fixed amount of work, the same in every run, for whoever counts instructions. Usage: `CountedWork POLICY WORK TIMES`;
/// with 0 times it only gets ready, so that the difference of two runs is the work. Prints a number made of the results.
@main
struct CountedWork {
    struct Usage: Error {}

    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 4, let times = Int(words[3]) else { throw Usage() }
        let policy = try YAMLDecoder().decode(Policy.self, from: try String(contentsOfFile: words[1], encoding: .utf8))
        let policies = PolicySet([policy])
        let histories = (0..<200).map { Invented.history($0) }
        var made = 0
        switch words[2] {
        case "rules":
            for _ in 0..<times { made &+= rules(histories, policies) }
        case "json":
            let answers = histories.map { answer($0, policies) }
            for _ in 0..<times { made &+= try json(answers) }
        case "encode":
            for _ in 0..<times { made &+= try encoded(histories).count }
        case "decode":
            let bytes = try encoded(histories)
            for _ in 0..<times { made &+= try decoded(bytes) }
        case "tree":
            let leaves = histories.flatMap(\.entries).map {
                Array("{\"entry\":\"\($0.id)\",\"hours\":\($0.hours)}".utf8)
            }
            for _ in 0..<times { made &+= Int(tree(leaves).root.bytes[0]) }
        default: throw Usage()
        }
        print(made)
    }

    static func answer(_ history: LearnerHistory, _ policies: PolicySet) -> EligibilityAnswer {
        Eligibility.answer(
            .titlePromotion, history: history, policies: policies, asOf: Invented.today, assessedYear: nil)
    }

    /// Eligibility, E1 to E6, of every history.
    static func rules(_ histories: [LearnerHistory], _ policies: PolicySet) -> Int {
        histories.reduce(0) { $0 &+ answer($1, policies).reasons.count &+ 1 }
    }

    /// Answers in the register's dialect of JSON.
    static func json(_ answers: [EligibilityAnswer]) throws -> Int {
        try answers.reduce(0) { $0 &+ (try RegistryJSON.bytes($1)).count }
    }

    /// Entries as rows of a binary COPY.
    static func encoded(_ histories: [LearnerHistory]) throws -> [UInt8] {
        var encoder = CopyRowEncoder(format: .binary)
        for history in histories {
            for entry in history.entries {
                try encoder.append(
                    entry.id, Int32(entry.subjectYear), entry.mode.rawValue, Int64(entry.hours),
                    entry.reversedOn?.description, entry.recognizedBy.description, Date(timeIntervalSince1970: 1.5e9))
            }
        }
        encoder.finish()
        return encoder.bytes
    }

    static func decoded(_ bytes: [UInt8]) throws -> Int {
        var decoder = CopyDecoder(format: .binary)
        decoder.feed(bytes)
        var made = 0
        while let row = try decoder.next() {
            made &+= Int(try row.decode(0, as: UUID.self).uuid.0) &+ Int(try row.decode(1, as: Int32.self))
            made &+= try row.decode(2, as: String.self).utf8.count &+ Int(try row.decode(3, as: Int64.self))
            made &+=
                (try row.decode(4, as: String?.self)?.utf8.count ?? 0)
                &+ (try row.decode(5, as: String.self)).utf8.count
            made &+= Int(try row.decode(6, as: Date.self).timeIntervalSince1970)
        }
        return made
    }

    /// The Merkle tree over leaves, which it hashes.
    static func tree(_ leaves: [[UInt8]]) -> CompactRange {
        leaves.reduce(into: CompactRange()) { $0.append(TreeHash.leaf($1)) }
    }
}
