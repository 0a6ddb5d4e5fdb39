"""The leaves of an exported log as they were hashed: entry bundles (C2SP tlog-tiles) without the lengths between them."""


def leaves(export):
    for bundle in sorted(path for path in (export / "tile" / "entries").rglob("*") if path.is_file()):
        raw, place = bundle.read_bytes(), 0
        while place < len(raw):
            length = int.from_bytes(raw[place:place + 2], "big")
            yield raw[place + 2:place + 2 + length]
            place += 2 + length
