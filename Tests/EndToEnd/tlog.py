"""A verifier of transparency logs that has no code of ours in it: signed notes, checkpoints, cosignatures, tiles and proofs
from their specifications (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof; RFC 6962 and
RFC 9162), on the `cryptography` package alone. As a program:

    python3 tlog.py URL VERIFIER-KEY [KEPT-CHECKPOINT…]

follows the log at URL: every tile and every entry, and that each kept checkpoint is its beginning."""
import base64
import hashlib
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE_V1 = 1, 4


class Refused(Exception):
    """What was shown does not prove what it should."""


def require(condition, why):
    if not condition: raise Refused(why)


# Signed notes

def b64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(f"base 64: {error}") from error
    require(base64.b64encode(raw).decode() == text, "base 64 is not canonical")
    return raw


class Key:
    def __init__(self, vkey):
        self.name, self.id, material = vkey.split("+", 2)
        raw = b64(material)
        self.kind, self.public = raw[0], raw[1:]
        require(self.kind in (ED25519, COSIGNATURE_V1) and len(self.public) == 32, "key type")
        digest = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        require(digest.hex() == self.id, "key hash")

    def verify(self, signature, message):
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise Refused(f"signature of {self.name}") from error


def open_note(note, keys):
    """The text, and the keys that signed it. At least one known signature, and no known one that fails."""
    text, gap, lines = note.rpartition("\n\n")
    require(gap and lines.endswith("\n"), "no note")
    text += "\n"
    require(all(c == "\n" or ord(c) >= 0x20 for c in note), "control characters")
    signed = []
    for line in lines[:-1].split("\n"):
        dash, name, blob = line.split(" ") if line.count(" ") == 2 else ("", "", "")
        require(dash == "\u2014" and name and "+" not in name, "signature line")
        raw = b64(blob)
        for key in keys:
            if (key.name, key.id) != (name, raw[:4].hex()): continue
            if key.kind == ED25519:
                key.verify(raw[4:], text.encode())
            else:
                time = int.from_bytes(raw[4:12], "big")
                key.verify(raw[12:], f"cosignature/v1\ntime {time}\n{text}".encode())
            signed.append(key)
    require(signed, "no signature by a known key")
    return text, signed


class Checkpoint:
    def __init__(self, note, keys):
        text, self.signed = open_note(note, keys)
        require(any(key.kind == ED25519 for key in self.signed), "the log itself has not signed")
        lines = text.split("\n")
        require(len(lines) >= 4 and lines[-1] == "" and all(lines[:-1]), "no checkpoint")
        self.origin, size, root = lines[:3]
        require(size.isascii() and size.isdigit() and str(int(size)) == size, "tree size")
        self.size, self.root = int(size), b64(root)
        require(len(self.root) == 32, "root hash")
        require(all(key.name == self.origin for key in self.signed if key.kind == ED25519), "origin")


# The tree

def leaf_hash(data): return hashlib.sha256(b"\0" + data).digest()
def node_hash(left, right): return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(hashes):
    """RFC 6962, 2.1, from the bottom up: an odd hash at the right edge waits for its level."""
    if not hashes: return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        row = [node_hash(*hashes[i:i + 2]) for i in range(0, len(hashes) - 1, 2)]
        hashes = row + hashes[len(hashes) - len(hashes) % 2:]
    return hashes[0]


