import Foundation
import RegistryDomain

/// What a bulletin is asked for.
public struct BulletinQuestion: Sendable {
    /// The business day; today when nil.
    public var asOf: Day?
    /// What the register had recorded before this instant; all of it when nil.
    public var knownAt: Date?
    public init(asOf: Day?, knownAt: Date? = nil) {
        self.asOf = asOf
        self.knownAt = knownAt
    }
}

/// 通报 (V1): how far each county, level, kind and employer has come in each subject year, and who is behind.
public struct BulletinRecord: Codable, Sendable, Equatable {
    public struct Counts: Codable, Sendable, Equatable {
        public var owed = 0
        public var complete = 0
        public var inProgress = 0
        public var incomplete = 0
        public var excused = 0
        public init() {}
    }
    public struct Row: Codable, Sendable, Equatable {
        public var area: Authority
        public var name: Text?
        public var level: EmployerLevel
        public var kind: EmployerKind
        public var counts: Counts
    }
    /// One employer, counted where its learners were in post on the day.
    public struct EmployerRow: Codable, Sendable, Equatable {
        public var creditCode: String
        public var name: String
        public var area: Authority
        public var level: EmployerLevel
        public var kind: EmployerKind
        public var counts: Counts
        /// Whether the year is due and somebody has neither finished nor an excuse.
        public var behind: Bool
    }
    public struct Year: Codable, Sendable, Equatable {
        public var year: Int
        public var rows: [Row]
        public var employers: [EmployerRow]
        public var total: Counts
    }
    public var asOf: Day
    public var policies: [PolicyReference]
    public var years: [Year]
}

/// A bulletin as the city bureau publishes it, under its number.
public struct BulletinDocument: Codable, Sendable, Equatable {
    public var number: String
    public var issuer: Text
    public var publishedOn: Day
    /// What the register had recorded before this instant is in it, and nothing else: made again whenever, it is the same.
    public var knownAt: Date
    public var bulletin: BulletinRecord

    public func json() throws -> [UInt8] { try RegistryJSON.bytes(self, pretty: true) + [0x0A] }
}

/// The forms that a bulletin is published in.
public enum BulletinForm: String, Codable, Sendable, CaseIterable {
    case json, html, xlsx, pdf

    public var mediaType: String {
        switch self {
        case .json: "application/json; charset=utf-8"
        case .html: "text/html; charset=utf-8"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .pdf: "application/pdf"
        }
    }
}

/// One publication, and what each of its forms comes to.
public struct BulletinPublication: Codable, Sendable {
    public var number: String
    public var asOf: Day
    public var knownAt: Date
    public var publishedBy: String
    public var publishedOn: Day
    /// SHA-256 in hexadecimal, by form.
    public var sha256: [String: String]
}
