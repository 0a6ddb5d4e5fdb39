/// Who may do what: one table by role and action. How far a right reaches is its scope; row-level security holds every
/// statement to it.
public enum Rights {
    /// What can be done, one for each kind of request.
    public enum Action: String, Codable, Sendable, CaseIterable {
        case signIn, readOwnSession
        case searchLearners, readLearner, readRegister, readEligibility
        case readEmployer, createEmployer, changeEmployer
        case createLearner, addEmployment, correctLearner, mergeLearners, reverseMerge, addExcuse, changeContact,
            erasePerson
        case submitClaim, withdrawClaim, resubmitClaim, rerouteClaim
        case listClaims, readClaim, decideClaim, reverseEntry
        case printCertificate, issueNotice
        case importEmployers, importLearners, importCompletions, importOpenings, readImport
        case readAudit, runAudit, acknowledgeFinding, readBulletin, publishBulletin, readPolicy, loadPolicy
        case readAccessLog, manageUsers, exportLog
        /// Opening a learner's account and setting a password for one use (A1, A2).
        case helpWithAccount
        case readTraining, planTraining, answerPlan, scheduleTraining, callTraining, answerCall
        case signInToTraining, takeAttendance, assessTraining, recognizeTraining, chargeTraining
    }

    /// How far a right reaches.
    public enum Scope: String, Codable, Sendable {
        /// The caller's own record.
        case own
        /// The learners of the caller's unit.
        case unit
        /// The learners of the authority's area.
        case area
        /// What is routed to the caller's authority, or was recognized by it.
        case routed
        case all
    }

    /// Nil where the role may not at all.
    public static func scope(of role: Role, for action: Action) -> Scope? {
        switch action {
        case .signIn, .readOwnSession: .own
        case .readPolicy: .all
        default: table[role]?[action]
        }
    }

    private static let table: [Role: [Action: Scope]] = [
        .learner: reading(.own, learners).merging(
            [
                .submitClaim: .own, .withdrawClaim: .own, .resubmitClaim: .own, .listClaims: .own, .readClaim: .own,
                .printCertificate: .own, .changeContact: .own, .readTraining: .own, .answerCall: .own,
                .signInToTraining: .own,
            ], uniquingKeysWith: { first, _ in first }),
        .unitAdmin: reading(.unit, learners).merging(
            [
                .readEmployer: .all, .createLearner: .unit, .submitClaim: .unit, .withdrawClaim: .unit,
                .resubmitClaim: .unit, .listClaims: .unit, .readClaim: .unit, .printCertificate: .unit,
                .helpWithAccount: .unit, .changeContact: .unit,
                .readTraining: .unit, .planTraining: .unit, .answerCall: .unit,
            ], uniquingKeysWith: { first, _ in first }),
        .clerk: reading(.area, learners).merging(
            [
                .readEmployer: .all, .readClaim: .area, .printCertificate: .area, .issueNotice: .area,
                .readTraining: .area,
            ],
            uniquingKeysWith: { first, _ in first }),
        .countyOfficer: bureau(.area),
        .cityOfficer: bureau(.all).merging(
            [
                .rerouteClaim: .all, .erasePerson: .all, .readAudit: .all, .runAudit: .all, .acknowledgeFinding: .all,
                .publishBulletin: .all, .readAccessLog: .all, .exportLog: .all,
            ],
            uniquingKeysWith: { first, _ in first }),
        .baseOfficer: reading(.all, learners).merging(
            [
                .readEmployer: .all, .submitClaim: .all, .withdrawClaim: .routed, .resubmitClaim: .routed,
                .listClaims: .routed, .readClaim: .routed, .decideClaim: .routed, .reverseEntry: .routed,
                .printCertificate: .all, .readBulletin: .all, .readTraining: .all, .answerPlan: .all,
                .scheduleTraining: .all, .callTraining: .all, .answerCall: .all, .takeAttendance: .all,
                .assessTraining: .all, .recognizeTraining: .routed, .chargeTraining: .all,
            ], uniquingKeysWith: { first, _ in first }),
        .auditor: reading(.all, learners).merging(
            [
                .readEmployer: .all, .listClaims: .all, .readClaim: .all, .readImport: .all, .readAudit: .all,
                .readBulletin: .all, .readAccessLog: .all, .exportLog: .all, .readTraining: .all,
            ], uniquingKeysWith: { first, _ in first }),
        .admin: [
            .readEmployer: .all, .createEmployer: .all, .importEmployers: .all, .readImport: .own, .readAudit: .all,
            .runAudit: .all, .loadPolicy: .all, .manageUsers: .all,
        ],
    ]

    private static let learners: [Action] = [.searchLearners, .readLearner, .readRegister, .readEligibility]

    private static func reading(_ scope: Scope, _ actions: [Action]) -> [Action: Scope] {
        Dictionary(uniqueKeysWithValues: actions.map { ($0, scope) })
    }

    /// What the city bureau and a county bureau have in common; each decides only what is routed to it.
    private static func bureau(_ scope: Scope) -> [Action: Scope] {
        let areaWide: [Action] =
            learners + [
                .createEmployer, .changeEmployer, .createLearner, .addEmployment, .correctLearner, .mergeLearners,
                .reverseMerge, .addExcuse, .changeContact, .submitClaim, .withdrawClaim, .resubmitClaim, .listClaims,
                .readClaim,
                .printCertificate, .issueNotice, .importEmployers, .importLearners, .importCompletions, .importOpenings,
                .readBulletin, .helpWithAccount, .readTraining,
            ]
        return reading(scope, areaWide).merging(
            [
                .readEmployer: .all, .readImport: .own, .decideClaim: .routed,
                .reverseEntry: scope == .all ? .all : .routed,
            ],
            uniquingKeysWith: { first, _ in first })
    }
}
