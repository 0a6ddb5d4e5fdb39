/// Waits that double up to a ceiling, each shortened by chance so that many clients do not come back at the same moment.
struct Backoff {
    var first: Duration = .milliseconds(50)
    var ceiling: Duration = .seconds(2)
    private(set) var attempts = 0

    init(first: Duration = .milliseconds(50), ceiling: Duration = .seconds(2)) {
        self.first = first
        self.ceiling = ceiling
    }

    mutating func next() -> Duration {
        let full = min(first * (1 << min(attempts, 16)), ceiling)
        attempts += 1
        return full * Double.random(in: 0.5...1)
    }
}
