/// Keeps a pool from storming a server that is down or has just come back: after a failure it pauses, longer each time,
/// and lets one attempt through; after a success it lets twice as many through as before, up to its width.
struct Circuit: Sendable {
    typealias Instant = ContinuousClock.Instant
    static let firstPause = Duration.milliseconds(50)
    static let longestPause = Duration.seconds(1)

    let width: Int
    /// How many may connect at the same time.
    private(set) var allowed: Int
    private(set) var failures = 0
    /// Until then nobody connects; nil where nothing has failed.
    private(set) var opensAgain: Instant?

    init(width: Int) {
        self.width = max(width, 1)
        allowed = self.width
    }

    func isClosed(at now: Instant) -> Bool { opensAgain.map { $0 <= now } ?? true }

    mutating func succeeded() {
        failures = 0
        opensAgain = nil
        allowed = min(allowed * 2, width)
    }

    /// - Parameter chance: between 0 and 1; many clients do not come back at the same moment.
    mutating func failed(at now: Instant, chance: Double) {
        let pause = min(Self.firstPause * (1 << min(failures, 10)), Self.longestPause)
        failures += 1
        allowed = 1
        opensAgain = now + pause * (0.5 + chance / 2)
    }
}
