"""Rounds of deploy/bench log: everything measured side by side, so that a busy machine is busy for all of it."""
import argparse
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import time

from exported_leaves import leaves

# Invented entries, as many as are asked for, with their openings, waiting for their leaves.
RECORDS = """
SET session_replication_role = replica;
CREATE TEMPORARY TABLE made AS SELECT gen_random_uuid() AS id, g AS number FROM generate_series({first}, {last}) g;
INSERT INTO register_entries (id, entry_number, kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision,
                              completion_record_id, recognized_by, recognized_on, recorded_by)
OVERRIDING SYSTEM VALUE
SELECT id, number, 'recognition', id, 2017 + number % 2, 'online', 30, id, id, 'recognize', id, 'county:511823', '2018-01-10',
       '00000000-0000-4000-8000-000000000001' FROM made;
INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name)
SELECT 'entry', id, gen_random_bytes(32), id, '学员' || number, '511823198501010000', gen_random_bytes(32),
       '00000000-0000-4000-8000-000000000001', 'officer-511823', '县局经办' FROM made;
INSERT INTO log_queue (kind, record_id) SELECT 'entry', id FROM made ORDER BY number;
ANALYZE register_entries, log_openings, log_queue;
"""


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--psql", "--files"): parser.add_argument(name, required=True)
    for name in ("--leaves", "--rounds"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def run(*command):
    """Seconds, peak resident bytes and standard output."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command}: {process.returncode}"
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


def hashed(file):
    """Seconds for SHA-256 over a file's bytes, without the time to read them."""
    digest, spent = hashlib.sha256(), 0
    with open(file, "rb") as content:
        while piece := content.read(1 << 24):
            start = time.perf_counter()
            digest.update(piece)
            spent += time.perf_counter() - start
    return spent


def main():
    asked = parse()
    files = pathlib.Path(asked.files)
    sql = lambda text: run(asked.psql, os.environ["DATABASE_URL"], "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text)
    program = lambda *words: run(asked.program, *words)
    program("migrate")
    program("log", "key", "generate", "--origin", "bench.example/log")
    program("log", "checkpoint")
    sql(RECORDS.format(first=1, last=asked.leaves))
    once = {"integrate": program("log", "checkpoint")[0]}
    sql("VACUUM (ANALYZE) log_leaves, register_entries, log_openings")
    export = files / "export"
    once["export"] = program("log", "export", export, "--public")[0]
    key = (export / "keys").read_text().split()[1]
    # In a file, since a child's peak memory begins with its parent's.
    content = files / "leaves"
    with open(content, "wb") as out: count = sum(out.write(leaf) for leaf in leaves(export))
    times = {name: [] for name in ("sha256", "tree", "checkpoint", "live")}
    peak = {}
    for number in range(asked.rounds):
        times["sha256"].append(hashed(content))
        sql(RECORDS.format(first=asked.leaves + 1 + number, last=asked.leaves + 1 + number))
        for name, words in (("tree", ("verify", export, "--public-key", key)), ("checkpoint", ("log", "checkpoint")),
                            ("live", ("log", "verify"))):
            seconds, memory, _ = program(*words)
            times[name].append(seconds)
            peak[name] = max(peak.get(name, 0), memory)
    unit = statistics.median(times["sha256"])
    result = {"leaves": asked.leaves, "bytes": count, "rounds": asked.rounds,
              "ratiosToOneSHA256": {name: {"median": round(statistics.median(of) / unit, 2), "least": round(min(of) / unit, 2),
                                           "most": round(max(of) / unit, 2)} for name, of in times.items()},
              "onceRatios": {name: round(seconds / unit, 2) for name, seconds in once.items()},
              "peakMemoryMB": {name: round(size / 1e6, 1) for name, size in peak.items()}}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.leaves} leaves, {count / 1e6:.0f} MB; times in units of one SHA-256 over the same bytes")
    for name, ratio in result["ratiosToOneSHA256"].items():
        print(f"  {name:11} {ratio['median']:8.2f}   ({ratio['least']:.2f} to {ratio['most']:.2f})   {result['peakMemoryMB'].get(name, '')}")
    for name, ratio in result["onceRatios"].items(): print(f"  {name:11} {ratio:8.2f}   (once)")


main()
