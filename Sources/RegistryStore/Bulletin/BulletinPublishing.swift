import Crypto
import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// An instant before which nothing can be recorded any more. A transaction records as of its own beginning: whatever
    /// began earlier has ended by the time that this returns.
    ///
    /// - Throws: `StoreError.unavailable` where a transaction stays under way for a minute.
    public func settledMoment() async throws -> Date {
        try await translating {
            let moment = try await pool.execute("SELECT date_trunc('milliseconds', clock_timestamp()) AS moment")[0]
                .decode("moment", as: Date.self)
            // A server process shows its transaction a little after it has begun.
            for _ in 0..<600 {
                try await Task.sleep(for: .milliseconds(100))
                let row = try await pool.execute("SELECT coalesce(oldest_writer() < \(moment), false) AS busy")[0]
                if try !row.decode("busy", as: Bool.self) { return moment }
            }
            throw StoreError.unavailable("a transaction that began before \(moment) is still under way")
        }
    }

    /// The bulletin of a day from what was recorded before `knownAt`: the same whenever it is made.
    public func bulletinDocument(number: String, asOf: Day, knownAt: Date, publishedOn: Day) async throws
        -> BulletinDocument
    {
        let count = BulletinCount(day: asOf, knownAt: knownAt, area: nil)
        return try await counted(count).document(number: number, publishedOn: publishedOn)
    }

    /// Keeps what was published, for ever.
    ///
    /// - Throws: `StoreError.conflict` where the number is taken.
    public func keepBulletin(_ document: BulletinDocument, forms: [BulletinForm: [UInt8]], as caller: Caller)
        async throws -> BulletinPublication
    {
        try await permit(.publishBulletin, caller)
        let sums = forms.mapValues { Array(SHA256.hash(data: Data($0))) }
        return try await write(as: caller, once: nil) { transaction in
            var statements: [Statement] = [
                """
                INSERT INTO bulletin_publications (number, as_of, known_at, published_by, published_on)
                VALUES (\(document.number), \(document.bulletin.asOf), \(document.knownAt), \(caller.userId), \(document.publishedOn))
                """
            ]
            for form in BulletinForm.allCases {
                guard let content = forms[form], let sum = sums[form] else { continue }
                statements.append(
                    """
                    INSERT INTO bulletin_forms (number, form, sha256, content)
                    VALUES (\(document.number), \(form.rawValue), \(sum), \(content))
                    """)
            }
            statements.append(AccessLine(.publishBulletin, reason: document.number).statement(by: caller))
            _ = try await transaction.pipeline(statements)
            return BulletinPublication(
                number: document.number, asOf: document.bulletin.asOf, knownAt: document.knownAt,
                publishedBy: caller.personName, publishedOn: document.publishedOn,
                sha256: Dictionary(uniqueKeysWithValues: sums.map { ($0.rawValue, Self.hexadecimal($1)) }))
        }
    }

    /// What was published, the newest first.
    public func bulletinPublications(as caller: Caller) async throws -> [BulletinPublication] {
        try await permit(.readBulletin, caller)
        return try await publications(nil)
    }

    /// - Throws: `StoreError.notFound` for a number that nothing was published under.
    public func bulletinPublication(_ number: String, as caller: Caller) async throws -> BulletinPublication {
        try await permit(.readBulletin, caller)
        guard let publication = try await publications(number).first else {
            throw StoreError.notFound(.bulletinUnknown)
        }
        return publication
    }

    private func publications(_ number: String?) async throws -> [BulletinPublication] {
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT b.number, b.as_of, b.known_at, b.published_on, u.person_name,
                       (SELECT jsonb_object_agg(f.form, encode(f.sha256, 'hex')) FROM bulletin_forms f WHERE f.number = b.number) AS sums
                FROM bulletin_publications b JOIN users u ON u.id = b.published_by
                WHERE \(number)::text IS NULL OR b.number = \(number) ORDER BY b.recorded_at DESC, b.number
                """)
        }
        return try rows.map { row in
            BulletinPublication(
                number: try row.decode("number"), asOf: try row.decode("as_of"), knownAt: try row.decode("known_at"),
                publishedBy: try row.decode("person_name"), publishedOn: try row.decode("published_on"),
                sha256: try row.json("sums"))
        }
    }

    /// The bytes that were published; nil where this form was not made then.
    public func bulletinForm(_ number: String, _ form: BulletinForm, as caller: Caller) async throws -> [UInt8]? {
        _ = try await bulletinPublication(number, as: caller)
        let line = AccessLine(.readBulletin, reason: "\(number).\(form.rawValue)").statement(by: caller)
        return try await translating {
            let results = try await pool.pipeline([
                line,
                "SELECT content FROM bulletin_forms WHERE number = \(number) AND form = \(form.rawValue)",
            ])
            return try results[1].first?.decode("content", as: [UInt8].self)
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension BulletinAnswers {
    func document(number: String, publishedOn: Day) throws -> BulletinDocument {
        let names = try policies.map { try $0.json("document", as: Policy.self) }
            .flatMap(\.authorities).filter { $0.id == .city }.map(\.name)
        return BulletinDocument(
            number: number, issuer: names.last ?? Text(zh: "", en: ""), publishedOn: publishedOn,
            knownAt: count.knownAt ?? .distantFuture, bulletin: try record())
    }
}
