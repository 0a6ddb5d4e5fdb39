import Foundation
import RegistryDomain
import Testing

@Suite("How far a right reaches")
struct ReachTests {
    private static let learner = UUID()
    private static let unit = UUID()
    private static let county = Authority.county("511823")

    private func place(byClaim: Bool = false) -> Rights.Place {
        Rights.Place(learner: Self.learner, area: Self.county, employer: Self.unit, opensByClaim: byClaim)
    }

    @Test("Each scope reaches its own records and nobody else's")
    func scopes() {
        #expect(Rights.Scope.all.reaches(place(), by: nil, employer: nil, learner: nil))
        #expect(Rights.Scope.own.reaches(place(), by: nil, employer: nil, learner: Self.learner))
        #expect(!Rights.Scope.own.reaches(place(), by: Self.county, employer: Self.unit, learner: UUID()))
        #expect(Rights.Scope.unit.reaches(place(), by: nil, employer: Self.unit, learner: nil))
        #expect(!Rights.Scope.unit.reaches(place(), by: Self.county, employer: UUID(), learner: Self.learner))
        #expect(Rights.Scope.area.reaches(place(), by: Self.county, employer: nil, learner: nil))
        #expect(Rights.Scope.area.reaches(place(), by: .city, employer: nil, learner: nil))
        #expect(!Rights.Scope.area.reaches(place(), by: .county("511802"), employer: Self.unit, learner: Self.learner))
    }

    @Test("Who is of no authority, employer or record reaches nothing by that")
    func nobody() {
        let nowhere = Rights.Place(learner: Self.learner, area: nil, employer: nil, opensByClaim: false)
        for scope in [Rights.Scope.own, .unit, .area, .routed] {
            #expect(!scope.reaches(nowhere, by: nil, employer: nil, learner: nil))
        }
    }

    @Test("An open claim that stayed with an authority opens the record to it (Q7)")
    func openClaim() {
        #expect(Rights.Scope.area.reaches(place(byClaim: true), by: .county("511802"), employer: nil, learner: nil))
        #expect(!Rights.Scope.unit.reaches(place(byClaim: true), by: nil, employer: nil, learner: nil))
    }
}
