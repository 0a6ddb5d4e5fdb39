import Foundation
import PostgresClient
import RegistryDomain

enum TestEmployers {
    /// One unit of each level and kind.
    static func one(ofEach admin: PostgresConnection) async throws -> [EmploymentPeriod] {
        var units: [EmploymentPeriod] = []
        for level in EmployerLevel.allCases {
            for kind in EmployerKind.allCases {
                let unit = EmploymentPeriod(
                    employerId: UUID(), kind: kind, level: level, division: level == .county ? "511823" : nil,
                    from: Day(daysSince2000: 0), until: nil)
                _ = try await admin.execute(
                    """
                    INSERT INTO employers (id, credit_code, name, kind, level, division)
                    VALUES (\(unit.employerId), \(TestNumber.employer(units.count)), '单位', \(kind.rawValue), \(level.rawValue),
                            \(unit.division))
                    """)
                units.append(unit)
            }
        }
        return units
    }
}
