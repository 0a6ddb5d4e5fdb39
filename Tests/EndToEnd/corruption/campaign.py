"""Runs seeds: a copy of the living register, one act, an audit that must find it and name it.

    python -m corruption.campaign --seeds 1000 --clean 100
"""
import argparse
import concurrent.futures
import json
import pathlib
import random
import re
import subprocess
import sys
import time

import psycopg

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from corruption import acts  # noqa: E402
from corruption.living import Living  # noqa: E402
from registry import BINARY  # noqa: E402


def strike(url, seed):
    """One act of the seed's kind; what PostgreSQL refuses is tried otherwise."""
    generator = random.Random(seed)
    kind = generator.choices(list(acts.KINDS), [share for _, share in acts.KINDS.values()])[0]
    act = acts.KINDS[kind][0]
    if not act: return kind, acts.Struck("an older copy was restored", {"truncated"})
    for _ in range(200):
        try:
            with psycopg.connect(url) as connection: return kind, act(connection, generator)
        except (acts.Harmless, psycopg.errors.IntegrityError, psycopg.errors.DataError, psycopg.errors.DuplicateObject,
                psycopg.errors.RaiseException, psycopg.errors.DependentObjectsStillExist):
            continue
    raise AssertionError(f"seed {seed}: nothing of kind {kind} could be done")


class Bench:
    def __init__(self, living):
        self.living, self.registry = living, living.registry

    def copied(self, name, template):
        with psycopg.connect(self.registry.server, autocommit=True) as connection:
            for attempt in range(100):
                try:
                    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
                    break
                except psycopg.errors.ObjectInUse:
                    if attempt == 99: raise
                    time.sleep(0.05)
        return psycopg.conninfo.make_conninfo(self.registry.server, dbname=name)

    def dropped(self, name):
        with psycopg.connect(self.registry.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def audit(self, url, *arguments):
        environment = {**self.registry.environment(), "DATABASE_URL": url}
        done = subprocess.run([BINARY, "audit", "--json", *arguments], capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode in (0, 1), f"{done.returncode}: {done.stderr}"
        report = json.loads(done.stdout)
        assert done.returncode == (1 if report["totalFindings"] else 0)
        return report

    def tried(self, seed):
        """A seed whose audit could not even end is a failure like any other."""
        try:
            return self.seed(seed)
        except Exception as mistake:
            return "undone", f"{type(mistake).__name__}", str(mistake)

    def seed(self, seed):
        """Nil where the act was found and named; else what is wrong."""
        name = f"{self.living.now}_s{seed}"
        kind = random.Random(seed).choices(list(acts.KINDS), [share for _, share in acts.KINDS.values()])[0]
        url = self.copied(name, self.living.earlier if kind == "backup" else self.living.now)
        try:
            kind, struck = strike(url, seed)
            try:
                report = self.audit(url)
            except AssertionError as mistake:
                return kind, struck.what, f"the audit did not end: {mistake}"
            if not report["findings"]: return kind, struck.what, "not found"
            told = [" ".join([finding["check"], finding["recordId"], finding["message"]["en"]]) for finding in report["findings"]]
            named = any(re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", line) for each in struck.names for line in told)
            return kind, struck.what, None if named else f"not named: {told[:3]}, for {sorted(struck.names)[:6]}"
        finally:
            self.dropped(name)

    def clean(self, number):
        name = f"{self.living.now}_c{number}"
        url = self.copied(name, self.living.now)
        try:
            report = self.audit(url, *(["--full"] if number % 2 else []))
            return None if report["totalFindings"] == 0 else str(report["findings"][:3])
        finally:
            self.dropped(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--clean", type=int, default=100, help="audits of untouched copies")
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", type=int, nargs="+", help="these seeds, and no others")
    asked = parser.parse_args()
    living = Living(asked.learners)
    failures, kinds = [], {}
    try:
        bench = Bench(living)
        with concurrent.futures.ThreadPoolExecutor(asked.workers) as pool:
            for number, wrong in enumerate(pool.map(bench.clean, range(asked.clean))):
                if wrong: failures.append(f"untouched copy {number}: {wrong}")
            seeds = asked.only or range(asked.first, asked.first + asked.seeds)
            for seed, (kind, what, wrong) in zip(seeds, pool.map(bench.tried, seeds)):
                kinds[kind] = kinds.get(kind, 0) + 1
                if wrong:
                    failures.append(f"seed {seed}, {kind}: {what}: {wrong}")
                    print(failures[-1], file=sys.stderr, flush=True)
    finally:
        living.close()
    print(json.dumps({"seeds": sum(kinds.values()), "untouched": asked.clean, "kinds": dict(sorted(kinds.items())), "failures": failures}, ensure_ascii=False, indent=2))
    return 1 if failures else 0


if __name__ == "__main__": sys.exit(main())
