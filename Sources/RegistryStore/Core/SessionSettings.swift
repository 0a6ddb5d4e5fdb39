import PostgresClient

/// What every statement of a store runs under: the role, whoever logged in, and what its answers depend on.
///
/// A session of the store's own is told when it begins, and keeps it. Behind a pooler in transaction mode the session is
/// anybody's, so each transaction is told instead, in the same round trip; where the login may not take the role, the
/// transaction fails before its first statement. Either way no statement runs with another role.
struct SessionSettings: Sendable {
    static let timeZone = "Asia/Shanghai"
    let role: StoreConfiguration.DatabaseRole

    private var values: [(name: String, value: String)] {
        // Row security is on whatever the database's settings say: the audit names a setting that takes it away.
        [("role", role.rawValue), ("timezone", Self.timeZone), ("row_security", "on")]
            // What row-level security adds to a plan's cost has the server compile what takes a millisecond to run; of an audit's
            // hundred statements each is asked once.
            + (role == .owner ? [] : [("jit", "off")])
    }

    /// Over the pooler where there is one.
    func connection(to url: String, _ configuration: StoreConfiguration) -> ConnectionConfiguration {
        guard let pooler = configuration.pooler else { return ownSession(at: url, configuration) }
        return ConnectionConfiguration(
            conninfo: url, options: ["application_name": "ceregistry"], connectTimeout: configuration.connectTimeout,
            preparedStatements: pooler.carriesPreparedStatements ? .automatic : .none, transactionOpening: opening)
    }

    /// Nil where LISTEN may go the same way as all the others.
    func listening(_ configuration: StoreConfiguration) -> ConnectionConfiguration? {
        configuration.pooler.map { ownSession(at: $0.listeningURL, configuration) }
    }

    private func ownSession(at url: String, _ configuration: StoreConfiguration) -> ConnectionConfiguration {
        ConnectionConfiguration(
            conninfo: url,
            options: [
                "options": values.map { "-c \($0.name)=\($0.value)" }.joined(separator: " "),
                "application_name": "ceregistry",
            ],
            connectTimeout: configuration.connectTimeout)
    }

    private var opening: Statement {
        let settings = values.map { "set_config('\($0.name)', '\($0.value)', true)" }.joined(separator: ", ")
        return "SELECT \(unescaped: settings)"
    }
}

/// What a statement of this store runs under, as the server says it.
struct SessionStanding: Sendable, Equatable {
    var role: String
    var rowSecurity: String
    var timeZone: String

    static let reading = """
        current_user::text AS role, current_setting('row_security') AS row_security,
        current_setting('TimeZone') AS time_zone
        """

    init(_ row: Row) throws {
        role = try row.decode("role")
        rowSecurity = try row.decode("row_security")
        timeZone = try row.decode("time_zone")
    }

    /// What is wrong with it; nil where it is as it must be.
    func mistake(_ settings: SessionSettings) -> String? {
        var found: [String] = []
        if role != settings.role.rawValue { found.append("the role \(role) instead of \(settings.role.rawValue)") }
        if rowSecurity != "on" { found.append("row_security \(rowSecurity) instead of on") }
        if timeZone != SessionSettings.timeZone {
            found.append("the time zone \(timeZone) instead of \(SessionSettings.timeZone)")
        }
        return found.isEmpty ? nil : "statements run with " + found.joined(separator: ", ")
    }
}
