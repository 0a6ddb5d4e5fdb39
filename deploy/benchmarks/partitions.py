"""deploy/bench partitions: the same register in one table and in partitions by subject year, each step in turns in both databases."""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import time

PLAIN, BY_YEAR = "postgres", "by_year"
# The notice's last year; years before the two that the city has are opening entries (Q10).
LAST = 2018
OPENINGS = """INSERT INTO register_entries (kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by)
SELECT 'opening', l.id, {year}, 'online', 30, 'B-{year}', 'city', '2018-12-01', (SELECT id FROM users WHERE role = 'cityOfficer' ORDER BY id LIMIT 1)
FROM learners l WHERE l.merged_into IS NULL AND NOT EXISTS (SELECT FROM register_entries e WHERE e.learner_id = l.id AND e.subject_year = {year}) ORDER BY l.id {limit}"""
PEOPLE = """CREATE TABLE bench_people AS SELECT row_number() OVER ()::int AS n, id FROM (SELECT id FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 5000) p;
CREATE UNIQUE INDEX ON bench_people (n);
CREATE TABLE bench_claims AS SELECT row_number() OVER ()::int AS n, c.id FROM claims c JOIN learners l ON l.id = c.learner_id
WHERE c.state = 'submitted' AND c.routed_to = 'city' AND c.flags = '{}'
AND NOT EXISTS (SELECT FROM standing_entries s WHERE s.learner_id = coalesce(l.merged_into, l.id) AND s.subject_year = c.subject_year);
CREATE UNIQUE INDEX ON bench_claims (n); GRANT SELECT ON bench_people, bench_claims TO ceregistry_daemon"""
COUNT = """SELECT l.area, e.mode, count(DISTINCT coalesce(l.merged_into, l.id)), sum(e.hours) FROM register_entries e JOIN learners l ON l.id = e.learner_id
LEFT JOIN reversals r ON r.entry_id = e.id WHERE e.subject_year = 2017 AND r.entry_id IS NULL GROUP BY 1, 2"""
# Bare copies: the register refuses both, by its triggers and because what stands refers to its entries.
SCRATCH = """CREATE TABLE bench_entries (LIKE register_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS) {partition};
{parts}
INSERT INTO bench_entries SELECT * FROM register_entries;
ALTER TABLE bench_entries ADD PRIMARY KEY (id{year}), ADD UNIQUE (claim_id{year}), ADD UNIQUE (decision_id{year}), ADD UNIQUE (entry_number{year});
CREATE INDEX ON bench_entries (learner_id, subject_year);"""


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--binaries", "--folder", "--server", "--sources"): parser.add_argument(name, required=True)
    for name in ("--learners", "--years", "--rounds", "--requests"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, asked):
        self.asked, self.found = asked, {}
        self.first = LAST - asked.years + 1
        self.officer = self.psql(PLAIN, "SELECT id FROM users WHERE role = 'cityOfficer' ORDER BY id LIMIT 1")

    def psql(self, database, *statements):
        commands = [part for statement in statements for part in ("-c", statement)]
        return subprocess.run([f"{self.asked.binaries}/psql", f"{self.asked.server}/{database}", "-qAtX", "-v", "ON_ERROR_STOP=1", *commands],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def timed(self, database, *statements):
        """Seconds in the last of the statements."""
        output = self.psql(database, *statements[:-1], r"\timing on", r"\o /dev/null", statements[-1])
        return float(re.findall(r"Time: ([\d.]+) ms", output)[-1]) / 1000

    def program(self, database, *arguments):
        started = time.perf_counter()
        done = subprocess.run([self.asked.program, *arguments], env={**os.environ, "DATABASE_URL": f"{self.asked.server}/{database}"}, stdout=subprocess.DEVNULL)
        assert done.returncode in (0, 1), arguments
        return time.perf_counter() - started

    def keep(self, name, database, seconds): self.found.setdefault(name, {}).setdefault(database, []).append(seconds)

    def in_turns(self, name, measure, turn=0):
        for database in ((PLAIN, BY_YEAR) if turn % 2 == 0 else (BY_YEAR, PLAIN)): self.keep(name, database, measure(database))

    # What a round asks

    def source(self, file, name):
        """A statement of the store, from its source, so that what is measured is what runs."""
        return re.search(rf'{name} = """\n(.*?)\n        """', (pathlib.Path(self.asked.sources) / file).read_text(), re.S)[1]

    def history(self): return "SELECT * FROM person_history(:id::uuid, NULL)"

    def decision(self):
        values = {1: "ARRAY[:id::uuid]", 2: "'recognize'", 3: "NULL::text", 4: "'{}'::jsonb", 5: "'2018-12-31'::date", 6: f"'{self.officer}'::uuid", 7: "'city'",
                  8: "NULL::uuid", 9: "NULL::text", 10: "NULL::bytea", 11: "'cityOfficer'", 12: "'bench'"}
        return re.sub(r"\$(\d+)", lambda hit: values[int(hit[1])], self.source("Claims/DecisionStatement.swift", "static let sql"))

    def standing(self):
        text = (pathlib.Path(self.asked.sources) / "Bulletin/YearStatusQuery.swift").read_text()
        query = re.search(r'func sql\(on day: String\) -> String \{\n        """\n(.*?)\n        """', text, re.S)[1].replace("\\(day)", "'2018-12-31'::date")
        return f"SELECT year, status, count(*) FROM ({query}) s GROUP BY 1, 2"

    def pgbench(self, database, name, table, statement, around=("", "")):
        """Seconds for one, what pgbench's own picking costs included in both."""
        count = self.psql(database, f"SELECT count(*) FROM {table}")
        file = pathlib.Path(self.asked.folder) / f"{name}.sql"
        file.write_text(f"\\set n random(1, {count})\nSELECT id FROM {table} WHERE n = :n\n\\gset\n{around[0]}{statement.rstrip()};\n{around[1]}")
        settings = f"-c role=ceregistry_daemon -c ceregistry.role=cityOfficer -c ceregistry.authority=city -c ceregistry.user_id={self.officer}"
        output = subprocess.run([f"{self.asked.binaries}/pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(self.asked.requests), "-f", str(file),
                                 f"{self.asked.server}/{database}"], check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "PGOPTIONS": settings}).stdout
        return float(re.search(r"latency average = ([\d.]+) ms", output)[1]) / 1000

    # The steps

    def prepare(self):
        self.psql(PLAIN, "SET ROLE ceregistry_owner", OPENINGS.format(year=self.first, limit="LIMIT 1"), PEOPLE, "RESET ROLE", "VACUUM ANALYZE")  # the first year, so that it has a partition
        self.psql("template1", f"CREATE DATABASE {BY_YEAR} TEMPLATE {PLAIN} STRATEGY file_copy")
        self.conversion = {"entries": int(self.psql(PLAIN, "SELECT count(*) FROM register_entries")), "seconds": round(self.program(BY_YEAR, "migrate", "--partition-by-year"), 2)}

    def load_years(self):
        for turn, year in enumerate(range(self.first, LAST - 1)):
            self.in_turns("loading one more year", lambda database: self.timed(database, OPENINGS.format(year=year, limit="")), turn)
        for database in (PLAIN, BY_YEAR): self.psql(database, "VACUUM (ANALYZE, FREEZE)", "ANALYZE register_entries", "CHECKPOINT")

    def sizes(self):
        sizes = {}
        for database in (PLAIN, BY_YEAR):
            row = self.psql(database, """SELECT sum(pg_table_size(t.oid)), sum(pg_indexes_size(t.oid)), (SELECT count(*) FROM register_entries) FROM pg_class t
                WHERE t.relkind = 'r' AND (t.oid = 'register_entries'::regclass OR t.relnamespace = to_regnamespace('register_years'))""").split("|")
            table, indexes, entries = map(int, row)
            sizes[database] = {"entries": entries, "tableBytesPerEntry": round(table / entries, 1), "indexBytesPerEntry": round(indexes / entries, 1)}
        claims = int(self.psql(BY_YEAR, "SELECT pg_relation_size('claim_and_its_year')")) / max(1, int(self.psql(BY_YEAR, "SELECT count(*) FROM claims")))
        return {"oneTable": sizes[PLAIN], "byYear": {**sizes[BY_YEAR], "moreIndexBytesPerClaim": round(claims, 1)},
                "byYearLargestIndexBytes": int(self.psql(BY_YEAR, "SELECT max(pg_relation_size(indexrelid)) FROM pg_index i "
                                                         "JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'register_years'::regnamespace")),
                "oneTableLargestIndexBytes": int(self.psql(PLAIN, "SELECT max(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid = 'register_entries'::regclass"))}

    def rounds(self):
        history, decision, standing = self.history(), self.decision(), self.standing()
        for turn in range(self.asked.rounds + 1):
            if turn == 1: self.found = {name: kept for name, kept in self.found.items() if name.startswith(("loading", "audit"))}  # the first only warms up
            self.in_turns("history of one person", lambda database: self.pgbench(database, "history", "bench_people", history), turn)
            self.in_turns("decision, rolled back", lambda database: self.pgbench(database, "decision", "bench_claims", decision, ("BEGIN;\n", "ROLLBACK;\n")), turn)
            self.in_turns("count of one year", lambda database: self.timed(database, COUNT), turn)
            self.in_turns("standing of everybody", lambda database: self.timed(database, standing), turn)
            # Decisions that were rolled back left dead rows in the last year, as erasures and failures do.
            self.in_turns("vacuum after them", lambda database: self.timed(database, "VACUUM (FREEZE, INDEX_CLEANUP ON) register_entries" if database == PLAIN else
                                                                          "VACUUM (FREEZE, INDEX_CLEANUP ON) register_years.year_2018"), turn)

    def let_go(self):
        """A year that is over, to other storage and away; each once."""
        year = LAST - 1
        self.psql(PLAIN, f"CREATE TABLESPACE closed LOCATION '{self.asked.folder}/closed'")
        relations = lambda database, table: self.psql(database, f"SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '{table}'::regclass").split()
        for database, table in ((PLAIN, "register_entries"), (BY_YEAR, f"register_years.year_{year}")):
            moves = [f"ALTER TABLE {table} SET TABLESPACE closed", *(f"ALTER INDEX {index} SET TABLESPACE closed" for index in relations(database, table))]
            self.keep("moving what a year is in", database, sum(self.timed(database, move) for move in moves))
        parts = "\n".join(f"CREATE TABLE bench_{y} PARTITION OF bench_entries FOR VALUES FROM ({y}) TO ({y + 1});" for y in range(self.first, LAST + 1))
        rest = f"CREATE TABLE bench_rest PARTITION OF bench_entries FOR VALUES FROM (MINVALUE) TO ({self.first});"
        rest += f"CREATE TABLE bench_later PARTITION OF bench_entries FOR VALUES FROM ({LAST + 1}) TO (MAXVALUE);"
        self.psql(PLAIN, SCRATCH.format(partition="", parts="", year=""))
        self.psql(BY_YEAR, SCRATCH.format(partition="PARTITION BY RANGE (subject_year)", parts=parts + rest, year=", subject_year"))
        for database in (PLAIN, BY_YEAR): self.psql(database, "VACUUM ANALYZE bench_entries")
        self.keep("taking a year away", PLAIN, self.timed(PLAIN, f"DELETE FROM bench_entries WHERE subject_year = {year}") + self.timed(PLAIN, "VACUUM bench_entries"))
        self.keep("taking a year away", BY_YEAR, self.timed(BY_YEAR, f"ALTER TABLE bench_entries DETACH PARTITION bench_{year} CONCURRENTLY"))

    def line_of_the_access_log(self):
        """Bytes of one, with its indexes, as an answer at the counter writes it."""
        size = lambda: int(self.psql(PLAIN, "SELECT pg_total_relation_size('access_log')"))
        before = size()
        self.psql(PLAIN, f"""INSERT INTO access_log (user_id, role, authority, action, learner_id, outcome, request_id)
            SELECT '{self.officer}', 'clerk', 'city', 'readEligibility', id, 'allowed', left(md5(id::text), 16) FROM learners, generate_series(1, 5)""")
        return round((size() - before) / (5 * int(self.psql(PLAIN, "SELECT count(*) FROM learners"))), 1)

    def audits(self):
        """Of the city as it came, before entries are added that no act on the access log explains."""
        for turn in range(2): self.in_turns("audit --full of the city", lambda database: self.program(database, "audit", "--full", "--json"), turn)


