"""The transparency log's tree over everything that the register decided, beside one SHA-256 over the same bytes."""
import hashlib
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from exported_leaves import leaves  # noqa: E402
from turns import Row  # noqa: E402


class Tree:
    def __init__(self, city): self.city, self.leaves = city, None

    def log(self, *words): return self.city.ceregistry("log", *words, CEREGISTRY_LOG_DIRECTORY=str(self.city.folder / "log"))

    def prepare(self):
        """Every decision, entry and reversal becomes a leaf; what is measured reads them as anybody would, from an export."""
        if self.leaves is not None: return
        self.log("key", "generate", "--origin", "bench.example/log")
        self.log("checkpoint")
        self.export = self.city.folder / "export"
        self.log("export", str(self.export), "--public")
        self.key = (self.export / "keys").read_text().split()[1]
        self.leaves = b"".join(leaves(self.export))

    def verify(self): return self.city.seconds(lambda: self.city.ceregistry("verify", str(self.export), "--public-key", self.key))

    def sha256(self): return self.city.seconds(lambda: hashlib.sha256(self.leaves).digest())

    def rows(self): return [Row("tree and checkpoint over every leaf, against SHA-256 over the same", self.verify, self.sha256, at_most=4, before=self.prepare)]
