/// The identifier of a rule of the notice, or of a decision where the notice is silent (DOMAIN.md).
public struct RuleID: RawRepresentable, Hashable, Codable, Comparable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static func < (left: RuleID, right: RuleID) -> Bool {
        (left.rawValue.prefix(1), Int(left.rawValue.dropFirst()) ?? 0)
            < (right.rawValue.prefix(1), Int(right.rawValue.dropFirst()) ?? 0)
    }

    /// Learners: professional and technical personnel of enterprises, public institutions and non-public
    /// organizations in the city's area
    public static let L1 = RuleID(rawValue: "L1")
    /// Two subject years, 2017 and 2018: 《2017年度大数据时代的互联网信息安全》,《2018年度大数据时代的互联网信息安全》
    public static let S1 = RuleID(rawValue: "S1")
    /// 60 hours in all, 30 for each subject year
    public static let S2 = RuleID(rawValue: "S2")
    /// Twelve named elective topics (消防法 … 毒品预防教育), an open list (等)
    public static let S3 = RuleID(rawValue: "S3")
    /// City-level public institutions, those of city departments included, attend face-to-face in principle (原则上)
    public static let M1 = RuleID(rawValue: "M1")
    /// County, zone, city enterprise and non-public learners choose online or face-to-face
    public static let M2 = RuleID(rawValue: "M2")
    /// Online: 10 compulsory and 20 elective hours a year, both in full, and the test passed; only then is there a
    /// completion record
    public static let O1 = RuleID(rawValue: "O1")
    /// Compulsory courses are finished before elective ones begin
    public static let O2 = RuleID(rawValue: "O2")
    /// Online study from June 2017 to 31 December 2018; year by year, or both years in one go
    public static let O3 = RuleID(rawValue: "O3")
    /// The test: a random paper from a question bank, 120 minutes, passed or not passed, may be retaken
    public static let O4 = RuleID(rawValue: "O4")
    /// Face-to-face is run by the base; its training call decides who comes when
    public static let F1 = RuleID(rawValue: "F1")
    /// Face-to-face year by year, from June to November of the subject year
    public static let F2 = RuleID(rawValue: "F2")
    /// City-level institutions send their training plan to the base by 30 June of each year; others arrange it with
    /// the base
    public static let F3 = RuleID(rawValue: "F3")
    /// Online hours of city-level units are recognized by the city bureau (职改办)
    public static let R1 = RuleID(rawValue: "R1")
    /// Online hours of county (district) units are recognized by that county's bureau (职改办)
    public static let R2 = RuleID(rawValue: "R2")
    /// Face-to-face hours are recognized by the base, whatever the employer
    public static let R3 = RuleID(rawValue: "R3")
    /// Recognized hours are recorded continuously in the registration certificate
    public static let R4 = RuleID(rawValue: "R4")
    /// Title promotion 申报晋升专业技术职称: certificate (original and copy) required, unfinished task means not accepted
    /// (不予受理)
    public static let E1 = RuleID(rawValue: "E1")
    /// Registration of a professional or practising qualification 职(执)业资格注册: the same
    public static let E2 = RuleID(rawValue: "E2")
    /// Re-registration 再注册: the same
    public static let E3 = RuleID(rawValue: "E3")
    /// Post promotion 岗位晋升, personnel of public institutions only: the same
    public static let E4 = RuleID(rawValue: "E4")
    /// Re-appointment 续聘, personnel of public institutions only: the same
    public static let E5 = RuleID(rawValue: "E5")
    /// Who without cause (无故) does not take part, or fails, cannot be rated excellent (优秀) in that year's annual
    /// assessment
    public static let E6 = RuleID(rawValue: "E6")
    /// The city bureau supervises, inspects and publishes a bulletin
    public static let V1 = RuleID(rawValue: "V1")
    /// Platform fee 2.5 yuan per person and hour: 75 a year, 150 for both
    public static let P1 = RuleID(rawValue: "P1")
    /// The base charges what the price bureau approved, no more
    public static let P2 = RuleID(rawValue: "P2")
    /// Accounts: the user name may be the ID number; forgotten credentials can be recovered
    public static let A1 = RuleID(rawValue: "A1")
    /// A unit asks its HR bureau's administrator for a unit administrator account: sees its own learners' progress,
    /// helps them recover accounts
    public static let A2 = RuleID(rawValue: "A2")
    /// Unit payment: one transfer for many; then a serial number and activation codes; each learner activates a plan
    /// once
    public static let P3 = RuleID(rawValue: "P3")
    /// Individual payment opens the plan at once
    public static let P4 = RuleID(rawValue: "P4")
    /// Invoices: for a unit by post to its HR bureau within a month and a half of receipt, for an individual an
    /// e-invoice
    public static let P5 = RuleID(rawValue: "P5")
    /// When is a subject year due? From the day after `dueOn`, Y-12-31. Before that it is `inProgress` and blocks
    /// nothing. Online study of 2017 may still be finished in 2018 (O3) and counts from its recognition
    public static let Q1 = RuleID(rawValue: "Q1")
    /// Who owes a year? Everyone in post in the city at any time in that year (L1, read literally), unless excused
    public static let Q2 = RuleID(rawValue: "Q2")
    /// What is "cause"? An excuse (减免/缓训) that the learner's bureau approved for that year, with a reason and a
    /// document. It lifts E6, and the year's duty only when the approval says so
    public static let Q3 = RuleID(rawValue: "Q3")
    /// May hours be added together in one year? Never across modes: a year is complete by one mode alone, online by
    /// O1, or face-to-face by 30 hours with the assessment passed. Face-to-face hours of several sessions of one
    /// subject year add up, each with its assessment passed; until they reach 30 they are recorded and do not
    /// complete
    public static let Q4 = RuleID(rawValue: "Q4")
    /// Who recognizes online hours of the zone? The city bureau; a routing row, changeable
    public static let Q5 = RuleID(rawValue: "Q5")
    /// A city-level institution's learner claims online hours (M1 says "in principle") Accepted with a reason; the
    /// claim carries the flag `faceToFaceExpected`, and the decision must answer it
    public static let Q6 = RuleID(rawValue: "Q6")
    /// The learner changes employer with a claim open The claim stays where it was routed; the city bureau may
    /// reroute it with a reason
    public static let Q7 = RuleID(rawValue: "Q7")
    /// A wrong entry Never changed or deleted: a reversal entry with a reason, by the authority that made it or the
    /// city bureau. Certificates printed before then verify as superseded
    public static let Q8 = RuleID(rawValue: "Q8")
    /// Hours beyond the year's 30 Recorded as claimed, credited up to 30
    public static let Q9 = RuleID(rawValue: "Q9")
    /// Years before the register Entered as opening entries from the paper certificate, by the learner's bureau, with
    /// the paper's number
    public static let Q10 = RuleID(rawValue: "Q10")
    /// Evidence dated after the day it is handed in Refused
    public static let Q11 = RuleID(rawValue: "Q11")
    /// A learner who works for two employers at once The one that holds the personnel file (人事关系) counts; periods do
    /// not overlap
    public static let Q12 = RuleID(rawValue: "Q12")

    public static let all: [RuleID] = [
        .L1, .S1, .S2, .S3, .M1, .M2, .O1, .O2, .O3, .O4, .F1, .F2, .F3, .R1, .R2, .R3, .R4, .E1, .E2,
        .E3, .E4, .E5, .E6, .V1, .P1, .P2, .A1, .A2, .P3, .P4, .P5, .Q1, .Q2, .Q3, .Q4, .Q5, .Q6, .Q7,
        .Q8, .Q9, .Q10, .Q11, .Q12,
    ]
}
