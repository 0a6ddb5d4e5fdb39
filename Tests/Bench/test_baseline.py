"""What deploy/bench baseline calls a change for the worse."""
import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("baseline", ROOT / "deploy/benchmarks/baseline.py")
baseline = importlib.util.module_from_spec(spec)
spec.loader.exec_module(baseline)


def run(value, better): return {"measured": {"commit": "c", "processor": "p", "Swift": "s"}, "rows": {"row": {"value": value, "better": better}}}


@pytest.mark.parametrize("part, better, before, now, isWorse, mark", [
    ("counts", "less", 1000, 1029, False, ""), ("counts", "less", 1000, 1031, True, "WORSE"), ("counts", "less", 1000, 900, False, "better"),
    ("ratios", "more", 1.0, 0.76, False, ""), ("ratios", "more", 1.0, 0.74, True, "WORSE"), ("ratios", "more", 1.0, 1.3, False, "better"),
    ("ratios", "less", 1.0, 1.3, True, "WORSE")])
def test_worse_is_what_goes_beyond_the_tolerance(part, better, before, now, isWorse, mark, capsys):
    assert baseline.compared(part, run(before, better), run(now, better)) is isWorse
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.endswith(mark or "%") and f"{(now / before - 1):+.1%}" in line


def test_a_row_that_is_new_or_gone_is_said_and_worse_than_nothing(capsys):
    before = run(1, "less")
    now = run(1, "less")
    now["rows"] = {"another": {"value": 1, "better": "less"}}
    assert baseline.compared("ratios", before, now) is False
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["row", "another"]
