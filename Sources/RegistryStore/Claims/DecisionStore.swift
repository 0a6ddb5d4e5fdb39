import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The most claims that one call decides.
    public static let largestDecision = 1000

    /// Decides claims of the caller's own authority, each with its own result, in the order asked. One round trip.
    ///
    /// With `once`, a repeat gets the first answer, whatever has happened since.
    /// - Throws: `StoreError.forbidden` for a role that decides nothing, `.invalid` for an empty or too long list.
    public func decide(
        claims: [UUID], _ request: DecisionRequest, as caller: Caller, once: OnceKey? = nil
    ) async throws -> [DecisionResult] {
        try await permit(.decideClaim, caller, record: claims.count == 1 ? claims.first : nil)
        guard (1...Self.largestDecision).contains(claims.count) else {
            throw StoreError.invalid([
                .field(
                    "claims", found: "\(claims.count)",
                    expected: Text(zh: "每次1至\(Self.largestDecision)份申请", en: "1 to \(Self.largestDecision) claims"))
            ])
        }
        return try await translating {
            let lines = try await decideWithRetry(claims, request, caller, once)
            return lines.map { $0.result(of: request.decision) }
        }
    }

    /// A colleague's decision that commits between this statement's look and its write shows as a broken constraint;
    /// the second look sees it and says so for the claim concerned.
    private func decideWithRetry(
        _ claims: [UUID], _ request: DecisionRequest, _ caller: Caller, _ once: OnceKey?
    ) async throws -> [DecisionStatement.Line] {
        var attempts = 0
        while true {
            do {
                return try await decideOnce(claims, request, caller, once)
            } catch let error as PostgresError where error.isPassing && attempts < 5 {
                attempts += 1
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...(4 << attempts))))
            }
        }
    }

    /// One claim is one statement and one round trip. A list is one transaction, since some persons may have two claims
    /// of one year in it: those follow in turn, and the answer is kept for the key with all of them.
    private func decideOnce(
        _ claims: [UUID], _ request: DecisionRequest, _ caller: Caller, _ once: OnceKey?
    ) async throws -> [DecisionStatement.Line] {
        let first = try DecisionStatement.make(claims: claims, request, today: today, caller: caller, once: once)
        guard claims.count > 1 else {
            return try DecisionStatement.lines(try await pool.pipeline([caller.enteringByKey, first])[1], once)
        }
        return try await pool.withTransaction(retries: 3) { sql in
            var lines = try DecisionStatement.lines(try await sql.pipeline([caller.entering, first])[1], once)
            guard lines.contains(where: { $0.code == "again" }) else { return lines }
            while lines.contains(where: { $0.code == "again" }) {
                let open = lines.indices.filter { lines[$0].code == "again" }
                let statement = try DecisionStatement.make(
                    claims: open.map { lines[$0].claim }, request, today: today, caller: caller, once: nil)
                let answers = try DecisionStatement.lines(try await sql.execute(statement), nil)
                for (index, answer) in zip(open, answers) { lines[index] = answer }
            }
            if let once { _ = try await sql.execute(try once.statement(keeping: lines, by: caller.userId)) }
            return lines
        }
    }
}

extension PostgresError {
    /// Another transaction came between: trying again sees what it did.
    fileprivate var isPassing: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected
            || (sqlState == .uniqueViolation && constraint != nil)
            || constraint == "decision_on_an_open_claim"
    }
}

extension DecisionStatement {
    static func lines(_ rows: QueryResult, _ once: OnceKey?) throws -> [Line] {
        guard let row = rows.first else { throw StoreError.unavailable("the decision had no answer") }
        if let once, let fingerprint = try row.decodeIfPresent("fingerprint", as: [UInt8].self),
            fingerprint != once.fingerprint
        {
            throw StoreError.invalid([.idempotencyKeyReused])
        }
        return try row.json("rows")
    }
}
