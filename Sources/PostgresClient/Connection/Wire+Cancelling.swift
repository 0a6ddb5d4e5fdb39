import CLibPQ

/// How an operation that nobody waits for any more comes off the wire.
extension Wire {
    /// Its caller no longer waits: it leaves the line, or the server is asked to stop it. Where the server does not
    /// answer to that in time either, the connection is given up.
    func cancel(_ operation: WireOperation, _ reason: any Error) {
        locked {
            guard operation.cancelReason == nil, operation.place != .over else { return }
            operation.cancelReason = reason
            switch operation.place {
            case .new, .over: break
            case .inLine:
                line.removeAll { $0 === operation }
                end(operation, reason)
                tellQuiet()
            case .inFlight: stop(operation, reason)
            }
        }
    }

    /// Its reader went away in the middle: the server is asked to stop, and what still arrives is dropped.
    func abandon(_ operation: WireOperation) {
        locked {
            guard operation.place != .over, !operation.isAbandoned else { return }
            operation.isAbandoned = true
            guard operation.place == .inFlight else {
                line.removeAll { $0 === operation }
                end(operation, CancellationError())
                return tellQuiet()
            }
            setWantsRead(true)
            stop(operation, CancellationError())
            advance()
        }
    }

    /// On a shared wire the others go on: the caller is told at once, and the server is asked to stop only what it is
    /// at work on and nobody waits for. Where the request comes late it may hit the next in line, which then asks again.
    private func stop(_ operation: WireOperation, _ reason: any Error) {
        if depth > 1, !operation.isAbandoned {
            operation.isAbandoned = true
            done.append(operation.finish(reason))
            guard inFlight.first === operation else { return }
        }
        askToStop(operation)
    }

    /// What the server is at work on now and nobody waits for any more.
    func stopTheAbandoned() {
        guard depth > 1, let first = inFlight.first, first.isAbandoned, !first.isAskedToStop else { return }
        askToStop(first)
    }

    private func askToStop(_ operation: WireOperation) {
        operation.isAskedToStop = true
        let request = requestCancel()
        reactor.schedule(after: cancelGrace) { [weak self, weak operation] in
            guard let self else { return }
            locked {
                // While the request is on its way nothing else may start: one that never arrives would hold up all.
                guard operation?.place == .inFlight || request?.isDelivered == false else { return }
                fail("no answer to a cancel request within \(cancelGrace)")
            }
        }
    }

    /// `PQcancel` opens a connection of its own and blocks (libpq chapter 34.7), so it runs on a thread for such calls.
    private func requestCancel() -> CancelRequest? {
        guard let connection, let key = PQgetCancel(connection) else { return nil }
        cancelsUnderWay += 1
        cancelsSent += 1
        let request = CancelRequest(key: key)
        BlockingThreads.cancelling.run { [weak self] in
            request.send()
            self?.cancelIsSent()
        }
        return request
    }

    private func cancelIsSent() {
        locked {
            cancelsUnderWay -= 1
            startNext()
            tellQuiet()
        }
    }
}

/// A cancel request on its way. `@unchecked Sendable`: the key is used by the one block that sends it.
private final class CancelRequest: @unchecked Sendable {
    private let key: OpaquePointer
    private let delivered = OnceFlag()
    init(key: OpaquePointer) { self.key = key }
    deinit { PQfreeCancel(key) }

    var isDelivered: Bool { delivered.isSet }

    func send() {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = PQcancel(key, &buffer, Int32(buffer.count))
        delivered.set()
    }
}
