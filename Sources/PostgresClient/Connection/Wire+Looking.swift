import CLibPQ
import Glibc
import Synchronization

/// Whoever asked looks for the answer for a moment, where nobody else waits for one.
///
/// A short statement is answered in less time than it takes to wake the reactor's thread and then the caller's: with one
/// caller at a time these two wakings are half of a look-up. Where several wait the reactor serves all with few wakings,
/// and nobody looks. Looking is bounded, offers the processor to others at each turn, and is given up for a while where
/// it found nothing: a thread of the cooperative pool is busy for at most `Looking.longest`, and never sleeps.
extension Wire {
    /// `enqueue`, and a look for the answer.
    func enqueueAndLook(_ operation: PipelineOperation) {
        let isAlone = reactor.waiters.load(ordering: .relaxed) == 1
        let looks =
            isAlone
            && locked {
                guard looking.takeTurn(), inFlight.isEmpty, line.isEmpty else { return false }
                setWantsRead(false)
                return true
            }
        guard looks else { return enqueue(operation) }
        enqueue(operation)
        let isFound = look(for: operation)
        locked {
            looking.ended(isFound: isFound)
            // A stream that came next and does not want to be read says so again.
            setWantsRead(true)
        }
    }

    private func look(for operation: PipelineOperation) -> Bool {
        guard let descriptor = ask(PQsocket), descriptor >= 0 else { return false }
        let end = ContinuousClock.now + Looking.longest
        repeat {
            var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&place, 1, 0) > 0 { socketIsReady(readable: true, writable: false) }
            if locked({ operation.place == .over }) { return true }
            sched_yield()
        } while ContinuousClock.now < end && reactor.waiters.load(ordering: .relaxed) == 1
        return false
    }
}

/// Whether looking is worth its while on a connection.
struct Looking {
    /// Longer than a look-up by key takes, shorter than would be felt by whoever needs the processor.
    static let longest = Duration.microseconds(200)
    private static let mostMisses = 10

    private var misses = 0
    private var turnsToWait = 0

    /// Whether the next statement is one to look for. Each time that found nothing twice as many go by before the next look.
    mutating func takeTurn() -> Bool {
        guard turnsToWait > 0 else { return true }
        turnsToWait -= 1
        return false
    }

    mutating func ended(isFound: Bool) {
        misses = isFound ? 0 : min(misses + 1, Self.mostMisses)
        turnsToWait = isFound ? 0 : 1 << misses
    }
}
