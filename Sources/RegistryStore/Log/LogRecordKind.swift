/// What becomes a leaf of the transparency log. The words stand in `log_leaves.kind` and in the leaf.
public enum LogRecordKind: String, Codable, Sendable, CaseIterable {
    case decision, entry, reversal, erasure
}
