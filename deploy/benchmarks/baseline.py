"""Saves what a run measured, or compares a run with what was saved: instruction counts and the ratios of deploy/bench."""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "sql/policies/2017-87.yaml"
# How often the fixed work is done, so that it is about as much as the program's start. Reading CSV is not among it: its thread makes
# Debian's valgrind (3.19) abort.
WORKS = {"rules": 4, "json": 4, "encode": 60, "decode": 30, "tree": 20}
TOLERANCES = {"counts": 0.03, "ratios": 0.25}
QUICK = ["--learners", "100000", "--rounds", "3", "--seconds", "2"]


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("save", "compare"))
    parser.add_argument("file", type=Path)
    for name in ("--counts", "--ratios"): parser.add_argument(name, action="store_true")
    parser.add_argument("--program", default="")
    parser.add_argument("--table", type=str.split, default=[])
    return parser.parse_args()


def refuse(text):
    """1 says that something became worse."""
    print(text, file=sys.stderr)
    sys.exit(2)


def said(*command): return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def where(): return {"processor": platform.machine(), "Swift": said("swift", "--version").split("\n")[0], "commit": said("git", "describe", "--always", "--dirty")}


# Instruction counts

def executed(program, work, times):
    """Instructions of one run, every thread's. The environment is bare and hashing the same, or runs would differ."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--fair-sched=yes", "--callgrind-out-file=/dev/null", program, POLICY, work, str(times)],
                          env={"PATH": os.environ["PATH"], "SWIFT_DETERMINISTIC_HASHING": "1"}, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found: refuse(done.stderr[-2000:])
    return int(found[1])


def counts(program):
    """Of one doing of each work: what a run costs beyond one that only gets ready."""
    rows = {}
    for work, times in WORKS.items():
        print(f"counting: {work}", file=sys.stderr)
        rows[work] = {"value": round((executed(program, work, times) - executed(program, work, 0)) / times), "better": "less"}
    return {"measured": where(), "rows": rows}


# Ratios

def ratios(options):
    done = subprocess.run([ROOT / "deploy/bench", "--json", *options], stdout=subprocess.PIPE, text=True)
    if done.returncode: refuse("deploy/bench failed")
    document = json.loads(done.stdout)
    return {"measured": {**where(), **document["machine"]}, "options": options,
            "rows": {row["name"]: {"value": row["ratio"], "better": row["better"]} for row in document["rows"]}}


# Before and after

def compared(part, before, now):
    """Prints each row; whether one became worse beyond the tolerance."""
    tolerance, isWorse = TOLERANCES[part], False
    print(f"{part}, before at {before['measured']['commit']} ({tolerance:.0%} is tolerated)")
    for name in ("processor", "Swift"):
        if before["measured"][name] != now["measured"][name]: print(f"  measured with another {name}: {before['measured'][name]}")
    for name in [*before["rows"], *(name for name in now["rows"] if name not in before["rows"])]:
        was, is_ = before["rows"].get(name), now["rows"].get(name)
        if was is None or is_ is None:
            print(f"  {name:68}{'only before' if is_ is None else 'new'}")
            continue
        change = is_["value"] / was["value"] - 1
        worse = change if is_["better"] == "less" else -change
        mark = "WORSE" if worse > tolerance else "better" if worse < -tolerance else ""
        isWorse = isWorse or worse > tolerance
        print(f"  {name:68}{was['value']:>14,}{is_['value']:>14,}{change:>+9.1%}  {mark}".rstrip())
    return isWorse


def main():
    asked = parse()
    kept = json.loads(asked.file.read_text()) if asked.file.exists() else {}
    worse = False
    for part in ("counts", "ratios"):
        if not getattr(asked, part): continue
        if asked.action == "compare" and part not in kept: refuse(f"{asked.file} has no {part}: save them first")
        made = counts(asked.program) if part == "counts" else ratios(asked.table or kept.get(part, {}).get("options", QUICK))
        if asked.action == "compare": worse = compared(part, kept[part], made) or worse
        kept[part] = made
    if asked.action == "save": asked.file.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    sys.exit(1 if worse else 0)


if __name__ == "__main__": main()
