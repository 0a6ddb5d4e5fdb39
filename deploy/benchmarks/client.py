"""Rounds of deploy/bench client: ours and theirs in turns, so that a busy machine is busy for both."""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = Path(__file__).parent / "client-programs"
ROWS = 100_000
TABLE = f"""
CREATE TABLE bench_people (id int PRIMARY KEY, name text NOT NULL, hours int NOT NULL, fee bigint NOT NULL, born date NOT NULL,
    recorded_at timestamptz NOT NULL, complete bool NOT NULL, key uuid NOT NULL);
INSERT INTO bench_people SELECT n, '张小丽' || n, 30 + n % 60, n * 100, date '1980-01-01' + n % 9000,
    timestamptz '2018-01-01' + n * interval '1 second', n % 2 = 0, md5(n::text)::uuid FROM generate_series(1, {ROWS}) n;
CREATE UNLOGGED TABLE bench_copy (LIKE bench_people);
VACUUM (ANALYZE, FREEZE) bench_people;
"""
SELECT = f"\\set id random(1, {ROWS})\nSELECT name, hours FROM bench_people WHERE id = :id;\n"


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--ours", "--pipeline", "--python", "--bin", "--socket", "--port"): parser.add_argument(name, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def output(*command, text=None):
    done = subprocess.run(list(map(str, command)), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


class Bench:
    def __init__(self, asked):
        self.asked = asked
        self.conninfo = f"host={asked.socket} port={asked.port} user=postgres dbname=postgres"
        self.url = f"postgresql://postgres@/postgres?host={asked.socket}&port={asked.port}"
        self.file = f"{asked.socket}/people.copy"
        self.script = f"{asked.socket}/select.sql"
        Path(self.script).write_text(SELECT)
        self.psql(TABLE)
        self.psql(f"COPY bench_people TO '{self.file}'")
        os.environ["BENCH_COPY_FILE"] = self.file

    def psql(self, text):
        return output(f"{self.asked.bin}/psql", self.conninfo, "-qAtX", "-v", "ON_ERROR_STOP=1", text=text)

    # Each gives what was done a second.
    def ours(self, work): return float(output(self.asked.ours, self.conninfo, ROWS, work, self.asked.seconds))

    def asyncpg(self, work):
        return float(output(self.asked.python, PROGRAMS / "asyncpg_side.py", self.url, ROWS, work, self.asked.seconds))

    def pgbench(self, clients):
        # pgbench counts whole seconds with -T; a number of transactions that takes about as long says more.
        rate = getattr(self, f"rate_{clients}", None)
        count = ["-T", "1"] if rate is None else ["-t", str(max(1, round(rate * self.asked.seconds / clients)))]
        text = output(f"{self.asked.bin}/pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(clients, 2), "-f", self.script,
                      *count, self.conninfo)
        rate = float(re.search(r"tps = ([\d.]+) \(without", text).group(1))
        first = not hasattr(self, f"rate_{clients}")
        setattr(self, f"rate_{clients}", rate)
        return self.pgbench(clients) if first else rate

    def pipeline(self): return float(output(self.asked.pipeline, self.conninfo, ROWS, 100, self.asked.seconds).split()[0])

    def copy(self, command, table):
        """psql's own copying, repeated in one session; rows a second."""
        start, rows = time.perf_counter(), 0
        process = subprocess.Popen([f"{self.asked.bin}/psql", self.conninfo, "-AtX", "-v", "ON_ERROR_STOP=1"], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        spent = 0
        while spent < self.asked.seconds:
            process.stdin.write(f"{command}\n\\echo done\n")
            process.stdin.flush()
            while (line := process.stdout.readline()) != "done\n": assert line, "psql ended"
            rows += ROWS
            spent = time.perf_counter() - start
        process.stdin.close()
        process.wait()
        return rows / spent

    def copy_in(self): return self.copy(f"TRUNCATE bench_copy;\n\\copy bench_copy from '{self.file}'", "bench_copy")

    def copy_out(self): return self.copy("\\copy bench_people to '/dev/null'", "bench_people")

    def rows(self):
        """Name, goal of the ratio, ours, theirs."""
        return [
            ("one connection, against pgbench -M prepared", 0.9, lambda: self.ours("single"), lambda: self.pgbench(1)),
            ("32 connections, against pgbench -M prepared", None, lambda: self.ours("concurrent"), lambda: self.pgbench(32)),
            ("one connection, on the reader's thread, against pgbench", 0.9, lambda: self.ours("singleOnReader"), lambda: self.pgbench(1)),
            ("32 connections, on the reader's thread, against pgbench", None, lambda: self.ours("concurrentOnReader"),
             lambda: self.pgbench(32)),
            ("32 callers of a shared pipeline, against pgbench", None, lambda: self.ours("shared"), lambda: self.pgbench(32)),
            ("pipelined by 100, against C on libpq", 0.8, lambda: self.ours("pipelined"), self.pipeline),
            ("one connection, against asyncpg", None, lambda: self.ours("single"), lambda: self.asyncpg("single")),
            ("32 connections, against asyncpg", None, lambda: self.ours("concurrent"), lambda: self.asyncpg("concurrent")),
            ("rows decoded, against asyncpg", 2.0, lambda: self.ours("decoded"), lambda: self.asyncpg("decoded")),
            ("COPY in, against psql", 0.9, lambda: self.ours("copyIn"), self.copy_in),
            ("COPY out, against psql", None, lambda: self.ours("copyOut"), self.copy_out),
        ]


def main():
    asked = parse()
    bench = Bench(asked)
    rows = []
    for name, goal, ours, theirs in bench.rows():
        if asked.only not in name: continue
        pairs = []
        for number in range(asked.rounds):
            print(f"{name}: round {number + 1} of {asked.rounds}", file=sys.stderr)
            # Who goes first changes, so that a machine that slows down favours nobody.
            pairs.append((ours(), theirs()) if number % 2 == 0 else tuple(reversed((theirs(), ours()))))
        rounds = [a / b for a, b in pairs]
        ratio = statistics.median(rounds)
        rows.append({"name": name, "ratio": round(ratio, 3), "goal": goal, "met": None if goal is None else ratio >= goal,
                     "rounds": [round(value, 3) for value in rounds], "oursPerSecond": round(statistics.median(a for a, _ in pairs)),
                     "theirsPerSecond": round(statistics.median(b for _, b in pairs))})
    if asked.json:
        print(json.dumps({"rows": rows}, ensure_ascii=False))
        return
    print(f"{'':57}{'ratio':>7}{'goal':>7}{'lowest':>8}{'highest':>8}{'ours/s':>11}{'theirs/s':>11}")
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:.1f} {'✓' if row['met'] else '✗'}"
        print(f"{row['name']:57}{row['ratio']:7.2f}{goal:>7}{min(row['rounds']):8.2f}{max(row['rounds']):8.2f}"
              f"{row['oursPerSecond']:11,}{row['theirsPerSecond']:11,}")


main()
