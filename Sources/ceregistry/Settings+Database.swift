import Logging
import RegistryStore

extension Settings {
    /// - Throws: `Mistake` for an administrator's store where only a pooler's address is known.
    func store(logger: Logger, role: StoreConfiguration.DatabaseRole = .daemon, connections: Int? = nil) throws
        -> RegistryStore
    {
        let url =
            switch role {
            case .daemon: databaseURL
            case .owner: try directAdminDatabaseURL
            case .auditor: auditDatabaseURL
            }
        return RegistryStore(
            configuration: StoreConfiguration(
                databaseURL: url, maximumConnections: connections ?? maximumConnections, waitDeadline: waitDeadline,
                databaseRole: role, snapshotConnections: role == .auditor ? auditConnections : 1,
                pooler: role == .owner ? nil : pooler,
                replica: role == .owner ? nil : replica),
            clock: clock, logger: logger)
    }

    /// For what takes a session of its own, such as `migrate`.
    var directAdminDatabaseURL: String {
        get throws {
            guard let adminDatabaseURL else {
                throw Mistake(
                    description:
                        "CEREGISTRY_ADMIN_DATABASE_URL: needed with CEREGISTRY_POOLER, a way around the pooler")
            }
            return adminDatabaseURL
        }
    }

    /// `CEREGISTRY_POOLER=transaction`: what stands between the register and its database gives each transaction another
    /// session.
    static func pooler(_ value: (String, String) -> String?) throws -> StoreConfiguration.Pooler? {
        switch value("CEREGISTRY_POOLER", "pooler") ?? "none" {
        case "none", "": return nil
        case "transaction": break
        case let other: throw Mistake(description: "CEREGISTRY_POOLER: none or transaction, not “\(other)”")
        }
        guard let listening = value("CEREGISTRY_LISTEN_DATABASE_URL", "listenDatabaseUrl"), !listening.isEmpty else {
            throw Mistake(
                description: """
                    CEREGISTRY_LISTEN_DATABASE_URL: needed with CEREGISTRY_POOLER=transaction, a way around the pooler: \
                    what colleagues do is told over LISTEN, which takes a session
                    """)
        }
        let prepared = value("CEREGISTRY_PREPARED_STATEMENTS", "preparedStatements") ?? "off"
        guard ["on", "off"].contains(prepared) else {
            throw Mistake(description: "CEREGISTRY_PREPARED_STATEMENTS: on or off, not “\(prepared)”")
        }
        return StoreConfiguration.Pooler(listeningURL: listening, carriesPreparedStatements: prepared == "on")
    }
}
