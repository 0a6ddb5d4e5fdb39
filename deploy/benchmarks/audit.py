"""Rounds of deploy/bench audit: everything measured side by side, so that a busy machine is busy for all of it."""
import argparse
import collections
import json
import os
import re
import statistics
import subprocess
import time

# One aggregate over the records that the audit looks at: how many there are of each learner.
AGGREGATE = """
SELECT count(*), max(n) FROM (SELECT key, count(*) AS n FROM (
    SELECT id AS key FROM learners UNION ALL SELECT learner_id FROM learner_id_numbers UNION ALL SELECT learner_id FROM employments
    UNION ALL SELECT learner_id FROM completion_records UNION ALL SELECT learner_id FROM claims
    UNION ALL SELECT c.learner_id FROM claim_events v JOIN claims c ON c.id = v.claim_id
    UNION ALL SELECT c.learner_id FROM claim_routings g JOIN claims c ON c.id = g.claim_id
    UNION ALL SELECT c.learner_id FROM decisions d JOIN claims c ON c.id = d.claim_id
    UNION ALL SELECT learner_id FROM register_entries UNION ALL SELECT learner_id FROM standing_entries
    UNION ALL SELECT learner_id FROM excuses UNION ALL SELECT learner_id FROM certificates) r GROUP BY key) s
"""
# A night's work: claims that were touched, here and there.
CHANGE = "UPDATE claims SET version = version + 1 WHERE id IN (SELECT id FROM claims ORDER BY md5(id::text || '{}') LIMIT {})"


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--psql"): parser.add_argument(name, required=True)
    for name in ("--learners", "--rounds", "--changes"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--log", help="the server's own log: with it the rounds are followed by where one full run spends its time")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def run(*command, allowed=(0,)):
    """Seconds, peak resident bytes and standard output."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in allowed, f"{command}: {process.returncode}"
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


def shares(log):
    """Of the server's time for one run, each check's and each other statement's part, the largest first."""
    spent, under_way = collections.Counter(), {}
    for entry in re.split(r"^(?=\d{4}-\d\d-\d\d )", log, flags=re.M):
        match = re.match(r"\S+ \S+ \w+\[(\d+)\]LOG:  duration: ([\d.]+) ms  \w+ [^:]*: (.*)", entry, re.S)
        if not match: continue
        process, milliseconds, text = match.groups()
        # A check is a cursor, its rows are fetched from it.
        if named := re.search(r"DECLARE found .*?chr\(31\), '(\w+)'", text, re.S): under_way[process] = named.group(1)
        words = " ".join(text.split())
        spent[under_way[process] if "found" in words.split("FOR")[0] and process in under_way else words[:60]] += float(milliseconds)
    return [(name, milliseconds / spent.total()) for name, milliseconds in spent.most_common()]


def main():
    asked = parse()
    sql = lambda text: run(asked.psql, os.environ["DATABASE_URL"], "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text)
    audit = lambda *more: run(asked.program, "audit", "--json", *more, allowed=(0, 1))
    times = {name: [] for name in ("aggregate", "full", "unchanged", "changed")}
    peak, persons, findings = 0, 0, set()
    for number in range(asked.rounds):
        times["aggregate"].append(sql(AGGREGATE)[0])
        for name, more in (("full", ["--full"]), ("unchanged", []), ("changed", [])):
            if name == "changed": sql(CHANGE.format(number, asked.changes))
            seconds, memory, output = audit(*more)
            report = json.loads(output)
            assert report["kind"] == ("full" if name == "full" else "incremental"), report["kind"]
            times[name].append(seconds)
            findings.add(report["totalFindings"])
            peak = max(peak, memory)
            persons = max(persons, report.get("persons", 0))
    unit = statistics.median(times["aggregate"])
    result = {"learners": asked.learners, "rounds": asked.rounds, "changedClaims": asked.changes, "personsLookedAt": persons,
              "peakMemoryMB": round(peak / 1e6, 1), "findings": sorted(findings),
              "ratiosToOneAggregate": {name: {"median": round(statistics.median(of) / unit, 2),
                                              "least": round(min(of) / unit, 2), "most": round(max(of) / unit, 2)}
                                       for name, of in times.items()}}
    if asked.log:
        sql("ALTER SYSTEM SET log_min_duration_statement = 0")
        sql("SELECT pg_reload_conf(), pg_sleep(1)")
        start = os.path.getsize(asked.log)
        os.environ["CEREGISTRY_AUDIT_CONNECTIONS"] = "1"
        audit("--full")
        with open(asked.log, errors="replace") as log:
            log.seek(start)
            result["shares"] = {name: round(share, 4) for name, share in shares(log.read())}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.learners} learners, {asked.rounds} rounds; times in units of one aggregate over the same tables")
    for name, ratio in result["ratiosToOneAggregate"].items():
        print(f"  {name:10} {ratio['median']:8.2f}   ({ratio['least']:.2f} to {ratio['most']:.2f})")
    print(f"  {asked.changes} claims touched: {persons} persons looked at; peak memory of the program {result['peakMemoryMB']} MB")
    for number, (name, share) in enumerate(result.get("shares", {}).items()):
        if number < 25: print(f"  {share:6.1%}  {name}")


main()
