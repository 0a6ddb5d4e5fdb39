import Foundation
import RegistryDomain
import RegistryStore

/// A line of the register before an officer.
struct EntryModel {
    var id: String
    var number: String
    var year: String
    var mode: String
    var hours: String
    var recognizedOn: String
    var recognizedBy: String
    var recordedBy: String
    /// The completion record, the session or the paper that it rests on.
    var source: String
    var reversal: String?
    var mayReverse: Bool

    /// - Parameter caller: who might take it back; nil where nobody is asked.
    init(_ entry: RegisterEntryRecord, for caller: Caller?, _ policies: PolicySet, _ words: Words) {
        id = entry.id.uuidString.lowercased()
        number = "\(entry.entryNumber)"
        year = "\(entry.subjectYear)"
        mode = words.mode(entry.mode)
        hours = "\(entry.hours)"
        recognizedOn = entry.recognizedOn.description
        recognizedBy = words.area(entry.recognizedBy, policies)
        recordedBy = entry.recordedBy
        source = entry.recordNumber ?? entry.sessionCode ?? entry.paperNumber ?? "—"
        reversal = entry.reversal.map {
            words("entryReversed", ["day": $0.reversedOn.description, "reason": $0.reason])
        }
        let mayAtAll = caller.map { Rights.scope(of: $0.role, for: .reverseEntry) != nil } ?? false
        mayReverse =
            mayAtAll && entry.reversal == nil
            && (caller?.authority == .city || caller?.authority == entry.recognizedBy)
    }
}
