/// How an import is to be done.
public struct ImportOptions: Sendable {
    /// Everything is checked and nothing stored.
    public var dryRun: Bool
    /// One rejected row, and nothing is stored.
    public var allOrNothing: Bool

    public init(dryRun: Bool = false, allOrNothing: Bool = false) {
        self.dryRun = dryRun
        self.allOrNothing = allOrNothing
    }
}
