import RegistryDomain

/// The kinds of files that are taken in.
public enum ImportKind: String, Codable, Sendable, CaseIterable {
    case employers, learners, completions, openings

    /// The right that taking in such a file needs.
    public var right: Rights.Action {
        switch self {
        case .employers: .importEmployers
        case .learners: .importLearners
        case .completions: .importCompletions
        case .openings: .importOpenings
        }
    }
}
