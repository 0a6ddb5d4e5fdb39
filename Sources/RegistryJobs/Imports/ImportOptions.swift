/// How an import is to be done.
public struct ImportOptions: Sendable {
    /// Everything is checked and nothing stored.
    public var dryRun: Bool
    /// One rejected row, and nothing is stored.
    public var allOrNothing: Bool
    /// The file is kept for a week, to be given back with what is wrong with each row.
    public var keepsFile: Bool

    public init(dryRun: Bool = false, allOrNothing: Bool = false, keepsFile: Bool = false) {
        self.dryRun = dryRun
        self.allOrNothing = allOrNothing
        self.keepsFile = keepsFile
    }
}