def check_inclusion(leaf, index, size, root, proof):
    """RFC 9162, 2.1.3.2."""
    require(index < size, "index")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        require(sn, "proof too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0 and r == root, "not included")


def check_consistency(first, first_root, second, second_root, proof):
    """RFC 9162, 2.1.4.2."""
    require(first <= second, "smaller tree")
    if first == second: return require(not proof and first_root == second_root, "two trees of one size")
    if first == 0: return require(not proof, "proof from nothing")
    path = ([first_root] if first & (first - 1) == 0 else []) + list(proof)
    require(path, "proof is empty")
    fn, sn = first - 1, second - 1
    while fn & 1: fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        require(sn, "proof too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0 and fr == first_root and sr == second_root, "not consistent")


# Tiles

def number(n):
    text = f"{n % 1000:03}"
    while n := n // 1000: text = f"x{n % 1000:03}/{text}"
    return text


def tile_path(level, index, width): return f"tile/{level}/{number(index)}" + (f".p/{width}" if width < 256 else "")


class Log:
    """A log that is read through `read(path)`, which may lie."""

    def __init__(self, read, keys):
        self.read, self.keys = read, [key if isinstance(key, Key) else Key(key) for key in keys]

    def checkpoint(self): return Checkpoint(self.read("checkpoint").decode(), self.keys)

    def tile(self, level, index, width):
        raw = self.read(tile_path(level, index, width))
        require(len(raw) == 32 * width, "tile width")
        return [raw[i:i + 32] for i in range(0, len(raw), 32)]

    def entries(self, size):
        for start in range(0, size, 256):
            width = min(256, size - start)
            raw, found = self.read(tile_path("entries", start // 256, width)), 0
            while raw:
                require(len(raw) >= 2, "entry bundle")
                length = int.from_bytes(raw[:2], "big")
                require(len(raw) >= 2 + length, "entry bundle")
                yield raw[2:2 + length]
                raw, found = raw[2 + length:], found + 1
            require(found == width, "entries in a bundle")

    def subtree(self, start, end, size):
        """The hash over leaves start..<end of a tree of this size, from its tiles."""
        count = end - start
        if count & (count - 1):
            split = start + (1 << (count - 1).bit_length() - 1)
            return node_hash(self.subtree(start, split, size), self.subtree(split, end, size))
        level, height = divmod(count.bit_length() - 1, 8)
        first = start >> 8 * level
        width = min(256, (size >> 8 * level) - first // 256 * 256)
        tile = self.tile(level, first // 256, width)
        return tree_root(tile[first % 256:first % 256 + (1 << height)])

    def inclusion(self, index, size):
        path, start, end = [], 0, size
        while end - start > 1:
            split = start + (1 << (end - start - 1).bit_length() - 1)
            if index < split: path, end = path + [(split, end)], split
            else: path, start = path + [(start, split)], split
        return [self.subtree(*piece, size) for piece in reversed(path)]

    def consistency(self, first, size):
        if first in (0, size): return []
        path, start, end, whole = [], 0, size, True
        while end != first:
            split = start + (1 << (end - start - 1).bit_length() - 1)
            if first <= split: path, end = path + [(split, end)], split
            else: path, start, whole = path + [(start, split)], split, False
        if not whole: path.append((start, end))
        return [self.subtree(*piece, size) for piece in reversed(path)]

    def follow(self, kept=()):
        """Every entry hashed, every tile compared, the checkpoint and the kept ones proven. The leaves."""
        head = self.checkpoint()
        leaves = list(self.entries(head.size))
        hashes = [leaf_hash(leaf) for leaf in leaves]
        require(tree_root(hashes) == head.root, "the entries are not what was signed")
        level, row = 0, hashes
        while row:
            for start in range(0, len(row), 256):
                piece = row[start:start + 256]
                require(self.tile(level, start // 256, len(piece)) == piece, f"tile {level}/{start // 256}")
            row = [tree_root(row[i:i + 256]) for i in range(0, len(row) - len(row) % 256, 256)]
            level += 1
        for note in kept:
            old = Checkpoint(note, self.keys)
            require(old.size <= head.size, "the log has shrunk")
            check_consistency(old.size, old.root, head.size, head.root, self.consistency(old.size, head.size))
        return head, leaves


def check_proof(text, keys):
    """A c2sp.org/tlog-proof whose `extra` is the leaf: the leaf, once it is proven."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    require(gap and lines[0] == "c2sp.org/tlog-proof@v1", "no proof")
    require(lines[1].startswith("extra ") and lines[2].startswith("index "), "no proof")
    leaf, index = b64(lines[1][6:]), int(lines[2][6:])
    checkpoint = Checkpoint(note, [key if isinstance(key, Key) else Key(key) for key in keys])
    check_inclusion(leaf_hash(leaf), index, checkpoint.size, checkpoint.root, [b64(line) for line in lines[3:]])
    return leaf


def over_http(prefix):
    def read(path):
        with urllib.request.urlopen(f"{prefix.rstrip('/')}/{path}") as answer: return answer.read()
    return read


if __name__ == "__main__":
    url, key, *files = sys.argv[1:]
    try:
        top, entries = Log(over_http(url), [key]).follow([open(name).read() for name in files])
        print(f"{top.origin}: {top.size} leaves, root {base64.b64encode(top.root).decode()}")
    except Refused as why:
        sys.exit(f"REFUSED: {why}")