def main():
    asked = parse()
    bench = Bench(asked)
    bench.prepare()
    bench.audits()
    bench.load_years()
    sizes = bench.sizes()
    bench.rounds()
    bench.let_go()
    median = lambda values: statistics.median(values)
    ways = {}
    for name, kept in bench.found.items():
        ratios = [by_year / plain for plain, by_year in zip(kept[PLAIN], kept[BY_YEAR])]
        ways[name] = {"oneTableMs": round(median(kept[PLAIN]) * 1000, 3), "byYearMs": round(median(kept[BY_YEAR]) * 1000, 3),
                      "ratio": round(median(ratios), 3), "least": round(min(ratios), 3), "most": round(max(ratios), 3), "of": len(ratios)}
    line = bench.line_of_the_access_log()
    result = {"learners": asked.learners, "accessLogBytesPerLine": line, "years": asked.years, "conversion": bench.conversion, "sizes": sizes, "ways": ways}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.learners} learners, {asked.years} years, {sizes['oneTable']['entries']} entries; conversion of the first {bench.conversion['entries']} took {bench.conversion['seconds']} s")
    print(f"  {'':26} {'one table':>12} {'by year':>12}   by year to one table")
    for name, way in ways.items():
        print(f"  {name:26} {way['oneTableMs']:9.2f} ms {way['byYearMs']:9.2f} ms   {way['ratio']:.2f} ({way['least']:.2f} to {way['most']:.2f}, {way['of']})")
    for name in ("oneTable", "byYear"): print(f"  {name}: {sizes[name]['tableBytesPerEntry']} bytes of table and {sizes[name]['indexBytesPerEntry']} of indexes an entry")
    print(f"  largest index: {sizes['oneTableLargestIndexBytes'] / 1e6:.1f} MB in one table, {sizes['byYearLargestIndexBytes'] / 1e6:.1f} MB by year; "
          f"{sizes['byYear']['moreIndexBytesPerClaim']} bytes more a claim; a line of the access log has {line} bytes")


main()
