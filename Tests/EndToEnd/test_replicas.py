"""A streaming replica answers what may be some seconds old, never older, and nobody's request fails for its sake."""
import time

import psycopg
import pytest

from cluster import Cluster
from daemons import eventually
from registry import Registry

BOUND = 2


@pytest.fixture(scope="module")
def replicated():
    cluster = Cluster()
    replica = cluster.replica()
    registry = Registry(server=cluster.url, CEREGISTRY_REPLICA_STALENESS_SECONDS=str(BOUND))
    registry.extra["CEREGISTRY_REPLICA_DATABASE_URL"] = psycopg.conninfo.make_conninfo(replica.url, dbname=registry.database)
    registry.cluster, registry.replica = cluster, replica
    registry.add_bureau_users(["511823"])
    registry.start()
    yield registry
    registry.stop(kill=True)
    replica.remove()
    cluster.remove()


@pytest.fixture(scope="module")
def learned(replicated):
    """Somebody with a recognized year, and somebody without."""
    replicated.unit = replicated.employer()
    first, _ = replicated.learner(replicated.unit), replicated.learner(replicated.unit, name="李四")
    replicated.decide(replicated.claim(first), "county-511823")
    return replicated


def bulletin(registry, day="2018-01-09"):
    answer = registry.as_("city").get("/api/v1/bulletin", params={"asOf": day})
    assert answer.status_code == 200, answer.text
    return answer.json()


def answered(registry):
    """How many reads the replica answered, and how many the primary in its place."""
    lines = registry.as_("city").get("/metrics").text.splitlines()
    return tuple(next((int(float(line.rsplit(" ", 1)[1])) for line in lines if line.startswith(f'ceregistry_replica_reads_total{{by="{by}"}}')), 0)
                 for by in ("replica", "primary"))


def by_replica(registry, day="2018-01-09"):
    before = answered(registry)
    return bulletin(registry, day), answered(registry)[0] - before[0]


def on_replica(registry, statement):
    with psycopg.connect(registry.replica.url, autocommit=True) as connection: connection.execute(statement)


def owed(document):
    return sum(year["total"]["owed"] for year in document["years"])


def test_a_day_gone_by_is_counted_on_the_replica_as_the_primary_would(learned):
    document = eventually(lambda: next((found for found, count in [by_replica(learned)] if count == 1), None))
    assert document and owed(document) > 0
    # The primary's own answer, by the command line without a replica.
    own = learned.cli_json("bulletin", "--as-of", "2018-01-09", "--as", "city", CEREGISTRY_REPLICA_DATABASE_URL="")
    assert document == own


def test_who_asked_stands_on_the_primarys_access_log(learned):
    before = learned.sql("SELECT count(*) FROM access_log WHERE action = 'readBulletin'")[0][0]
    assert eventually(lambda: by_replica(learned)[1] == 1)
    assert learned.sql("SELECT count(*) FROM access_log WHERE action = 'readBulletin'")[0][0] > before


def test_today_and_the_counter_are_asked_of_the_primary(learned):
    before = answered(learned)
    bulletin(learned, "2018-01-10")
    learned.eligibility(learned.learner(learned.unit, name="王五"))
    assert answered(learned) == before


def test_an_export_is_the_same_from_either(learned):
    own = learned.cli("export", "learners", "--as", "city", CEREGISTRY_REPLICA_DATABASE_URL="").stdout
    time.sleep(0.5)
    assert learned.cli("export", "learners", "--as", "city").stdout == own and own.count("\n") > 2


def test_a_replica_beyond_the_bound_is_not_asked(learned):
    assert eventually(lambda: by_replica(learned)[1] == 1)
    on_replica(learned, "SELECT pg_wal_replay_pause()")
    try:
        before = owed(bulletin(learned))
        learned.learner(learned.unit, name="赵六")
        time.sleep(BOUND + 0.5)
        document, count = by_replica(learned)
        assert count == 0 and owed(document) == before + 2
    finally:
        on_replica(learned, "SELECT pg_wal_replay_resume()")
    assert eventually(lambda: by_replica(learned)[1] == 1)
    assert owed(bulletin(learned)) == before + 2


def test_a_register_where_nothing_is_written_is_not_taken_for_a_stale_one(learned):
    learned.sql("CHECKPOINT")
    time.sleep(BOUND + 1)
    assert eventually(lambda: by_replica(learned)[1] == 1, 5)


def test_with_the_replica_gone_the_answers_keep_coming_and_back_it_is_asked_again(learned):
    before = bulletin(learned)
    learned.replica.stop("immediate")
    started = time.time()
    for _ in range(10): assert bulletin(learned) == before
    assert time.time() - started < 10
    assert answered(learned)[1] > 0
    learned.replica.start()
    assert eventually(lambda: by_replica(learned)[1] == 1, 30)
