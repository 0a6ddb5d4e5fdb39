"""deploy/bench over a small city: every row of the table is measured, and what was measured is right. Nothing is said of time, which a
busy machine decides."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS = 1
# The rows of the table, by how their names begin.
ROWS = ["eligibility by HTTP, 32 clients", "eligibility by HTTP, against FastAPI", "decisions one by one by HTTP", "50 decisions in one call",
        "search by the first character", "search by a part of a name", "start of the daemon", "the daemon's memory",
        "tree and checkpoint", "full audit", "audit with nothing changed", "bulletin as of a day", "import of as many new learners"]


@pytest.fixture(scope="module")
def document():
    """What one run printed; with its last words where it failed. Fewer than 10,000 learners are too few for claims to be made of."""
    done = subprocess.run([ROOT / "deploy/bench", "--learners", "10000", "--rounds", str(ROUNDS), "--seconds", "1", "--json"], cwd=ROOT,
                          env=os.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_measured_as_often_as_was_asked(document, name):
    rows = [row for row in document["rows"] if row["name"].startswith(name)]
    assert len(rows) == 1, [row["name"] for row in document["rows"]]
    row = rows[0]
    assert len(row["rounds"]) == ROUNDS and all(ratio > 0 for ratio in row["rounds"])
    assert row["ratio"] > 0 and row["ours"] > 0 and row["theirs"] > 0
    assert row["goal"] is None or isinstance(row["goal"], (int, float)) and row["goal"] > 0
    assert row["met"] is None if row["goal"] is None else isinstance(row["met"], bool)


def test_no_row_goes_unmentioned(document):
    assert [row["name"] for row in document["rows"] if not row["name"].startswith(tuple(ROWS))] == []


def test_the_run_says_where_it_was_measured(document):
    machine = document["machine"]
    assert machine["learners"] == "10,000" and machine["cores"] == os.cpu_count()
    assert all(machine[name] for name in ("processor", "kernel", "PostgreSQL", "Swift"))


def test_the_audit_after_it_found_nothing(document):
    assert document["machine"]["audit"] == "0 errors"
