/// The domain's words with the names that they carry in JSON and in the database (DOMAIN.md, Words).

/// 学习方式
public enum Mode: String, Codable, Sendable, CaseIterable { case online, faceToFace }

/// 单位性质
public enum EmployerKind: String, Codable, Sendable, CaseIterable {
    case publicInstitution, enterprise, nonPublicOrganization
}

/// 单位级别
public enum EmployerLevel: String, Codable, Sendable, CaseIterable { case city, county, zone }

public enum Role: String, Codable, Sendable, CaseIterable {
    case learner, unitAdmin, countyOfficer, cityOfficer, baseOfficer, clerk, auditor, admin
}

public enum ClaimState: String, Codable, Sendable, CaseIterable {
    case submitted, returned, recognized, rejected, withdrawn
}

public enum Decision: String, Codable, Sendable, CaseIterable { case recognize, `return`, reject }

/// What a person applies for. Open: a policy may name further ones.
public struct Purpose: RawRepresentable, Hashable, Codable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let titlePromotion = Purpose(rawValue: "titlePromotion")
    public static let registration = Purpose(rawValue: "registration")
    public static let reRegistration = Purpose(rawValue: "reRegistration")
    public static let postPromotion = Purpose(rawValue: "postPromotion")
    public static let reappointment = Purpose(rawValue: "reappointment")
    public static let annualExcellent = Purpose(rawValue: "annualExcellent")
}

public enum Outcome: String, Codable, Sendable { case accepted, refused, pending, notApplicable }

public enum YearStatus: String, Codable, Sendable, CaseIterable {
    case complete, inProgress, incomplete, excused, notOwed
}

/// Something about a claim that its decision must answer.
public struct ClaimFlag: RawRepresentable, Hashable, Codable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A city-level institution's learner claims online hours (M1, Q6).
    public static let faceToFaceExpected = ClaimFlag(rawValue: "faceToFaceExpected")
}
