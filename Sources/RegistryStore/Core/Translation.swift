import PostgresClient
import RegistryDomain

/// Runs `body` and turns what PostgreSQL or the client says into what it means for the register.
func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as StoreError {
        throw error
    } catch let error as PostgresError {
        throw StoreError(error)
    } catch let error as PostgresClientError {
        throw StoreError.unavailable(String(describing: error))
    }
}

extension StoreError {
    /// By constraint first, then by SQLSTATE class (PostgreSQL appendix A).
    init(_ error: PostgresError) {
        if let constraint = error.constraint, let meaning = ConstraintMeaning.of(constraint) {
            self = meaning
            return
        }
        switch error.sqlState.rawValue.prefix(2) {
        case "22": self = .invalid([.unstorableValue(error.message)])
        case "23": self = .conflict(.constraint(error.constraint ?? error.sqlState.rawValue), entry: nil, claim: nil)
        case "08", "53", "57", "25", "40": self = .unavailable("\(error.sqlState.rawValue) \(error.message)")
        default:
            self =
                error.sqlState.rawValue == "42501"
                ? .forbidden(.outsideJurisdiction)
                : .unavailable("\(error.sqlState.rawValue) \(error.message)")
        }
    }
}
