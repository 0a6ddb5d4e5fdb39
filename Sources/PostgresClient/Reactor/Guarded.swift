import Foundation

/// A value behind a lock. `Synchronization.Mutex` would do, but on Linux it is built on futexes that the thread
/// sanitizer does not see, so that every use shows as a race; this one is a POSIX mutex underneath.
///
/// `@unchecked Sendable`: the value is touched only while the lock is held.
final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: sending Value) { self.value = value }

    func withLock<Result>(_ body: (inout Value) throws -> sending Result) rethrows -> sending Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
