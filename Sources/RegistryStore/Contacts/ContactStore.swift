import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// How a learner is reached, masked; nil where nobody said.
    public func contact(of learner: UUID, as caller: Caller) async throws -> ContactRecord? {
        let rows = try await readingLearner(
            learner, .changeContact, why: "contact", as: caller,
            ["SELECT email, mobile FROM contacts WHERE learner_id = \(learner)"])[0]
        return try rows.first.map { ContactRecord(try Contact($0)) }
    }

    /// Says how a learner is reached, in the place of what was said before.
    ///
    /// - Throws: `StoreError.invalid` with every field that cannot be, `.forbidden` outside the caller's jurisdiction.
    public func setContact(of learner: UUID, _ contact: Contact, as caller: Caller, once: OnceKey? = nil) async throws
        -> ContactRecord
    {
        try await permit(.changeContact, caller, record: learner)
        return try await loggingRefusal(.changeContact, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                _ = try await transaction.visibleLearner(learner)
                return try await transaction.keep(contact, of: .learner(learner))
            }
        }
    }

    /// Erases it: nothing of it stays.
    public func eraseContact(of learner: UUID, as caller: Caller) async throws {
        try await permit(.changeContact, caller, record: learner)
        try await loggingRefusal(.changeContact, caller, learner: learner) {
            try await read(as: caller) { transaction in
                _ = try await transaction.visibleLearner(learner)
                try await transaction.erase(.learner(learner))
            }
        }
    }

    /// The caller's own, whole.
    public func ownContact(as caller: Caller) async throws -> Contact? {
        guard let owner = ContactOwner(caller) else { return nil }
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT email, mobile FROM contacts WHERE learner_id = \(owner.learner) OR user_id = \(owner.user)
                """
            ])[0]
        return try rows.first.map { try Contact($0) }
    }

    /// - Throws: `StoreError.forbidden` for an account that is not reminded of anything.
    public func setOwnContact(_ contact: Contact, as caller: Caller, once: OnceKey? = nil) async throws -> ContactRecord
    {
        let owner = try await ownerOrRefuse(caller)
        return try await write(as: caller, once: once) { try await $0.keep(contact, of: owner) }
    }

    public func eraseOwnContact(as caller: Caller) async throws {
        let owner = try await ownerOrRefuse(caller)
        try await read(as: caller) { try await $0.erase(owner) }
    }

    private func ownerOrRefuse(_ caller: Caller) async throws -> ContactOwner {
        try await permit(.readOwnSession, caller)
        guard let owner = ContactOwner(caller) else {
            try await recordRefusal(.changeContact, reason: .roleMayNot, caller: caller)
            throw StoreError.forbidden(.roleMayNot)
        }
        return owner
    }
}

extension RegistryTransaction {
    fileprivate func keep(_ contact: Contact, of owner: ContactOwner) async throws -> ContactRecord {
        let contact = contact.tidied
        let mistakes = contact.mistakes
        guard mistakes.isEmpty else { throw StoreError.invalid(mistakes) }
        let insertion: Statement =
            switch owner {
            case .learner(let learner):
                """
                INSERT INTO contacts (learner_id, email, mobile, recorded_by)
                VALUES (\(learner), \(contact.email), \(contact.mobile), \(caller.userId))
                ON CONFLICT (learner_id) DO UPDATE SET email = excluded.email, mobile = excluded.mobile, recorded_by = excluded.recorded_by
                """
            case .user(let user):
                """
                INSERT INTO contacts (user_id, email, mobile, recorded_by)
                VALUES (\(user), \(contact.email), \(contact.mobile), \(caller.userId))
                ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, mobile = excluded.mobile, recorded_by = excluded.recorded_by
                """
            }
        _ = try await pipeline([
            insertion, AccessLine(.changeContact, learner: owner.learner).statement(by: caller),
        ])
        return ContactRecord(contact)
    }

    fileprivate func erase(_ owner: ContactOwner) async throws {
        _ = try await pipeline([
            "DELETE FROM contacts WHERE learner_id = \(owner.learner) OR user_id = \(owner.user)",
            AccessLine(.changeContact, learner: owner.learner, reason: "erased").statement(by: caller),
        ])
    }
}

extension Contact {
    init(_ row: Row) throws {
        self.init(email: try row.decodeIfPresent("email"), mobile: try row.decodeIfPresent("mobile"))
    }
}
