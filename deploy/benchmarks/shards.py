"""deploy/bench shards: one person's reads and writes, and everybody's counts, on one server and on several."""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess

# On every server: what Citus calls reference tables. Then what hangs on a learner, and how it is told whose it is.
EVERYWHERE = ["employers", "policies", "subject_years", "policy_routes"]
OF_PEOPLE = {"learners": "t.id", "learner_id_numbers": "t.learner_id", "employments": "t.learner_id", "excuses": "t.learner_id", "completion_records": "t.learner_id",
             "claims": "t.learner_id", "register_entries": "t.learner_id", "standing_entries": "(SELECT e.learner_id FROM register_entries e WHERE e.id = t.entry_id)",
             "claim_routings": "(SELECT c.learner_id FROM claims c WHERE c.id = t.claim_id)", "claim_events": "(SELECT c.learner_id FROM claims c WHERE c.id = t.claim_id)",
             "decisions": "(SELECT c.learner_id FROM claims c WHERE c.id = t.claim_id)", "reversals": "(SELECT e.learner_id FROM register_entries e WHERE e.id = t.entry_id)"}
# What the fronts show of an entry: the area is its learner's.
SHOWN = """CREATE VIEW entries_of_areas AS SELECT e.*, l.area FROM register_entries e JOIN learners l ON l.id = e.learner_id;
CREATE VIEW entries_counted AS SELECT l.area, e.subject_year, count(*) AS entries, sum(e.hours) AS hours FROM register_entries e JOIN learners l ON l.id = e.learner_id GROUP BY 1, 2"""
COLUMNS = "id uuid DEFAULT gen_random_uuid(), kind text, learner_id uuid, subject_year integer, mode text, hours integer, paper_number text, recognized_by text, recognized_on date, recorded_by uuid"
COUNTED = "shard int, area text, subject_year int, entries bigint, hours bigint"
ONE = "SELECT id, subject_year, mode, hours, recognized_on FROM {} WHERE learner_id = :id ORDER BY recognized_on"
WRITE = """INSERT INTO {} (id, kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by)
VALUES (gen_random_uuid(), 'opening', :id, 1990 + :n % 20, 'online', 30, 'S-' || :paper, 'city', '2018-12-31', '{}')"""
COUNTS = {"one server": "SELECT l.area, e.subject_year, count(*), sum(e.hours) FROM register_entries e JOIN learners l ON l.id = e.learner_id GROUP BY 1, 2 ORDER BY 1, 2",
          "by area, pushed down": "SELECT area, subject_year, count(*), sum(hours) FROM area_entries GROUP BY 1, 2 ORDER BY 1, 2",
          "by learner, rows come": "SELECT area, subject_year, count(*), sum(hours) FROM learner_area_entries GROUP BY 1, 2 ORDER BY 1, 2",
          "by learner, counted there": "SELECT area, subject_year, sum(entries), sum(hours) FROM learner_counts GROUP BY 1, 2 ORDER BY 1, 2"}


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--binaries", "--folder", "--policy"): parser.add_argument(name, required=True)
    for name in ("--port", "--learners", "--shards", "--rounds", "--requests"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, asked):
        self.asked, self.shards = asked, range(1, asked.shards + 1)

    def url(self, port, database): return f"postgresql://postgres@/{database}?host={self.asked.folder}&port={port}"

    def sql(self, port, database, *statements, settings="", check=True):
        commands = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run([f"{self.asked.binaries}/psql", self.url(port, database), "-qAtX", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", *commands],
                              capture_output=True, text=True, env={**os.environ, "PGOPTIONS": settings})
        if check: assert done.returncode == 0, done.stderr
        return done.stdout.strip() if check else done

    def front(self, *statements, **keywords): return self.sql(self.asked.port, "front", *statements, **keywords)
    def city(self, *statements): return self.sql(self.asked.port, "postgres", *statements)

    def copy(self, table, where, port, database):
        columns = self.city(f"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
                            f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped")
        psql = lambda at, of, command: [f"{self.asked.binaries}/psql", self.url(at, of), "-qX", "-v", "ON_ERROR_STOP=1", "-c", command]
        source = subprocess.Popen(psql(self.asked.port, "postgres", f"COPY (SELECT {columns} FROM {table} t WHERE {where}) TO STDOUT"), stdout=subprocess.PIPE)
        subprocess.run(psql(port, database, f"COPY {table} ({columns}) FROM STDIN"), stdin=source.stdout, check=True,
                       env={**os.environ, "PGOPTIONS": "-c session_replication_role=replica"})
        assert source.wait() == 0

    def areas(self):
        """Areas in as many groups as there are servers, the largest first to whoever has least."""
        groups = {shard: [0, []] for shard in self.shards}
        for line in self.city("SELECT area, count(*) FROM learners GROUP BY 1 ORDER BY 2 DESC").splitlines():
            area, people = line.split("|")
            least = min(groups.values(), key=lambda group: group[0])
            least[0] += int(people)
            least[1].append(area)
        return {shard: areas for shard, (_, areas) in groups.items()}

    def prepare(self):
        self.city("CREATE TABLE bench_by_learner (id uuid) PARTITION BY HASH (id)", SHOWN, "CREATE TABLE bench_people AS SELECT row_number() OVER ()::int AS n, id, area FROM "
                  "(SELECT id, area FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 2000) p", "CREATE UNIQUE INDEX ON bench_people (n)", "ANALYZE bench_people")
        self.officer = self.city("SELECT id FROM users WHERE role = 'cityOfficer' ORDER BY id LIMIT 1")
        self.groups = self.areas()
        for shard in self.shards:
            mine = {"by_learner": f"satisfies_hash_partition('bench_by_learner'::regclass, {self.asked.shards}, {shard - 1}, %s)",
                    "by_area": f"(SELECT l.area FROM learners l WHERE l.id = %s) IN ({', '.join(repr(area) for area in self.groups[shard])})"}
            for database, key in mine.items():
                self.sql(shard, "postgres", f"CREATE DATABASE {database}")
                environment = {**os.environ, "DATABASE_URL": self.url(shard, database)}
                subprocess.run([self.asked.program, "migrate"], check=True, env=environment, stderr=subprocess.DEVNULL)
                for table in [*EVERYWHERE, "users"]: self.copy(table, "true", shard, database)
                for table, learner in OF_PEOPLE.items(): self.copy(table, key % learner, shard, database)
                # A sequence is a server's own: each has a range of numbers of its own, or two entries carry one number.
                for table, column in (("register_entries", "entry_number"), ("claim_events", "id")):
                    self.sql(shard, database, f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {shard} * 1000000000::bigint)")
                self.sql(shard, database, SHOWN, "GRANT SELECT ON entries_of_areas, entries_counted TO ceregistry_daemon", "VACUUM ANALYZE")
        self.make_front()

    def make_front(self):
        self.sql(self.asked.port, "template1", "CREATE DATABASE front")
        statements = ["CREATE EXTENSION postgres_fdw", f"CREATE TABLE entries ({COLUMNS}) PARTITION BY HASH (learner_id)",
                      f"CREATE TABLE area_entries ({COLUMNS}, area text) PARTITION BY LIST (area)",
                      f"CREATE TABLE learner_area_entries ({COLUMNS}, area text) PARTITION BY HASH (learner_id)",
                      f"CREATE TABLE learner_counts ({COUNTED}) PARTITION BY LIST (shard)"]
        for shard in self.shards:
            for database in ("by_learner", "by_area"):
                server = f"{database}_{shard}"
                statements += [f"CREATE SERVER {server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS "
                               f"(host '{self.asked.folder}', port '{shard}', dbname '{database}', async_capable 'true', fetch_size '5000')",
                               f"CREATE USER MAPPING FOR postgres SERVER {server} OPTIONS (user 'postgres')",
                               f"CREATE USER MAPPING FOR ceregistry_daemon SERVER {server} OPTIONS (user 'ceregistry_daemon', password_required 'false')"]
            hashed = f"FOR VALUES WITH (MODULUS {self.asked.shards}, REMAINDER {shard - 1}) SERVER by_learner_{shard}"
            listed = ", ".join(repr(area) for area in self.groups[shard])
            statements += [f"CREATE FOREIGN TABLE entries_{shard} PARTITION OF entries {hashed} OPTIONS (table_name 'register_entries')",
                           f"CREATE FOREIGN TABLE learner_area_entries_{shard} PARTITION OF learner_area_entries {hashed} OPTIONS (table_name 'entries_of_areas')",
                           f"CREATE FOREIGN TABLE area_entries_{shard} PARTITION OF area_entries "
                           f"FOR VALUES IN ({listed}) SERVER by_area_{shard} OPTIONS (table_name 'entries_of_areas')",
                           f"CREATE FOREIGN TABLE learner_counts_{shard} ({COUNTED}) SERVER by_learner_{shard} OPTIONS (table_name 'entries_counted_{shard}')",
                           f"ALTER TABLE learner_counts ATTACH PARTITION learner_counts_{shard} FOR VALUES IN ({shard})"]
            self.sql(shard, "by_learner", f"CREATE VIEW entries_counted_{shard} AS SELECT {shard} AS shard, * FROM entries_counted")
        self.front(*statements, "ALTER DATABASE front SET enable_partitionwise_aggregate = on", "GRANT SELECT ON entries TO ceregistry_daemon")
        self.front("CREATE TABLE bench_people (n int PRIMARY KEY, id uuid, area text)")
        people = self.city("SELECT string_agg(format('(%s,%L,%L)', n, id, area), ',') FROM bench_people")
        file = pathlib.Path(self.asked.folder) / "people.sql"
        file.write_text(f"INSERT INTO bench_people VALUES {people}; ANALYZE bench_people;")
        for port, database in ((self.asked.port, "front"), *((shard, "by_learner") for shard in self.shards)):
            if database == "by_learner":
                self.sql(port, database, "CREATE TABLE bench_people (n serial PRIMARY KEY, id uuid)", "INSERT INTO bench_people (id) "
                         "SELECT id FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 2000", "ANALYZE bench_people")
            else:
                subprocess.run([f"{self.asked.binaries}/psql", self.url(port, database), "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(file)], check=True)

    def pgbench(self, port, database, name, statement):
        count = self.sql(port, database, "SELECT count(*) FROM bench_people")
        file = pathlib.Path(self.asked.folder) / f"{name}.sql"
        file.write_text(f"\\set n random(1, {count})\n\\set paper random(1, 1000000000000)\nSELECT id FROM bench_people WHERE n = :n\n\\gset\n{statement};\n")
        output = subprocess.run([f"{self.asked.binaries}/pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(self.asked.requests), "-f", str(file), self.url(port, database)],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        return float(re.search(r"latency average = ([\d.]+) ms", output)[1])

    def timed(self, database, statement):
        output = self.sql(self.asked.port, database, "SET jit = off", r"\timing on", r"\o /dev/null", statement)
        return float(re.findall(r"Time: ([\d.]+) ms", output)[-1])

    def measure(self):
        people = {"one server": (self.asked.port, "postgres", "register_entries"), "by learner, through the front": (self.asked.port, "front", "entries"),
                  "by learner, its own server": (1, "by_learner", "register_entries")}
        times = {"history": {}, "entry": {}, "counts": {}}
        for turn in range(self.asked.rounds + 1):
            order = lambda items: list(items)[turn % len(items):] + list(items)[:turn % len(items)]
            kept = lambda kind, name, value: times[kind].setdefault(name, []).append(value) if turn else None
            for name, (port, database, table) in order(people.items()): kept("history", name, self.pgbench(port, database, "history", ONE.format(table)))
            for name, (port, database, table) in order(people.items()): kept("entry", name, self.pgbench(port, database, "entry", WRITE.format(table, self.officer)))
            for name, statement in order(COUNTS.items()): kept("counts", name, self.timed("postgres" if name == "one server" else "front", statement))
        return times

    # What a plan asks of whom

    def plans(self):
        person, area = self.city("SELECT id || ' ' || area FROM bench_people LIMIT 1").split()
        explained = lambda statement: self.front(f"EXPLAIN (VERBOSE, COSTS OFF) {statement}")
        asked = {"history by learner": explained(f"SELECT * FROM entries WHERE learner_id = '{person}'"),
                 "history by area, area known": explained(f"SELECT * FROM area_entries WHERE learner_id = '{person}' AND area = '{area}'"),
                 "history by area, area not known": explained(f"SELECT * FROM area_entries WHERE learner_id = '{person}'"),
                 "one entry by its id": explained(f"SELECT * FROM entries WHERE id = '{person}'"),
                 **{f"counts {name}": explained(statement) for name, statement in COUNTS.items() if name != "one server"}}
        return {name: {"servers": len(re.findall(r"Foreign Scan", plan)), "asynchronous": "Async Foreign Scan" in plan,
                       "aggregatedThere": "Relations: Aggregate on" in plan or "counts" in plan and "learner_counts" in plan} for name, plan in asked.items()}

    # What does not hold

    def refusals(self):
        ids = [self.sql(shard, "by_learner", "SELECT id FROM bench_people WHERE n = 1") for shard in self.shards]
        write = lambda person, number: ("INSERT INTO entries (kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by) "
                                        f"VALUES ('opening', '{person}', 1980, 'online', 30, 'T-{number}', 'city', '2018-12-31', '{self.officer}')")
        said = lambda done: " ".join(re.sub(r"^.*?ERROR:\s*", "", done.stderr, flags=re.S).split("\nHINT")[0].split("\nLOCATION")[0].split()) if done.returncode else "accepted"
        found = {"unique across servers": said(self.front("CREATE UNIQUE INDEX ON entries (learner_id, id)", check=False)),
                 "foreign key to what is distributed": said(self.front(
                     "CREATE TABLE front_reversals (entry_id uuid, learner_id uuid, FOREIGN KEY (learner_id, entry_id) REFERENCES entries (learner_id, id))", check=False)),
                 "two-phase commit": said(self.front("BEGIN", write(ids[0], 1), "PREPARE TRANSACTION 'two'", check=False)),
                 "servers that one entry was written on": self.front("BEGIN", write(ids[0], 2), "SELECT count(*) FROM postgres_fdw_get_connections()", "ROLLBACK")}
        asked = "SELECT set_config('ceregistry.role', 'cityOfficer', false), set_config('ceregistry.authority', 'city', false)"
        # What a session says of who asks stays on the front; and the foreign session looks for functions in pg_catalog alone.
        seen = self.front("SET ROLE ceregistry_daemon", asked, "SELECT count(*) FROM entries", check=False)
        found["what an officer of the city sees through the front"] = said(seen) if seen.returncode else seen.stdout.split()[-1]
        found["and entries on the servers themselves"] = str(sum(
            int(self.sql(shard, "by_learner", "SET ROLE ceregistry_daemon", asked, "SELECT count(*) FROM register_entries").split()[-1]) for shard in self.shards))
        found["halves of a write to two servers that stayed when one failed at its commit"] = self.torn(ids, write)
        return found

    def torn(self, ids, write):
        stayed = 0
        for failing in (1, 2):
            self.sql(failing, "by_learner", "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'lost'; END $$",
                     "CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON register_entries DEFERRABLE INITIALLY DEFERRED "
                     "FOR EACH ROW WHEN (NEW.paper_number LIKE 'T-torn%') EXECUTE FUNCTION fail()")
            done = self.front("BEGIN", write(ids[0], f"torn-{failing}"), write(ids[1], f"torn-{failing}"), "COMMIT", check=False)
            assert done.returncode, "a commit that must fail did not"
            stayed += sum(int(self.sql(shard, "by_learner", f"SELECT count(*) FROM register_entries WHERE paper_number = 'T-torn-{failing}'")) for shard in (1, 2))
            self.sql(failing, "by_learner", "DROP FUNCTION fail CASCADE")
        return f"{stayed} in 2 trials"


def main():
    asked = parse()
    bench = Bench(asked)
    bench.prepare()
    agree = {name: bench.sql(asked.port, "postgres" if name == "one server" else "front", statement) for name, statement in COUNTS.items()}
    assert len(set(agree.values())) == 1, "the servers do not come to what one has"
    plans, times = bench.plans(), bench.measure()
    result = {"learners": asked.learners, "servers": asked.shards, "rounds": asked.rounds, "requestsEach": asked.requests, "plans": plans, "refused": bench.refusals(), "ways": {
        kind: {name: {"ms": round(statistics.median(values), 3), "toOneServer": round(statistics.median(v / one for v, one in zip(values, kept["one server"])), 2)} for name, values in kept.items()}
        for kind, kept in times.items()}}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.learners} learners on {asked.shards} servers of one machine, {asked.rounds} rounds; medians")
    for kind, kept in result["ways"].items():
        for name, way in kept.items(): print(f"  {kind:8} {name:30} {way['ms']:9.2f} ms   {way['toOneServer']:.2f} of one server")
    for name, plan in plans.items(): print(f"  {name:32} asks {plan['servers']} servers{', at once' if plan['asynchronous'] else ''}{', counted there' if plan['aggregatedThere'] else ''}")
    for name, what in result["refused"].items(): print(f"  {name}: {what}")


main()
