"""Seeded corruption, a share of the thousand of deploy/corruption: what a superuser changes is found and named."""
import concurrent.futures
import random

import psycopg
import pytest

from corruption import acts, truth
from corruption.campaign import Bench
from corruption.living import Living

SEEDS, CLEAN = range(1, 37), range(6)


@pytest.fixture(scope="module")
def bench():
    living = Living()
    yield Bench(living)
    living.close()


def test_every_table_is_truth_or_excluded_with_a_reason(bench):
    with psycopg.connect(psycopg.conninfo.make_conninfo(bench.registry.server, dbname=bench.living.now)) as connection:
        found = set(truth.tables(connection))
        tables = {name for name, in connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")}
        # A table that nothing was put into is never struck: it would be silently left out.
        empty = {table for table in found if not connection.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone()[0]}
    assert set(truth.NO_TRUTH) <= tables and tables == found | set(truth.NO_TRUTH)
    assert empty <= truth.MAY_BE_EMPTY, empty


def test_every_column_is_in_its_records_seal(bench):
    generator = random.Random(5)
    url = bench.copied(f"{bench.living.now}_columns", bench.living.now)
    unsealed = []
    try:
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            for table, shape in truth.tables(connection).items():
                if table in truth.DERIVED: continue
                cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
                row = cursor.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
                if not row: continue
                digest = lambda: connection.execute("SELECT bit_xor(digest) FROM sealed_records WHERE kind = %s", (table,)).fetchone()
                before = digest()
                for column, kind in shape["columns"].items():
                    if (table, column) in truth.DERIVED_COLUMNS: continue
                    connection.execute("SAVEPOINT column_before")
                    acts.open_identity(connection, table, [column], shape["identity"])
                    for constraint, in connection.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", (table,)).fetchall():
                        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
                    for new in (acts.bent(row[column], kind, generator) for _ in range(40)):
                        if new in (None, row[column]): continue
                        try:
                            with connection.transaction():
                                connection.execute(acts.sql.SQL("UPDATE {} SET {} = %s WHERE {}").format(
                                    acts.sql.Identifier(table), acts.sql.Identifier(column), acts.where(shape["key"], row)), (new,))
                            break
                        except (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation):  # another row has it
                            continue
                    else:
                        raise AssertionError(f"nothing else for {table}.{column}")
                    if digest() == before: unsealed.append(f"{table}.{column}")
                    connection.execute("ROLLBACK TO SAVEPOINT column_before")
    finally:
        bench.dropped(f"{bench.living.now}_columns")
    assert unsealed == []


def test_on_the_untouched_register_there_is_no_finding(bench):
    with concurrent.futures.ThreadPoolExecutor(2) as pool: assert [wrong for wrong in pool.map(bench.clean, CLEAN) if wrong] == []


def test_whatever_is_changed_behind_the_register_is_found_and_named(bench):
    with concurrent.futures.ThreadPoolExecutor(2) as pool: results = list(pool.map(bench.seed, SEEDS))
    assert [result for result in results if result[2]] == []
    assert len({kind for kind, _, _ in results}) >= 5, "the seeds are of one kind"


def test_a_restored_backup_contradicts_the_checkpoint(bench):
    name = f"{bench.living.now}_old"
    url = bench.copied(name, bench.living.earlier)
    try:
        findings = bench.audit(url)["findings"]
        assert any(finding["check"] == "checkpoint" and "truncated" in finding["message"]["en"] for finding in findings), findings
    finally:
        bench.dropped(name)


def test_no_right_and_no_guard_is_changed_unseen(bench):
    """All at once: each has a place of its own."""
    name = f"{bench.living.now}_all"
    url = bench.copied(name, bench.living.now)
    guards = [(statement, place) for _, statement, place in acts.GUARDS if "{" not in place and "{" not in statement.split("$$")[0]]
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement, _ in guards + acts.RIGHTS: connection.execute(statement)
        places = [finding["recordId"] for finding in bench.audit(url)["findings"] if finding["check"] == "guardChanged"]
        assert len(guards) > 15 and [place for _, place in guards + acts.RIGHTS if not any(place in one for one in places)] == []
    finally:
        bench.dropped(name)
