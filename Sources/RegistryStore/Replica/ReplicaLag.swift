import PostgresClient

/// How fresh a replica is, reckoned without any clock but this daemon's own: the primary's place in the log is noted again
/// and again with the moment before it was asked for. A replica that has replayed up to a noted place holds everything
/// that had been recorded by then, however long nothing has been written since (`pg_last_xact_replay_timestamp()` would
/// call an idle register stale, and a stalled one fresh).
struct ReplicaLag: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// How often the primary is asked; what lies between two notes counts as staleness.
    static let pause = Duration.milliseconds(250)

    let bound: Duration
    private var notes: [(moment: Instant, place: Int64)] = []

    init(bound: Duration) { self.bound = bound }

    func needsNote(at now: Instant) -> Bool { notes.last.map { now - $0.moment >= Self.pause } ?? true }

    /// Whether a replica has replayed more than the primary was known to have written.
    func isBehind(_ replayed: Int64) -> Bool { notes.last.map { $0.place < replayed } ?? true }

    /// - Parameter moment: before the primary was asked.
    mutating func note(_ place: Int64, at moment: Instant) {
        // A primary that went back is another one, with a history of its own.
        if let last = notes.last, place < last.place { notes = [] }
        notes.removeAll { moment - $0.moment > bound }
        notes.append((moment, place))
    }

    /// How old an answer of a replica may be that has replayed so far; nil where that is beyond the bound, or where the
    /// replica is ahead of the primary, and so follows another.
    mutating func age(ofReplayed replayed: Int64, at now: Instant) -> Duration? {
        guard let newest = notes.last, replayed <= newest.place else {
            notes = []
            return nil
        }
        guard let reached = notes.last(where: { $0.place <= replayed }) else { return nil }
        let age = now - reached.moment
        return age <= bound ? age : nil
    }
}

/// The primary's place in its log, as bytes since its beginning, and the replica's.
enum WrittenPlace {
    static let ofPrimary: Statement = "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::int8 AS place"
    /// NULL where it is no replica.
    static let ofReplica: Statement =
        "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::int8 END AS place"
}
