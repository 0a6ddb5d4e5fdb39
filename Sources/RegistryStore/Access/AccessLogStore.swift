import Foundation
import PostgresClient
import RegistryDomain

/// One line of the access log as an auditor reads it.
public struct AccessRecord: Codable, Sendable {
    public var id: Int64
    public var recordedAt: Date
    public var username: String?
    public var role: String?
    public var authority: String?
    public var action: String
    public var learnerId: UUID?
    public var recordId: String?
    public var outcome: String
    public var code: String?
    public var reason: String?
    public var requestId: String?
}

/// Which lines of the access log are asked for; nil for all.
public struct AccessFilter: Sendable {
    public var outcome: AccessOutcome?
    public var username: String?
    public var learner: UUID?
    /// One day in Asia/Shanghai.
    public var day: Day?
    public var order: Order
    public var cursor: String?
    public var limit: Int?

    public enum Order: Sendable { case newestFirst, refusalsFirst }

    public init(
        outcome: AccessOutcome? = nil, username: String? = nil, learner: UUID? = nil, day: Day? = nil,
        order: Order = .newestFirst, cursor: String? = nil, limit: Int? = nil
    ) {
        self.outcome = outcome
        self.username = username
        self.learner = learner
        self.day = day
        self.order = order
        self.cursor = cursor
        self.limit = limit
    }
}

public enum AccessOutcome: String, Codable, Sendable, CaseIterable { case allowed, refused }

/// A line beside the names that a person reads it by; the log itself holds none.
public struct NamedAccess: Codable, Sendable {
    public var record: AccessRecord
    public var personName: String?
    public var learnerName: String?
}

/// Where a page of the log ended.
private struct LogPlace: Codable {
    var outcome: String
    var id: Int64
}

extension AccessFilter {
    fileprivate func conditions(after place: LogPlace?) -> Conditions {
        var conditions = Conditions()
        if let place {
            switch order {
            case .newestFirst: conditions.add("a.id < ?1", Parameter(place.id))
            case .refusalsFirst:
                conditions.add("(a.outcome, a.id) < (?1, ?2)", Parameter(place.outcome), Parameter(place.id))
            }
        }
        if let outcome { conditions.add("a.outcome = ?1", Parameter(outcome.rawValue)) }
        if let username {
            conditions.add("a.user_id = (SELECT k.id FROM users k WHERE k.username = ?1)", Parameter(username))
        }
        if let learner { conditions.add("a.learner_id = ?1", Parameter(learner)) }
        if let day {
            // A day of Asia/Shanghai, whatever the session's zone.
            conditions.add(
                """
                a.recorded_at >= ?1::timestamp AT TIME ZONE 'Asia/Shanghai'
                AND a.recorded_at < ?2::timestamp AT TIME ZONE 'Asia/Shanghai'
                """, Parameter(day), Parameter(day.adding(days: 1)))
        }
        return conditions
    }
}

extension RegistryStore {
    /// The access log, newest first, or refusals before everything else.
    public func accessLog(_ filter: AccessFilter, as caller: Caller) async throws -> Page<NamedAccess> {
        try await permit(.readAccessLog, caller)
        let size = Cursor.limit(filter.limit)
        let wanted = filter.conditions(after: try Cursor.decode(filter.cursor, as: LogPlace.self))
        let order = filter.order == .refusalsFirst ? "a.outcome DESC, a.id DESC" : "a.id DESC"
        let rows = try await pipeline(
            as: caller,
            [
                Statement(
                    """
                    SELECT a.id, a.recorded_at, u.username, u.person_name, a.role, a.authority, a.action, a.learner_id,
                           l.name AS learner_name, a.record_id, a.outcome, a.code, a.reason, a.request_id
                    FROM access_log a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN learners l ON l.id = a.learner_id
                    WHERE \(wanted.sql) ORDER BY \(order) LIMIT \(size + 1)
                    """, wanted.parameters)
            ])[0]
        let items = try rows.prefix(size).map { row in
            NamedAccess(
                record: try AccessRecord(row), personName: try row.decodeIfPresent("person_name"),
                learnerName: try row.decodeIfPresent("learner_name"))
        }
        let next =
            rows.count > size
            ? try items.last.map { try Cursor.encode(LogPlace(outcome: $0.record.outcome, id: $0.record.id)) } : nil
        return Page(items: items, nextCursor: next)
    }
}

extension AccessRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.decode("id"), recordedAt: try row.decode("recorded_at"),
            username: try row.decodeIfPresent("username"), role: try row.decodeIfPresent("role"),
            authority: try row.decodeIfPresent("authority"), action: try row.decode("action"),
            learnerId: try row.decodeIfPresent("learner_id"), recordId: try row.decodeIfPresent("record_id"),
            outcome: try row.decode("outcome"), code: try row.decodeIfPresent("code"),
            reason: try row.decodeIfPresent("reason"), requestId: try row.decodeIfPresent("request_id"))
    }
}
