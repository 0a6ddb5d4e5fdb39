import CLibPQ

/// Something to be done on a wire: sent, answered, over. A base class, so that the wire can keep its own notes on it.
///
/// `@unchecked Sendable`: after `Wire.enqueue` everything in it is touched under the wire's lock alone, except what
/// `finish` returns, which runs after the operation is over.
class WireOperation: @unchecked Sendable {
    enum Place { case new, inLine, inFlight, over }

    /// Where it stands; the wire's own note.
    final var place = Place.new
    /// Why its caller no longer wants it; the wire's own note.
    final var cancelReason: (any Error)?
    /// The caller was told the end already: what still arrives for it is read and dropped.
    final var isAbandoned = false
    /// A cancel request was sent for it.
    final var isAskedToStop = false

    /// Whether it speaks pipeline mode, so that others may be sent before its answer is there.
    var isPipelined: Bool { false }
    /// Whether everything of it has been handed to libpq.
    var isSent: Bool { true }
    /// Whether it is waiting for its own caller, so that whatever stands in line behind it might wait for ever.
    var waitsForCaller: Bool { false }

    /// Sends the beginning. Throwing ends the connection: what is on the wire then is not known.
    func start(on wire: Wire) throws {}
    /// Sends some more; called while the kernel takes it and `isSent` is false.
    func sendMore(on wire: Wire) throws {}
    /// Looks at what has arrived; true once the operation is over.
    func proceed(on wire: Wire) throws -> Bool { true }
    /// An answer that was read to its end, but is to be asked for again (a statement hit by another's cancel request, a
    /// plan that was stale). True puts it in line again.
    func wantsAnotherTurn(on wire: Wire) -> Bool { false }
    /// What the server's refusal means to the caller: what made it stop, where it was told to.
    final func meaning(of error: PostgresError) -> any Error {
        error.sqlState == .queryCanceled ? cancelReason ?? error : error
    }

    /// The operation is over.
    ///
    /// - Parameter error: nil where it ended by itself.
    /// - Returns: what tells the caller, to be run once the lock is free.
    func finish(_ error: (any Error)?) -> () -> Void { {} }
}
