import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

extension ImportTests {
    @Suite struct BrokenFiles {
        /// What is sent, and the code of the problem that it ends in.
        static let files: [(Data, String)] = [
            (Data(), "fileEmpty"),
            (Data("\n \n".utf8), "fileEmpty"),
            (Data("idNumber,name,employerCreditCode\n".utf8), "fileHasNoRows"),
            (Data("身份证号,姓名\n1,2\n".utf8), "columnsMissing"),
            (Data("idNumber,name,employerCreditCode\n1,\0,2\n".utf8), "nulByte"),
            (Data("idNumber,name,employerCreditCode\n1,".utf8) + Data([0xFF, 0xFF, 0x0A]), "encodingUnknown"),
            (Data("idNumber,name,employerCreditCode\n1,\"2,3\n".utf8), "quoteNotClosed"),
            (Data("idNumber,name,employerCreditCode\n".utf8) + Data(repeating: 0x31, count: 5 << 20), "recordTooLong"),
            (Data([0xD0, 0xCF, 0x11, 0xE0, 0, 0, 0, 0]), "fileTypeUnsupported"),
        ]

        @Test func `a broken file of any kind ends its job with words, stores nothing, and the register goes on`()
            async throws
        {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                for (data, code) in Self.files {
                    let job = try await registry.take(.learners, data)
                    #expect(job.state == "failed")
                    #expect(job.problem?.code == code)
                    #expect(job.findings.isEmpty)
                }
                #expect(try await registry.count(of: "learners") == 0)
                #expect(try await registry.take(.learners, ImportTests.people).rowsNew == 4)
            }
        }

        @Test func `a file that breaks in its middle stores nothing of its beginning`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let rows = (0..<900).map { "\(TestNumber.person($0)),学员,男,\(TestNumber.employer(1)),,,2008-07-01" }
                let job = try await registry.take(.learners, ImportTests.learners(rows) + "\"")
                #expect(job.problem?.code == "quoteNotClosed")
                #expect(try await registry.count(of: "learners") == 0)
            }
        }

        @Test func `broken rows are told each, and the good ones go in`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let good = TestNumber.person(1)
                let wrong = good.dropLast() + (good.last == "1" ? "2" : "1")
                let employer = TestNumber.employer(1)
                let job = try await registry.take(
                    .learners,
                    ImportTests.learners([
                        "5.11802E+17,甲,男,\(employer),,,2008-07-01", "\(wrong),乙,男,\(employer),,,2008-07-01",
                        "\(good),丙,男,\(employer),,,2008-02-31", "\(TestNumber.person(2)),,男,\(employer),,,2008-07-01",
                        "\(TestNumber.person(3)),丁,它,\(employer),,,2008-07-01",
                        "\(TestNumber.person(4)),\(String(repeating: "长", count: 201)),男,\(employer),,,2008-07-01",
                        "\(TestNumber.person(5)),戊,男,\(employer),,,2008-07-01,多余",
                        "\(TestNumber.person(6)),a\"b\"c,男,\(employer),,,2008-07-01",
                        "51182319850230100X,己,男,\(employer),,,2008-07-01",
                        "\u{FEFF}'\(TestNumber.person(8)) ,庚,男,\(employer),,,2008-07-01",
                    ]))
                #expect(job.findings.map(\.row) == [2, 3, 4, 5, 6, 7, 8, 9, 10])
                #expect(
                    job.codes == [
                        "idNumberInvalid", "idNumberInvalid", "notADay", "missing", "unknownWord", "invalidField",
                        "tooManyFields",
                        "quotesBroken", "idNumberInvalid",
                    ])
                #expect(job.counts == [1, 0, 0, 9])
                #expect(job.findings.allSatisfy { !($0.found ?? "").contains(good.dropLast()) })
                #expect(try await registry.texts("SELECT name AS t FROM learners") == ["庚"])
            }
        }

        @Test func `a workbook is taken in like its text, formulas and rounded numbers by row`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let lines = ImportTests.people.split(separator: "\n").map { $0.components(separatedBy: ",") }
                let job = try await registry.take(.learners, try Workbook(rows: lines).data())
                #expect(job.counts == [4, 0, 0, 0])
                #expect(try await registry.take(.learners, ImportTests.people).counts == [0, 0, 4, 0])
                func text(_ value: String) -> String { "<c t=\"inlineStr\"><is><t>\(value)</t></is></c>" }
                let header =
                    "<row>\(["idNumber", "name", "employerCreditCode", "professionalSince"].map(text).joined())</row>"
                let broken = Workbook(
                    sheet: header
                        + "<row><c><v>5.1182319850101101E+17</v></c>\(text("甲"))\(text(TestNumber.employer(1)))</row>"
                        + "<row>\(text(TestNumber.person(9)))<c><f>A2</f><v>x</v></c>\(text(TestNumber.employer(1)))</row>"
                        + "<row>\(text(TestNumber.person(10)))\(text("丙"))\(text(TestNumber.employer(1)))<c s=\"1\"><v>40000</v></c></row>"
                )
                let second = try await registry.take(.learners, try broken.data())
                #expect(second.codes == ["idNumberInvalid", "formulaCell"])
                #expect(second.counts == [1, 0, 0, 2])
                let day = try await registry.texts(
                    "SELECT professional_since::text AS t FROM learners WHERE name = '丙'")
                #expect(day == ["2009-07-06"])
            }
        }
    }
}
