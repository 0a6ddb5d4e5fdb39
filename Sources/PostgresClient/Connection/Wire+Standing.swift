import CLibPQ

/// What is on the wire, for whoever lends it on.
extension Wire {
    /// What a pool wants to know when a connection comes back. Asks nobody.
    enum Standing { case free, busy, inTransaction, broken }
    var standing: Standing {
        locked {
            guard let connection, failure == nil else { return .broken }
            // A cancel request still on its way could hit whatever is asked next.
            guard inFlight.isEmpty, line.isEmpty, cancelsUnderWay == 0 else { return .busy }
            return PQtransactionStatus(connection) == PQTRANS_IDLE ? .free : .inTransaction
        }
    }

    /// For what cannot open a transaction itself: where one must open in a certain way, it has to be there already. Under
    /// the lock.
    func requireOpening() throws {
        guard transactionOpening != nil, let connection, PQtransactionStatus(connection) != PQTRANS_INTRANS else {
            return
        }
        throw PostgresClientError.outsideTransaction
    }

    /// How many operations are on the way or in line.
    var load: Int { locked { inFlight.count + line.count } }

    /// Calls back once nothing is on the way, or the wire is down.
    func whenQuiet(_ callBack: @escaping @Sendable () -> Void) {
        locked {
            quiet.append(callBack)
            tellQuiet()
        }
    }

    /// Under the lock.
    func tellQuiet() {
        guard !quiet.isEmpty, failure != nil || (inFlight.isEmpty && line.isEmpty && cancelsUnderWay == 0) else {
            return
        }
        for callBack in quiet { done.append(callBack) }
        quiet = []
    }
}
