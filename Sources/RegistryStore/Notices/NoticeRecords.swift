import Foundation
import RegistryDomain

/// A notice of acceptance or refusal (受理/不予受理通知书) as it was issued.
public struct NoticeRecord: Codable, Sendable {
    public var id: UUID
    /// The register's own running number.
    public var number: Int64
    /// What a stranger checks it by, as a certificate's.
    public var code: String
    public var learnerId: UUID
    public var name: String
    public var purpose: Purpose
    /// `accepted` or `refused`.
    public var outcome: Outcome
    public var authority: Authority
    public var issuedOn: Day
    /// The person who issued it.
    public var issuedBy: String
    public var content: NoticeContent
}

/// What the notice says: the answer at the counter on its day, and whom it is about.
public struct NoticeContent: Codable, Sendable {
    public var answer: EligibilityAnswer
    public var holder: DocumentHolder
}

/// A notice as it is now.
public struct NoticeDocument: Codable, Sendable {
    public var notice: NoticeRecord
    /// Superseded once an entry that it rests on has been reversed (Q8).
    public var status: Verification.Status
    public var issuedAt: Date
}

/// One notice in a list.
public struct NoticeSummary: Codable, Sendable {
    public var code: String
    public var number: Int64
    public var purpose: Purpose
    public var outcome: Outcome
    public var issuedOn: Day
}
