import Foundation
import PostgresClient
import RegistryDomain

/// A change of what the register says of an employer, such as its name.
public struct EmployerCorrection: Codable, Sendable {
    public enum Field: String, Codable, Sendable, CaseIterable { case name, kind, level, division }
    public var field: Field
    public var value: String
    public var reason: String
    public var document: String?

    public init(field: Field, value: String, reason: String, document: String? = nil) {
        self.field = field
        self.value = value
        self.reason = reason
        self.document = document
    }
}

extension RegistryStore {
    /// A dated change; level and division move the unit, and with it its learners, into another area.
    public func correctEmployer(
        id: UUID, _ correction: EmployerCorrection, as caller: Caller, once: OnceKey? = nil
    ) async throws -> EmployerRecord {
        try await changing(id, as: caller, once: once) { transaction, employer in
            try FieldChecks.statement(correction.reason, field: "reason")
            let old: String?
            var changed = employer
            switch correction.field {
            case .name:
                old = employer.name
                let reasons = FieldChecks.name(correction.value, field: "value")
                guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
                changed.name = correction.value
            case .kind:
                old = employer.kind.rawValue
                changed.kind = try Self.word(correction.value)
            case .level:
                old = employer.level.rawValue
                changed.level = try Self.word(correction.value)
                if changed.level != .county { changed.division = nil }
            case .division:
                old = employer.division
                changed.division = correction.value
            }
            let reasons = FieldChecks.division(changed.division, level: changed.level, transaction.policies)
            guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
            // With its level an employer may lose its division: what it was is on record, for bulletins made again later.
            let lost =
                employer.division != nil && changed.division == nil
                ? [
                    transaction.change(
                        of: id, field: "division", old: employer.division, new: nil, reason: correction.reason,
                        document: correction.document)
                ] : []
            _ = try await transaction.pipeline(
                [
                    """
                    UPDATE employers SET name = \(changed.name), kind = \(changed.kind.rawValue), level = \(changed.level.rawValue),
                        division = \(changed.division) WHERE id = \(id)
                    """,
                    transaction.change(
                        of: id, field: correction.field.rawValue, old: old, new: correction.value,
                        reason: correction.reason,
                        document: correction.document),
                    "SELECT place_employer(\(id))",
                ] + lost)
        }
    }

    /// The unit ends: it takes nobody in from then on. Whoever is still in post there stays on record.
    public func closeEmployer(
        id: UUID, on day: Day, reason: String, as caller: Caller, once: OnceKey? = nil
    ) async throws -> EmployerRecord {
        try await changing(id, as: caller, once: once) { transaction, employer in
            try FieldChecks.statement(reason, field: "reason")
            try FieldChecks.notAfter(transaction.today, day, field: "on")
            guard employer.closedOn == nil else { throw StoreError.conflict(.employerClosed, entry: nil, claim: nil) }
            _ = try await transaction.pipeline([
                "UPDATE employers SET closed_on = \(day) WHERE id = \(id)",
                transaction.change(
                    of: id, field: "closedOn", old: nil, new: day.description, reason: reason, document: nil),
            ])
        }
    }

    /// One employer entered twice: employments stay where they are and count for the one that is kept.
    public func mergeEmployers(
        kept: UUID, from: UUID, reason: String, document: String, as caller: Caller, once: OnceKey? = nil
    ) async throws -> EmployerRecord {
        try await changing(kept, as: caller, once: once) { transaction, employer in
            try FieldChecks.statement(reason, field: "reason")
            try FieldChecks.statement(document, field: "document")
            let other = try await transaction.employer(from)
            guard from != kept else {
                throw StoreError.invalid([
                    .field("from", found: nil, expected: Text(zh: "另一家单位", en: "another employer"))
                ])
            }
            guard employer.mergedInto == nil, other.mergedInto == nil else {
                throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil)
            }
            try transaction.checkArea(of: other, scope: Rights.scope(of: caller.role, for: .changeEmployer) ?? .own)
            _ = try await transaction.pipeline([
                "UPDATE employers SET merged_into = \(kept) WHERE id = \(from) OR merged_into = \(from)",
                transaction.change(
                    of: from, field: "mergedInto", old: nil, new: kept.uuidString.lowercased(), reason: reason,
                    document: document),
                "SELECT place_employer(\(kept))",
            ])
        }
    }

    private static func word<Word: RawRepresentable & CaseIterable>(_ text: String) throws -> Word
    where Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw StoreError.invalid([.field("value", found: text, expected: Text(zh: words, en: words))])
    }

    private func changing(
        _ id: UUID, as caller: Caller, once: OnceKey?,
        _ body: @Sendable (RegistryTransaction, EmployerRecord) async throws -> Void
    ) async throws -> EmployerRecord {
        let scope = try await permit(.changeEmployer, caller, record: id)
        return try await loggingRefusal(.changeEmployer, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                let employer = try await transaction.employer(id, held: true)
                try transaction.checkArea(of: employer, scope: scope)
                try await body(transaction, employer)
                _ = try await transaction.execute(AccessLine(.changeEmployer, record: id).statement(by: caller))
                return try await transaction.employer(id)
            }
        }
    }
}

extension RegistryTransaction {
    func employer(_ id: UUID, held: Bool = false) async throws -> EmployerRecord {
        let lock = held ? " FOR NO KEY UPDATE" : ""
        return try EmployerRecord(
            try await one(
                "\(unescaped: EmployerRecord.columns) WHERE id = \(id)\(unescaped: lock)", orElse: .employerUnknown))
    }

    fileprivate func change(
        of employer: UUID, field: String, old: String?, new: String?, reason: String, document: String?
    ) -> Statement {
        """
        INSERT INTO employer_corrections (id, employer_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
        VALUES (gen_random_uuid(), \(employer), \(field), \(old), \(new), \(reason), \(document), \(today), \(caller.userId))
        """
    }
}
