import Foundation
import PostgresClient
import RegistryDomain

/// A learner as first recorded, in post at an employer; the fields of the import's columns and the period.
public struct NewLearner: Codable, Sendable {
    public var idNumber: String
    public var name: String
    public var gender: String?
    public var employerCreditCode: String
    public var post: String?
    public var title: String?
    public var professionalSince: Day?
    public var employedFrom: Day
    public var employedUntil: Day?

    public init(
        idNumber: String, name: String, gender: String? = nil, employerCreditCode: String, post: String? = nil,
        title: String? = nil, professionalSince: Day? = nil, employedFrom: Day, employedUntil: Day? = nil
    ) {
        self.idNumber = idNumber
        self.name = name
        self.gender = gender
        self.employerCreditCode = employerCreditCode
        self.post = post
        self.title = title
        self.professionalSince = professionalSince
        self.employedFrom = employedFrom
        self.employedUntil = employedUntil
    }
}

public struct EmployerSummary: Codable, Sendable {
    public var id: UUID
    public var creditCode: String
    public var name: String
    public var kind: EmployerKind
    public var level: EmployerLevel
    public var division: String?

    /// - Parameter prefix: what the columns' names begin with, where a row has two employers.
    init(_ row: Row, prefix: String = "") throws {
        id = try row.decode(prefix + "employer_id")
        creditCode = try row.decode(prefix + "credit_code")
        name = try row.decode(prefix + "employer_name")
        kind = try row.word(prefix + "kind")
        level = try row.word(prefix + "level")
        division = try row.decodeIfPresent(prefix + "division")
    }
}

/// A learner in a list; the ID number masked.
public struct LearnerSummary: Codable, Sendable {
    public var id: UUID
    public var name: String
    public var idNumberMasked: String
    public var employer: EmployerSummary?
    public var area: Authority
    public var post: String?
    public var title: String?

    init(
        id: UUID, name: String, idNumberMasked: String, employer: EmployerSummary?, area: Authority, post: String?,
        title: String?
    ) {
        self.id = id
        self.name = name
        self.idNumberMasked = idNumberMasked
        self.employer = employer
        self.area = area
        self.post = post
        self.title = title
    }

    static let columns = """
        SELECT l.id, l.name, l.id_number, l.gender, l.area, l.post, l.title, l.professional_since, l.merged_into, l.version,
               l.recorded_at, o.id AS employer_id, o.credit_code, o.name AS employer_name, o.kind, o.level, o.division
        FROM learners l LEFT JOIN employers o ON o.id = l.employer_id
        """

    init(_ row: Row) throws {
        id = try row.decode("id")
        name = try row.decode("name")
        idNumberMasked = IdentityNumber.masked(try row.decode("id_number"))
        employer = try row.decodeIfPresent("employer_id", as: UUID.self) == nil ? nil : EmployerSummary(row)
        area = try row.authority("area")
        post = try row.decodeIfPresent("post")
        title = try row.decodeIfPresent("title")
    }
}

public struct EmploymentRecord: Codable, Sendable {
    public var id: UUID
    public var employer: EmployerSummary
    public var from: Day
    /// The last day in post; nil while it lasts.
    public var until: Day?
    public var recordedAt: Date
}

public struct CorrectionRecord: Codable, Sendable {
    public var field: String
    /// Masked where the field is the ID number.
    public var oldValue: String?
    public var newValue: String?
    public var reason: String
    public var document: String
    public var correctedOn: Day
    public var by: String
    public var recordedAt: Date
}

public struct ExcuseRecord: Codable, Sendable {
    public var id: UUID
    public var subjectYear: Int
    public var reason: String
    public var document: String
    public var liftsDuty: Bool
    public var approvedBy: Authority
    public var approvedOn: Day
    public var revokedOn: Day?

    init(_ row: Row) throws {
        id = try row.decode("id")
        subjectYear = Int(try row.decode("subject_year", as: Int32.self))
        reason = try row.decode("reason")
        document = try row.decode("document")
        liftsDuty = try row.decode("lifts_duty")
        approvedBy = try row.authority("approved_by")
        approvedOn = try row.decode("approved_on")
        revokedOn = try row.decodeIfPresent("revoked_on")
    }
}

/// Everything about a learner but the register itself.
public struct LearnerRecord: Codable, Sendable {
    public var id: UUID
    public var name: String
    public var idNumberMasked: String
    public var gender: String?
    public var employer: EmployerSummary?
    public var area: Authority
    public var post: String?
    public var title: String?
    public var professionalSince: Day?
    public var employments: [EmploymentRecord]
    public var corrections: [CorrectionRecord]
    public var excuses: [ExcuseRecord]
    /// The learner that this record was merged into.
    public var mergedInto: UUID?
    public var version: Int
    public var recordedAt: Date
}
