"""Rounds of deploy/bench table."""
import argparse
import json
import os
import platform
import signal
import subprocess
import sys

from city import City
from decisions import Decisions
from desk import Desk
from eligibility import Eligibility
from tree import Tree
from turns import report
from wholes import Wholes


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--bin", "--folder", "--python"): parser.add_argument(name, required=True)
    for name in ("--port", "--peer-port", "--learners", "--rounds", "--long-rounds"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def machine(city):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return {"learners": f"{city.asked.learners:,}", "cores": os.cpu_count(), "processor": model,
            "PostgreSQL": city.psql("SHOW server_version").split()[0],
            "kernel": platform.release(), "Swift": subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.split("\n")[0]}


def main():
    asked = parse()
    # Whoever ends this program ends the daemon.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    city = City(asked)
    city.serve()
    try:
        share = max(1, asked.learners // 100_000)
        wholes = Wholes(city)
        decisions = Decisions(city, count=min(6400, 640 * share, asked.learners // 100 // 32 * 32), batches=min(4, share), size=min(500, asked.learners // 200))
        desk = Desk(city, asked.seconds, wholes)
        # Last what makes the city larger than was asked.
        measured = (Eligibility(city, asked.seconds).rows() + decisions.rows() + desk.rows() + Tree(city).rows() + wholes.rows()
                    + desk.importing() + wholes.importing())
        rows = [row for row in measured if asked.only in row.name]
        for row in rows:
            row.run(asked.long_rounds if row.is_long else asked.rounds)
            print(row.line(), file=sys.stderr)
        # No correctness check was skipped in what was measured.
        found = json.loads(city.ceregistry("audit", "--full", "--json", allowed=(0, 1)))
        wrong = [one for one in found["findings"] if one["severity"] == "error"]
        assert found["totals"]["errors"] == 0, f"{found['totals']}: {wrong[:5]}"
        report(rows, {**machine(city), "audit": f"{found['totals']['errors']} errors"}, asked.json)
    finally:
        city.stop()


if __name__ == "__main__": main()
