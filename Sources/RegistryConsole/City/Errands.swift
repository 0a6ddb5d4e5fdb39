import Foundation

/// What a page starts and does not wait for: one of each kind at a time, and what became of the last.
actor Errands {
    enum Kind: Hashable { case audit, completion, bulletin }

    struct State: Sendable {
        var startedAt: Date
        /// Who started it; a person's name.
        var by: String
        var done = 0
        var of = 0
        var isRunning = true
        /// Nil while it runs and where it went well.
        var failure: (any Error)?
    }

    private var states: [Kind: State] = [:]

    func state(_ kind: Kind) -> State? { states[kind] }

    /// Waits for one to end, but not long: what goes wrong at once is said at once.
    ///
    /// - Returns: nil where it is still running.
    func ended(_ kind: Kind, within seconds: Double) async throws -> State? {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let state = states[kind], !state.isRunning { return state }
            try await Task.sleep(for: .milliseconds(50))
        }
        return states[kind].flatMap { $0.isRunning ? nil : $0 }
    }

    /// Once said, a failure is not said again.
    func forget(_ kind: Kind) {
        if states[kind]?.isRunning == false { states[kind] = nil }
    }

    /// - Returns: false where one is running already.
    @discardableResult
    func start(
        _ kind: Kind, by person: String,
        _ body: @escaping @Sendable (@escaping @Sendable (Int, Int) -> Void) async throws -> Void
    ) -> Bool {
        guard states[kind]?.isRunning != true else { return false }
        states[kind] = State(startedAt: Date(), by: person)
        Task {
            do {
                try await body { done, of in Task { await self.note(kind, done, of) } }
                end(kind, nil)
            } catch {
                end(kind, error)
            }
        }
        return true
    }

    private func note(_ kind: Kind, _ done: Int, _ of: Int) {
        guard let known = states[kind]?.done, done >= known else { return }
        states[kind]?.done = done
        states[kind]?.of = of
    }

    private func end(_ kind: Kind, _ failure: (any Error)?) {
        states[kind]?.isRunning = false
        states[kind]?.failure = failure
    }
}
