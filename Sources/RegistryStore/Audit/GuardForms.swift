/// A register has one of two forms: as the migrations make it, or with `register_entries` in partitions by subject year
/// (`ceregistry migrate --partition-by-year`). The second has every guard of the first, some of them written otherwise, and
/// a few more: `sql/options/partition_by_subject_year.json` holds those.
extension GuardManifest {
    /// Whether this register lies in partitions.
    public var isByYear: Bool {
        guards.contains { $0.kind == .table && $0.name == "register_entries" && $0.definition.hasPrefix("p ") }
    }

    /// What is here and not in `other`, or is otherwise: what the option's file holds. All partitions are one guard.
    public func difference(from other: GuardManifest) -> GuardManifest {
        let there = Set(other.guards)
        var seen: Set<Guard> = []
        let more = guards.map(\.asAnyPartition).filter { !there.contains($0) && seen.insert($0).inserted }
        return GuardManifest(postgres: postgres, guards: more)
    }

    /// What this manifest asks of a register in the form that `found` has, and what was found. Of a partition that is
    /// guarded as every partition must be, nothing more is to be said.
    func forms(with found: GuardManifest) -> (wanted: [Guard], found: [Guard]) {
        guard found.isByYear else { return (guards, found.guards) }
        let otherwise = Dictionary(byYear.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(guards.map(\.key))
        let wanted = guards.map { otherwise[$0.key] ?? $0 } + byYear.filter { !known.contains($0.key) }
        let partitions = Set(wanted.filter { $0.kind == .child })
        let collapsed = found.guards.map {
            partitions.contains($0.asAnyPartition) || postgres != found.postgres ? $0.asAnyPartition : $0
        }
        return (wanted, collapsed)
    }
}

extension GuardManifest.Guard {
    fileprivate var asAnyPartition: Self {
        guard kind == .child, definition.hasPrefix("PARTITION ") else { return self }
        var any = self
        any.name = "*"
        return any
    }
}
