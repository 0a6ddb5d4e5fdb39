import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

/// Every test that needs a server: one after the other, each with a database of its own.
@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
enum ImportTests {
    /// A county hospital, a city school, a zone enterprise and a closed shop.
    static let employers = """
        统一社会信用代码,单位名称,单位性质,级别,行政区划
        \(TestNumber.employer(1)),汉源县人民医院,事业单位,县级,汉源县
        \(TestNumber.employer(2)),雅安市第一中学,事业单位,市级,
        \(TestNumber.employer(3)),雅安经开区机械有限公司,企业,经开区,
        \(TestNumber.employer(4)),雨城区中医院,publicInstitution,county,511802

        """

    static func learners(_ rows: [String]) -> String {
        "idNumber,name,gender,employerCreditCode,post,title,professionalSince\n" + rows.joined(separator: "\n") + "\n"
    }

    /// 101 in 汉源县, 102 at the city's school, 103 in the zone, 104 in 雨城区.
    static let people = learners([
        "\(TestNumber.person(101)),张丽,女,\(TestNumber.employer(1)),护士,主管护师,2008-07-01",
        "\(TestNumber.person(102)),王芳,女,\(TestNumber.employer(2)),教师,高级教师,2010/9/1",
        "\(TestNumber.person(103)),李强,男,\(TestNumber.employer(3)),工程师,工程师,2012年3月1日",
        "\(TestNumber.person(104)),赵敏,女,\(TestNumber.employer(4)),医师,主治医师,20150801",
    ])
}

extension ImportTests {
    @Suite struct EmployersAndLearners {
        @Test func `a city's employers and learners come in from files, and the same files change nothing`()
            async throws
        {
            try await TestRegistry.with { registry in
                let employers = try await registry.take(.employers, ImportTests.employers)
                #expect(employers.state == "done")
                #expect(employers.findings.map(\.code) == [])
                #expect(employers.rowsNew == 4)
                let learners = try await registry.take(.learners, ImportTests.people)
                #expect(learners.findings.map(\.code) == [])
                #expect(learners.rowsNew == 4)
                let areas = try await registry.texts("SELECT area AS t FROM learners ORDER BY area")
                #expect(areas == ["city", "city", "county:511802", "county:511823"])
                #expect(try await registry.count(of: "employments") == 4)

                let again = try await registry.take(.learners, ImportTests.people)
                #expect(again.counts == [0, 0, 4, 0])
                let employersAgain = try await registry.take(.employers, ImportTests.employers)
                #expect(employersAgain.counts == [0, 0, 4, 0])
                #expect(try await registry.count(of: "employments") == 4)
            }
        }
    }
}
