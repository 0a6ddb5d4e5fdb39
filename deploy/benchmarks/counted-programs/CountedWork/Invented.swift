import Foundation
import RegistryDomain

/// People who differ from one to the next and are the same in every run.
enum Invented {
    static let today = Day(daysSince2000: 6934)

    /// Somebody in post since one of ten years, with some entries of two years, one of them reversed now and then.
    static func history(_ number: Int) -> LearnerHistory {
        let from = Day(daysSince2000: Int32(3000 + number % 10 * 365))
        let leaves = number % 7 == 0 ? Day(daysSince2000: 6700) : nil
        var history = LearnerHistory(employments: [
            EmploymentPeriod(
                employerId: identifier(number, 0), kind: number % 3 == 0 ? .enterprise : .publicInstitution,
                level: .county, division: "511823", from: from, until: leaves)
        ])
        for part in 0..<(number % 5) {
            history.entries.append(
                StandingEntry(
                    id: identifier(number, part + 1), subjectYear: 2017 + part % 2,
                    mode: part < 2 ? .online : .faceToFace,
                    hours: part < 2 ? 30 : 12, recognizedOn: Day(daysSince2000: Int32(6300 + part * 100)),
                    reversedOn: (number + part) % 40 == 0 ? Day(daysSince2000: 6900) : nil,
                    recognizedBy: .county("511823")))
        }
        if number % 30 == 0 {
            history.excuses.append(
                Excuse(subjectYear: 2018, approvedOn: Day(daysSince2000: 6800), liftsDuty: number % 60 == 0))
        }
        return history
    }

    private static func identifier(_ number: Int, _ part: Int) -> UUID {
        let mixed = UInt64(number * 31 + part + 1) &* 0x9E37_79B9_7F4A_7C15
        let bytes = withUnsafeBytes(of: mixed.bigEndian) { [UInt8]($0) }
        return (bytes + bytes.reversed()).withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
