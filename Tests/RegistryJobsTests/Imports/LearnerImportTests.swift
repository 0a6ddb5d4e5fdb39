import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

extension ImportTests {
    @Suite struct Learners {
        @Test func `a county officer takes in the learners of the own county, and no other's`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let job = try await registry.take(.learners, ImportTests.people, as: "hanyuan")
                #expect(job.counts == [1, 0, 0, 3])
                #expect(job.codes == ["outsideJurisdiction", "outsideJurisdiction", "outsideJurisdiction"])
                #expect(job.findings.map(\.row) == [3, 4, 5])
                try await registry.take(.learners, ImportTests.people)
                let again = try await registry.take(.learners, ImportTests.people, as: "hanyuan")
                #expect(again.counts == [0, 0, 1, 3])
            }
        }

        @Test
        func `what the file says otherwise is corrected, dated, with the file as evidence; what it leaves out stays`()
            async throws
        {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                let number = TestNumber.person(101)
                let file = ImportTests.learners(["\(number),张丽丽,,\(TestNumber.employer(1)),,副主任护师,"])
                let job = try await registry.take(.learners, file, as: "hanyuan")
                #expect(job.counts == [0, 1, 0, 0])
                #expect(job.codes == ["nameCorrected"])
                #expect(job.findings.first?.found == "张丽")
                let learner = try await registry.store.learner(
                    id: registry.learner(number), as: registry.caller("city"))
                #expect(learner.name == "张丽丽")
                #expect(learner.post == "护士")
                #expect(learner.title == "副主任护师")
                #expect(learner.version == 2)
                #expect(Set(learner.corrections.map(\.field)) == ["name", "title"])
                #expect(
                    learner.corrections.allSatisfy {
                        $0.correctedOn == Day("2018-03-01") && $0.document.contains(job.id.uuidString.lowercased())
                    })
                #expect(try await registry.take(.learners, file, as: "hanyuan").counts == [0, 0, 1, 0])
            }
        }

        @Test func `an import moves nobody to another employer`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                let number = TestNumber.person(101)
                let file = ImportTests.learners(["\(number),张丽,女,\(TestNumber.employer(4)),护士,主管护师,2008-07-01"])
                let job = try await registry.take(.learners, file)
                #expect(job.counts == [0, 0, 0, 1])
                #expect(job.codes == ["employerDiffers"])
                _ = try await registry.store.addEmployment(
                    learner: registry.learner(number),
                    NewEmployment(employerCreditCode: TestNumber.employer(4), from: try #require(Day("2018-02-01"))),
                    as: registry.caller("city"))
                #expect(try await registry.take(.learners, file).counts == [0, 0, 1, 0])
            }
        }

        @Test func `an old ID number finds its person, and makes no second learner`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                let (old, new) = (TestNumber.person(101), TestNumber.person(501))
                _ = try await registry.store.correctLearner(
                    id: registry.learner(old),
                    LearnerCorrection(field: .idNumber, value: new, reason: "派出所更正", document: "证明1号"),
                    as: registry.caller("city"))
                let row = ",张丽,女,\(TestNumber.employer(1)),护士,主管护师,2008-07-01"
                let job = try await registry.take(.learners, ImportTests.learners([old + row, new + row]))
                #expect(job.counts == [0, 0, 2, 0])
                #expect(try await registry.count(of: "learners") == 4)
                #expect(try await registry.texts("SELECT id_number AS t FROM learners WHERE name = '张丽'") == [new])
            }
        }

        @Test func `a merged record leads to the person that was kept`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let twin = "\(TestNumber.person(502)),张丽,女,\(TestNumber.employer(1)),护士,主管护师,2008-07-01"
                try await registry.take(.learners, ImportTests.people)
                try await registry.take(.learners, ImportTests.learners([twin]))
                let kept = try await registry.learner(TestNumber.person(101))
                // Two records of one person overlap (Q12): the twin's period goes before the merge.
                _ = try await registry.admin.execute(
                    "UPDATE employments SET retracted_at = now() WHERE learner_id = \(registry.learner(TestNumber.person(502)))"
                )
                _ = try await registry.store.mergeLearners(
                    kept: kept,
                    LearnerMerge(from: registry.learner(TestNumber.person(502)), reason: "重复", document: "核实"),
                    as: registry.caller("city"))
                let job = try await registry.take(.learners, ImportTests.learners([twin]))
                #expect(job.counts == [0, 0, 1, 0])
            }
        }

        @Test func `unknown and closed employers, and learners twice in a file, are told row by row`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let closed = try await registry.store.searchEmployers(
                    q: TestNumber.employer(3), authority: nil, cursor: nil, limit: nil, as: registry.caller("city"))
                _ = try await registry.store.closeEmployer(
                    id: try #require(closed.items.first).id, on: try #require(Day("2018-02-01")), reason: "注销",
                    as: registry.caller("city"))
                let job = try await registry.take(
                    .learners,
                    ImportTests.learners([
                        "\(TestNumber.person(1)),甲,男,\(TestNumber.employer(99)),,,2008-07-01",
                        "\(TestNumber.person(2)),乙,男,\(TestNumber.employer(3)),,,2008-07-01",
                        "\(TestNumber.person(3)),丙,男,\(TestNumber.employer(1)),,,2008-07-01",
                        "\(TestNumber.person(3)),丙,男,\(TestNumber.employer(1)),,,2008-07-01",
                        "\(TestNumber.person(3)),丁,男,\(TestNumber.employer(1)),,,2008-07-01",
                        "\(TestNumber.person(4)),戊,男,\(TestNumber.employer(1)),,,2019-07-01",
                        "\(TestNumber.person(5)),己,男,\(TestNumber.employer(1)),,,",
                    ]))
                #expect(
                    job.codes == [
                        "employerUnknown", "employerClosed", "duplicateInFile", "dateAfterToday", "inPostAssumed",
                    ])
                #expect(job.findings.map(\.row) == [2, 3, 6, 7, 8])
                #expect(job.counts == [2, 0, 1, 4])
                #expect(job.findings[0].found == TestNumber.employer(99))
                let from = try await registry.texts(
                    "SELECT employed_from::text AS t FROM employments e JOIN learners l ON l.id = e.learner_id WHERE l.name = '己'"
                )
                #expect(from == ["2017-01-01"])
            }
        }

        @Test func `whoever may not import is refused, and the attempt is on the access log`() async throws {
            try await TestRegistry.with { registry in
                for username in ["clerk", "auditor", "admin"] {
                    await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                        try await registry.take(.learners, ImportTests.people, as: username)
                    }
                }
                let refused = try await registry.count("SELECT count(*) AS n FROM access_log WHERE outcome = 'refused'")
                #expect(refused == 3)
                let employers = try await registry.take(.employers, ImportTests.employers, as: "admin")
                #expect(employers.rowsNew == 4)
            }
        }

        @Test func `a dry run says the same and stores nothing; all or nothing stores nothing for one bad row`()
            async throws
        {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let file = ImportTests.people + "5118231985,坏,男,\(TestNumber.employer(1)),,,2008-07-01\n"
                let dry = try await registry.take(.learners, file, options: ImportOptions(dryRun: true))
                #expect(dry.counts == [4, 0, 0, 1])
                #expect(try await registry.count(of: "learners") == 0)
                let whole = try await registry.take(.learners, file, options: ImportOptions(allOrNothing: true))
                #expect(whole.problem?.code == "nothingStored")
                #expect(whole.counts == [0, 0, 0, 1])
                #expect(try await registry.count(of: "learners") == 0)
                let real = try await registry.take(.learners, file)
                #expect(real.counts == dry.counts)
                #expect(real.codes == dry.codes)
                #expect(real.findings.first?.found == "5118****85")
            }
        }

        @Test func `eight imports of one file at once make each learner once`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let caller = try await registry.caller("city")
                let rows = (0..<300).map { "\(TestNumber.person($0)),学员\($0),男,\(TestNumber.employer(1)),,,2008-07-01" }
                let file = try TestFile(ImportTests.learners(rows))
                let jobs = try await withThrowingTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask {
                            try await Importer(store: registry.store).run(.learners, file: file.url, as: caller)
                        }
                    }
                    return try await group.reduce(into: [ImportJobRecord]()) { $0.append($1) }
                }
                #expect(jobs.map(\.rowsNew).reduce(0, +) == 300)
                #expect(jobs.map(\.rowsUnchanged).reduce(0, +) == 7 * 300)
                #expect(try await registry.count(of: "learners") == 300)
            }
        }

        @Test func `a learner recorded by hand during an import is found, not doubled`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let caller = try await registry.caller("city")
                let numbers = (0..<60).map { TestNumber.person($0) }
                let file = try TestFile(
                    ImportTests.learners(numbers.map { "\($0),学员,男,\(TestNumber.employer(1)),,,2008-07-01" }))
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        _ = try await Importer(store: registry.store).run(.learners, file: file.url, as: caller)
                    }
                    for number in numbers.reversed() {
                        group.addTask {
                            _ = try? await registry.store.createLearner(
                                NewLearner(
                                    idNumber: number, name: "学员", employerCreditCode: TestNumber.employer(1),
                                    employedFrom: try #require(Day("2008-07-01"))), as: caller)
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await registry.count(of: "learners") == 60)
                #expect(
                    try await registry.count(
                        "SELECT count(*) AS n FROM import_jobs WHERE state = 'done' AND rows_rejected > 0") == 0)
            }
        }

        @Test func `SQL in every text field is text`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let evil = #"'); DROP TABLE learners; -- \ \N \. $1"#
                let job = try await registry.take(
                    .learners,
                    ImportTests.learners([
                        "\(TestNumber.person(7)),\(evil),男,\(TestNumber.employer(1)),\(evil),\(evil),2008-07-01"
                    ]))
                #expect(job.counts == [1, 0, 0, 0])
                #expect(try await registry.texts("SELECT name AS t FROM learners") == [evil])
                #expect(try await registry.texts("SELECT title AS t FROM learners") == [evil])
            }
        }
    }

    @Suite struct Employers {
        @Test func `a county officer takes in employers of the own county only, a new name is a dated correction`()
            async throws
        {
            try await TestRegistry.with { registry in
                let job = try await registry.take(.employers, ImportTests.employers, as: "hanyuan")
                #expect(job.counts == [1, 0, 0, 3])
                #expect(Set(job.codes) == ["outsideJurisdiction"])
                let renamed = "creditCode,name,kind,level,division\n\(TestNumber.employer(1)),汉源县中心医院,事业单位,县级,511823\n"
                #expect(try await registry.take(.employers, renamed, as: "hanyuan").counts == [0, 1, 0, 0])
                #expect(try await registry.take(.employers, renamed, as: "hanyuan").counts == [0, 0, 1, 0])
                #expect(
                    try await registry.texts("SELECT old_value || '→' || new_value AS t FROM employer_corrections") == [
                        "汉源县人民医院→汉源县中心医院"
                    ])
            }
        }

        @Test
        func `kind, level and division are not changed by a file, and a code with a wrong check character is told`()
            async throws
        {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let good = TestNumber.employer(9)
                let wrong = good.dropLast() + (good.last == "A" ? "B" : "A")
                let job = try await registry.take(
                    .employers,
                    """
                    creditCode,name,kind,level,division
                    \(TestNumber.employer(1)),汉源县人民医院,企业,县级,511823
                    \(wrong),甲,企业,县级,511823
                    \(good),乙,企业,县级,
                    \(good),乙,国营,县级,511823
                    \(good),乙,企业,县级,519999
                    """)
                #expect(
                    job.codes == [
                        "employerClassDiffers", "creditCodeInvalid", "invalidField", "unknownWord", "invalidField",
                    ])
                #expect(job.findings.map(\.rule) == [.R2, .L1, .R2, nil, .R2])
                #expect(job.counts == [0, 0, 0, 5])
            }
        }
    }
}
