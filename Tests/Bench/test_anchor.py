"""Which of the statements in a server's log belong to the request that was made meanwhile."""
import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("anchor", ROOT / "deploy/benchmarks/table-programs/anchor.py")
anchor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(anchor)

REQUEST = [(1, "SELECT FROM sessions"), (2, "SELECT set_config('role', $1, true)", "$1 = 'clerk'"), (2, "INSERT INTO decisions VALUES ($1, $2)", "$1 = 'it''s', $2 = NULL")]
TAKEN = ["SELECT FROM sessions", "SELECT set_config('role', 'clerk', true)", "INSERT INTO decisions VALUES ('it''s', NULL)"]
OWN = [(3, "BEGIN ISOLATION LEVEL READ COMMITTED"), (3, "SELECT set_config('role', 'auditor', true)"), (3, "SELECT FROM log_leaves"), (3, "COMMIT")]


def log(*executed):
    text = ""
    for connection, sql, *parameters in executed:
        head = f"2026-11-29 22:50:14.801 UTC[{connection}]"
        text += f"{head}LOG:  execute s_1: {sql}\n" + "".join(f"{head}DETAIL:  parameters: {one}\n" for one in parameters)
    return text


def test_a_request_is_taken_with_its_values():
    assert anchor.statements(log(*REQUEST)) == TAKEN


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("own", [OWN, OWN[1:], OWN[2:], OWN[3:], OWN[:3], OWN[:2], OWN[:1], OWN + OWN[:2], OWN[3:] + OWN[:2]])
def test_what_the_daemon_does_by_itself_is_not_wherever_the_log_begins_and_ends(own, at):
    assert anchor.statements(log(*REQUEST[:at], *own, *REQUEST[at:])) == TAKEN


def test_a_transaction_of_the_request_is_taken_whole():
    own = [(1, "BEGIN"), (1, "UPDATE claims"), (1, "COMMIT")]
    assert anchor.statements(log(*own)) == ["BEGIN", "UPDATE claims", "COMMIT"]
