import RegistryDomain
import Testing

@Suite("Who may do what")
struct RightsTests {
    @Test("Only the three kinds of officers decide, each what is routed to them (R1, R2, R3)")
    func deciders() {
        for role in Role.allCases {
            let isOfficer = [.countyOfficer, .cityOfficer, .baseOfficer].contains(role)
            #expect(Rights.scope(of: role, for: .decideClaim) == (isOfficer ? .routed : nil))
        }
    }

    @Test("An auditor changes nothing")
    func auditor() {
        let changing: [Rights.Action] = [
            .createEmployer, .changeEmployer, .createLearner, .addEmployment, .correctLearner, .mergeLearners,
            .reverseMerge, .addExcuse,
            .submitClaim, .withdrawClaim, .resubmitClaim, .rerouteClaim, .decideClaim, .reverseEntry, .printCertificate,
            .importEmployers,
            .importLearners, .importCompletions, .importOpenings, .loadPolicy, .manageUsers, .runAudit,
        ]
        for action in changing { #expect(Rights.scope(of: .auditor, for: action) == nil) }
    }

    @Test("An administrator of users reads nobody's record (A2)")
    func administrator() {
        for action in [Rights.Action.searchLearners, .readLearner, .readRegister, .readEligibility, .readClaim] {
            #expect(Rights.scope(of: .admin, for: action) == nil)
        }
    }

    @Test("A learner reaches the own record alone, a unit administrator the own unit (A1, A2)")
    func reach() {
        for action in Rights.Action.allCases {
            if let scope = Rights.scope(of: .learner, for: action) { #expect(scope == .own || action == .readPolicy) }
        }
        #expect(Rights.scope(of: .unitAdmin, for: .readEligibility) == .unit)
    }
}
