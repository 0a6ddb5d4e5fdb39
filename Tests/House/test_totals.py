"""What deploy/test says at its end: how many tests there were, and the names of those that failed."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWIFT = """
✔ Test "A day is a day" passed after 0.001 seconds.
✘ Test "Pools do not storm" recorded an issue at PoolTests.swift:12:5: Expectation failed
✘ Test "Pools do not storm" failed after 0.120 seconds with 1 issue.
✘ Test faults(seed:) with 3 test cases failed after 0.4 seconds with 2 issues.
✘ Test run with 4 tests in 2 suites failed after 1.2 seconds with 3 issues.
"""
PYTEST = """
..F.E
=========================== short test summary info ============================
FAILED Tests/House/test_house.py::test_files_stay_small - AssertionError: assert not ['a - b']
FAILED Tests/EndToEnd/test_http.py::test_one[a b] - assert 1 == 2
ERROR Tests/EndToEnd/test_audit.py::test_two
2 failed, 3 passed, 1 error in 12.34s
"""


def counted(log, tmp_path):
    file = tmp_path / "log"
    file.write_text(log)
    script = '. deploy/lib/testing.sh; passed=0 failed=0 failures=(); count "$1"; echo "$passed $failed"; printf "%s\\n" ${failures[@]+"${failures[@]}"}'
    done = subprocess.run(["bash", "-euc", script, "-", file], cwd=ROOT, capture_output=True, text=True, check=True)
    totals, *names = done.stdout.splitlines()
    return totals, [name for name in names if name]


def test_swift_tests_are_counted_and_named(tmp_path):
    assert counted(SWIFT, tmp_path) == ("2 2", ['"Pools do not storm"', "faults(seed:) with 3 test cases"])


def test_pytests_are_counted_and_named(tmp_path):
    assert counted(PYTEST, tmp_path) == ("3 3", ["Tests/House/test_house.py::test_files_stay_small - AssertionError: assert not ['a - b']",
                                                 "Tests/EndToEnd/test_http.py::test_one[a b] - assert 1 == 2",
                                                 "Tests/EndToEnd/test_audit.py::test_two"])


def test_where_nothing_failed_nothing_is_named(tmp_path):
    assert counted("616 passed in 142.91s", tmp_path) == ("616 0", [])
