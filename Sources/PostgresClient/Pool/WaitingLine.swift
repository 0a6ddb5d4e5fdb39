/// Tasks that wait for something that somebody else will give them, each under its number. A waiter may be served
/// before it has sat down; its answer is kept for it.
///
/// No lock of its own: it lives behind its owner's.
struct WaitingLine<Value: Sendable> {
    typealias Continuation = CheckedContinuation<Value, any Error>

    private enum Place {
        case announced
        case seated(Continuation)
        case served(Result<Value, any Error>)
    }

    private var places: [UInt64: Place] = [:]
    private var numbers: UInt64 = 0

    mutating func nextNumber() -> UInt64 {
        numbers += 1
        return numbers
    }

    mutating func announce(_ number: UInt64) { places[number] = .announced }

    /// - Returns: the answer, where it came before the waiter did.
    mutating func sit(_ number: UInt64, _ continuation: Continuation) -> Result<Value, any Error>? {
        if case .served(let result)? = places[number] {
            places[number] = nil
            return result
        }
        places[number] = .seated(continuation)
        return nil
    }

    /// - Returns: whom to resume, outside the lock.
    mutating func serve(_ number: UInt64, _ result: Result<Value, any Error>) -> Continuation? {
        switch places[number] {
        case .seated(let continuation):
            places[number] = nil
            return continuation
        case .announced:
            places[number] = .served(result)
            return nil
        case .served, nil: return nil
        }
    }
}
