"""Ours and theirs in turns, so that a busy machine is busy for both; medians as a table or as JSON."""
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Callable, Optional


def four_digits(values):
    """The median; of seconds, three decimals would leave nothing."""
    return float(f"{statistics.median(values):.4g}")


@dataclass
class Row:
    name: str
    # A rate a second (more is better) or seconds (less is better), each given by one call.
    ours: Callable[[], float]
    theirs: Callable[[], float]
    at_least: Optional[float] = None
    at_most: Optional[float] = None
    # Before each round, such as making what will be used up; not measured.
    before: Callable[[], None] = lambda: None
    # Over the whole register, so that a round takes long.
    is_long: bool = False
    drawn: int = 0
    rounds: list = field(default_factory=list)
    pairs: list = field(default_factory=list)

    def run(self, count):
        begun = time.perf_counter()
        # Who goes first is drawn, and changes: neither a machine that slows down nor what is read for the first time favours anybody.
        self.drawn = random.randrange(2)
        for number in range(count):
            print(f"{self.name}: round {number + 1} of {count}", file=sys.stderr)
            self.before()
            pair = (self.ours(), self.theirs()) if (self.drawn + number) % 2 == 0 else tuple(reversed((self.theirs(), self.ours())))
            self.pairs.append(pair)
            self.rounds.append(pair[0] / pair[1])
        print(f"{self.name}: {time.perf_counter() - begun:.0f} s altogether", file=sys.stderr)

    @property
    def ratio(self): return statistics.median(self.rounds)

    @property
    def goal(self): return self.at_least if self.at_least is not None else self.at_most

    @property
    def met(self):
        if self.at_least is not None: return self.ratio >= self.at_least
        return None if self.at_most is None else self.ratio <= self.at_most

    def document(self):
        return {"name": self.name, "ratio": round(self.ratio, 3), "goal": self.goal, "met": self.met, "better": "less" if self.at_least is None else "more",
                "rounds": [round(value, 3) for value in self.rounds], "first": ["ours", "theirs"][self.drawn],
                "ours": four_digits(a for a, _ in self.pairs), "theirs": four_digits(b for _, b in self.pairs)}

    def line(self):
        sign = "≥" if self.at_least is not None else "≤" if self.at_most is not None else " "
        goal = "" if self.goal is None else f"{sign} {self.goal:g} {'✓' if self.met else '✗'}"
        made = self.document()
        return (f"{self.name:58}{self.ratio:8.2f}{goal:>10}{min(self.rounds):8.2f}{max(self.rounds):8.2f}"
                f"{made['ours']:13,.2f}{made['theirs']:13,.2f}")


def report(rows, machine, as_json):
    if as_json:
        print(json.dumps({"machine": machine, "rows": [row.document() for row in rows]}, ensure_ascii=False, indent=2))
        return
    print(" · ".join(f"{key} {value}" for key, value in machine.items()))
    print(f"{'':58}{'ratio':>8}{'goal':>10}{'lowest':>8}{'highest':>8}{'ours':>13}{'theirs':>13}")
    for row in rows: print(row.line())
