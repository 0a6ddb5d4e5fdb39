import Foundation
import RegistryDomain
import Testing

@testable import RegistryStore

@Suite("A page of learners as JSON")
struct LearnerSummaryTests {
    private func employer(_ division: String?) throws -> EmployerSummary {
        let field = division.map { "\"division\": \"\($0)\"," } ?? ""
        return try RegistryJSON.value(
            """
            {"id": "\(UUID())", "creditCode": "12511800M100040FGJ", "name": "雅安市\\"水利\\"设计队", \(field)
             "kind": "publicInstitution", "level": "city"}
            """)
    }

    @Test("It writes itself to the letter as it would be encoded, whatever a learner lacks, first page and last")
    func writesItself() throws {
        var learners: [LearnerSummary] = []
        for (number, area) in [Authority.city, .county("511823")].enumerated() {
            for employer in [nil, try employer(nil), try employer("511823")] {
                for post in [nil, "农艺师\t", ""] {
                    learners.append(
                        LearnerSummary(
                            id: UUID(), name: "张\\小丽\(number)", idNumberMasked: "5118************39",
                            employer: employer, area: area, post: post, title: post == nil ? "高级\u{1}工程师" : nil))
                }
            }
        }
        for cursor in [nil, "eyJpZCI6Ijk5"] {
            for items in [learners, []] {
                let page = Page(items: items, nextCursor: cursor)
                #expect((page as Any) is any SelfWriting)
                let own = String(decoding: try RegistryJSON.bytes(page), as: UTF8.self)
                let foundations = try RegistryJSONTests.foundation(page)
                #expect(own.count == foundations.count && own.lowercased() == foundations.lowercased())
            }
        }
    }
}
