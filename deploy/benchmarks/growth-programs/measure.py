"""One size of deploy/bench growth: each piece of work in turns with a bare statement, in seconds for one."""
import argparse
import http.client
import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "table-programs"))

from city import City  # noqa: E402
from decisions import Decisions  # noqa: E402
from desk import LUA, PREFIXES, Desk  # noqa: E402
from eligibility import Eligibility  # noqa: E402
from main import machine  # noqa: E402
from tree import Tree  # noqa: E402
from turns import Row  # noqa: E402
from wholes import Wholes  # noqa: E402

IMPORTED = 1000
# One earlier year of everybody from a paper certificate, as an import of openings leaves it; `{year}` by generate_series below.
OPENINGS = """
INSERT INTO register_entries (kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by)
SELECT 'opening', l.id, year, 'faceToFace', 30, 'GROWTH-' || year, u.authority, make_date(year, 12, 1), u.id
FROM generate_series({year}, {year}) AS year, learners l JOIN users u ON u.authority = l.area AND u.role <> 'clerk'
WHERE l.merged_into IS NULL LIMIT {count}
"""
FIRST_YEAR = 2015


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--bin", "--folder", "--result"): parser.add_argument(name, required=True)
    for name in ("--port", "--learners", "--entries", "--rounds"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    return parser.parse_args()


class Growth:
    def __init__(self, city, asked):
        self.city, self.asked, self.once = city, asked, {}
        self.wholes, self.tree = Wholes(city), Tree(city)
        # As many as a county of the smallest city has claims for.
        self.decisions = Decisions(city, count=min(200, max(10, asked.learners // 100)), batches=1, size=1)

    def number(self, sql): return int(self.city.psql(sql))

    def bytes(self): return self.number("SELECT pg_database_size(current_database())")

    def entries(self): return self.number("SELECT count(*) FROM register_entries")

    # Before anything is measured

    def fill(self):
        """Up to so many entries, year by year into the past, every trigger at work."""
        def work():
            year, lacking = FIRST_YEAR, self.asked.entries - self.entries()
            while lacking > 0:
                count = min(lacking, self.asked.learners)
                print(f"{count:,} openings of {year}", file=sys.stderr)
                self.city.psql(OPENINGS.format(year=year, count=count))
                year, lacking = year - 1, lacking - count
            self.city.psql("VACUUM (ANALYZE)")
        self.once["fill"] = self.city.seconds(work)

    def prepare(self):
        """The log's first leaves and the audit's first seals are written once for a register."""
        self.once["firstCheckpoint"] = self.city.seconds(self.first_checkpoint)
        self.once["firstAudit"] = self.wholes.audit("--full")

    def first_checkpoint(self):
        self.tree.log("key", "generate", "--origin", "bench.example/log")
        self.tree.log("checkpoint")

    # Over one connection

    def pgbench(self, scripts):
        """Seconds for one, by one client. Of a few scripts: each is prepared at its first use, which would count."""
        scripts = scripts[:8]
        rate = self.city.pgbench(scripts, 1, 100)
        return 1 / self.city.pgbench(scripts, 1, rate * self.asked.seconds)

    def answering(self):
        eligibility = Eligibility(self.city, self.asked.seconds)
        return Row("eligibility", lambda: 1 / self.city.wrk(eligibility.lua(), self.asked.seconds, clients=1),
                   lambda: self.pgbench([eligibility.script]))

    def searching(self):
        desk = Desk(self.city, 0.1, self.wholes)
        desk.pgbench("prefix")
        bodies = ", ".join(f"'{{\"nameBegins\":\"{word}\",\"limit\":20}}'" for word in PREFIXES)
        return Row("search by the first character", lambda: 1 / self.city.wrk(LUA.format(bodies=bodies, token=desk.token), self.asked.seconds, clients=1),
                   lambda: self.pgbench(desk.scripts["prefix"]))

    def decided(self):
        claims = self.decisions.claims[:self.decisions.count]
        connection = http.client.HTTPConnection(self.city.url.removeprefix("http://"))
        connection.connect()
        start = time.perf_counter()
        for claim in claims: self.decide(connection, claim)
        spent = time.perf_counter() - start
        connection.close()
        self.decisions.check(claims)
        return spent / len(claims)

    def decide(self, connection, claim):
        headers = {"Authorization": f"Bearer {self.decisions.token}", "Content-Type": "application/json", "Idempotency-Key": claim}
        connection.request("POST", f"/api/v1/claims/{claim}/decisions", '{"decision":"recognize"}', headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, text

    def deciding(self):
        return Row("a decision", self.decided, lambda: 1 / self.city.pgbench([self.decisions.script], 1, self.decisions.count, "-D", "n=0"),
                   before=self.decisions.before_one)

    def one_more_entry(self):
        self.decisions.make(1)
        self.decide(http.client.HTTPConnection(self.city.url.removeprefix("http://")), self.decisions.claims[0])

    def rows(self):
        wholes, psql = self.wholes, lambda: self.city.seconds(lambda: self.city.psql("SELECT 1"))
        reading = [self.answering(), self.searching(), Row("bulletin", wholes.bulletin, lambda: wholes.bare("2018-11-30"))]
        if self.asked.entries: return reading
        # What changes the register comes after what nothing may have changed for.
        return reading + [Row("full audit", lambda: wholes.audit("--full"), wholes.bare), Row("audit with nothing changed", wholes.audit, wholes.bare),
                          self.deciding(), Row(f"import of {IMPORTED:,} learners", wholes.import_, wholes.copy, before=lambda: wholes.write_file(IMPORTED)),
                          Row("checkpoint after one more entry", lambda: self.city.seconds(lambda: self.tree.log("checkpoint")), psql,
                              before=self.one_more_entry)]

    def document(self, rows):
        for row in rows:
            row.run(self.asked.rounds)
            made = row.document()
            print(f"{row.name}: {made['ours']:g} s, bare {made['theirs']:g} s", file=sys.stderr)
        return {row.name: {"seconds": made["ours"], "bareSeconds": made["theirs"], "ratio": made["ratio"], "rounds": made["rounds"]}
                for row in rows for made in [row.document()]}


def main():
    asked = parse()
    city = City(asked)
    growth = Growth(city, asked)
    loaded = {"loadedEntries": growth.entries(), "loadedBytes": growth.bytes()}
    if asked.entries: growth.fill()
    else: growth.prepare()
    size = {"learners": asked.learners, "entries": growth.entries(), "filled": asked.entries > 0, "bytes": growth.bytes(), **loaded}
    city.serve()
    try:
        operations = growth.document(growth.rows())
    finally:
        city.stop()
    Path(asked.result).write_text(json.dumps({**size, "rounds": asked.rounds, "once": {name: round(spent, 3) for name, spent in growth.once.items()},
                                              "operations": operations, "machine": machine(city)}))


main()
