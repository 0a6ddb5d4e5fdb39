import Foundation
import RegistryDomain
import Yams

/// The repository's own files, found from this one.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func policy(_ path: String = "sql/policies/2017-87.yaml") throws -> Policy {
        try YAMLDecoder().decode(Policy.self, from: try text(path))
    }

    static var policies: PolicySet { get throws { PolicySet([try policy()]) } }

    static func day(_ text: String) -> Day { Day(text)! }

    static func employment(
        _ kind: EmployerKind = .publicInstitution, _ level: EmployerLevel = .county, from: String = "2010-07-01",
        until: String? = nil, division: String? = "511823"
    ) -> EmploymentPeriod {
        EmploymentPeriod(
            employerId: UUID(), kind: kind, level: level, division: level == .county ? division : nil, from: day(from),
            until: until.map(day))
    }

    static func entry(
        _ year: Int, on: String, mode: Mode = .online, hours: Int = 30, reversedOn: String? = nil
    ) -> StandingEntry {
        StandingEntry(
            id: UUID(), subjectYear: year, mode: mode, hours: hours, recognizedOn: day(on),
            reversedOn: reversedOn.map(day),
            recognizedBy: .county("511823"))
    }
}
