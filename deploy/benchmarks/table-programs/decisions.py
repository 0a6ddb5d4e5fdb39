"""Decisions one by one and five hundred at a time over HTTP, beside the same statement by pgbench."""
import time

from anchor import script, statements
from turns import Row

# Claims of learners of one county that lack one, each with its record, open before that county's bureau.
MAKE = """
BEGIN;
DROP TABLE IF EXISTS bench_claims;
CREATE TABLE bench_claims (n int PRIMARY KEY, id uuid NOT NULL);
GRANT SELECT ON bench_claims TO ceregistry_daemon;
CREATE TEMP TABLE chosen ON COMMIT DROP AS
SELECT row_number() OVER () AS n, l.id AS learner, l.employer_id, l.area, gen_random_uuid() AS claim, gen_random_uuid() AS record
FROM learners l WHERE l.merged_into IS NULL AND l.area = '{authority}'
AND NOT EXISTS (SELECT FROM claims c WHERE c.learner_id = l.id AND c.subject_year = {year})
AND NOT EXISTS (SELECT FROM standing_entries s WHERE s.learner_id = l.id AND s.subject_year = {year}) LIMIT {count};
INSERT INTO completion_records (id, record_number, learner_id, subject_year, compulsory_hours, elective_hours, test_passed_on, source, recorded_by)
SELECT record, 'BENCH-' || record, learner, {year}, 10, 20, '{year}-11-03', 'platform', u.id FROM chosen, (SELECT id FROM users WHERE username = 'officer-city') u;
INSERT INTO claims (id, learner_id, subject_year, mode, hours, completion_record_id, evidence, rules, routed_to, employer_id, area, submitted_by, submitted_on, state_since)
SELECT claim, learner, {year}, 'online', 30, record, jsonb_build_object('recordNumber', 'BENCH-' || record, 'compulsoryHours', 10, 'electiveHours', 20,
       'testPassedOn', '{year}-11-03'), '{{R2}}', '{authority}', employer_id, area, u.id, '2018-12-01', '2018-12-01'
FROM chosen, (SELECT id FROM users WHERE username = 'officer-city') u;
INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on)
SELECT claim, 1, '{authority}', u.id, '2018-12-01' FROM chosen, (SELECT id FROM users WHERE username = 'officer-city') u;
INSERT INTO claim_events (claim_id, event, state, occurred_on, recorded_by)
SELECT claim, 'submit', 'submitted', '2018-12-01', u.id FROM chosen, (SELECT id FROM users WHERE username = 'officer-city') u;
INSERT INTO access_log (user_id, role, authority, action, outcome)
SELECT id, role, authority, 'importCompletions', 'allowed' FROM users WHERE username = 'officer-city';
INSERT INTO bench_claims SELECT n, claim FROM chosen;
COMMIT;
VACUUM ANALYZE bench_claims;
"""

YEAR = 2018
COUNTIES = ["511802", "511803", "511822", "511823", "511824", "511825", "511826", "511827"]

# Each thread takes every second claim.
ONE_BY_ONE = """
local threads = 0
function setup(thread) thread:set("offset", threads) threads = threads + 1 end
function init(args)
  claims, at = {{}}, offset + 1
  for line in io.lines("{file}") do claims[#claims + 1] = line end
  wrk.headers["Authorization"] = "Bearer {token}"
  wrk.headers["Content-Type"] = "application/json"
end
function request()
  -- wrk makes one request of its first thread to look at, and never sends it: that must not cost a claim.
  if offset == 0 and not looked then looked = true return wrk.format("GET", "/healthz") end
  local claim = claims[at]
  at = at + 2
  -- A connection that is out of claims asks for what counts for nothing.
  if not claim then return wrk.format("GET", "/healthz") end
  wrk.headers["Idempotency-Key"] = claim
  return wrk.format("POST", "/api/v1/claims/" .. claim .. "/decisions", nil, '{{"decision":"recognize"}}')
end
"""


class Decisions:
    def __init__(self, city, count, batches, size):
        self.city, self.count, self.batches, self.size = city, count, batches, size
        self.turn = 0

    def make(self, count):
        """Each round is another county's morning."""
        county = COUNTIES[self.turn % len(COUNTIES)]
        self.turn += 1
        self.token = self.city.sign_in(f"officer-{county}")
        self.city.psql(MAKE.format(year=YEAR, authority=f"county:{county}", count=count))
        made = self.city.psql("SELECT id FROM bench_claims ORDER BY n").split()
        assert len(made) == count, f"{len(made)} of {count} claims could be made: load more learners"
        self.claims = made

    def logged(self, work): return [text for text in statements(self.city.logged(work)) if "FROM policies" not in text]

    def check(self, claims):
        """Everything that was measured is on the register, once."""
        listed = ",".join(f"'{claim}'" for claim in claims)
        found = self.city.psql(f"SELECT count(*) FROM register_entries WHERE claim_id IN ({listed})").strip()
        assert int(found) == len(claims), f"{found} entries for {len(claims)} claims"

    # One by one

    def before_one(self):
        self.make(2 * self.count + 1)
        claim = self.claims.pop()
        sql = self.logged(lambda: self.city.call("POST", f"/api/v1/claims/{claim}/decisions", {"decision": "recognize"}, self.token,
                                                 Idempotency_Key=f"key-{claim}"))
        taken = f"(SELECT id FROM bench_claims WHERE n = :client_id * {self.each} + :n + {self.count})"
        self.script = script(sql, [(f"'key-{claim}'", f"'key ' || :client_id || ' ' || :n || '{claim}'"), (f"'{{{claim}}}'", f"ARRAY[{taken}]"),
                                   (f"'{claim}'", taken)], setup="\\set n :n + 1\n")

    @property
    def each(self): return self.count // 32

    def ours_one(self):
        claims = self.claims[:self.count]
        file = self.city.folder / "claims.txt"
        file.write_text("\n".join(claims))
        # More than it takes: a wrk that nobody interrupts would go on asking for nothing.
        self.city.wrk(ONE_BY_ONE.format(file=file, token=self.token), 600, until=self.are_decided)
        self.check(claims)
        listed = ",".join(f"'{claim}'" for claim in claims)
        # From the first commit to the last: recorded_at is when a transaction began.
        spent = self.city.psql(f"SELECT extract(epoch FROM max(recorded_at) - min(recorded_at)) FROM decisions WHERE claim_id IN ({listed})")
        return len(claims) / float(spent)

    def are_decided(self):
        lacking = self.city.psql(f"""SELECT EXISTS (SELECT FROM bench_claims b WHERE n <= {self.count}
                                     AND NOT EXISTS (SELECT FROM decisions d WHERE d.claim_id = b.id))""")
        return lacking.strip() == "f"

    def theirs_one(self):
        rate = self.city.pgbench([self.script], 32, self.each * 32, "-D", "n=0")
        self.check(self.claims[self.count:self.count + self.each * 32])
        return rate

    # Five hundred in one call, fewer where the city is small

    def before_many(self):
        self.make(self.size * (2 * self.batches + 1))
        sample, self.claims = self.claims[-self.size:], self.claims[:-self.size]
        sql = self.logged(lambda: self.city.call("POST", "/api/v1/decisions", {"claims": sample, "decision": "recognize"}, self.token))
        listed = "'{" + ",".join(sample) + "}'"
        assert any(listed in text for text in sql), sql
        taken = f"ARRAY(SELECT id FROM bench_claims WHERE n > (:n - 1) * {self.size} + {self.size * self.batches} AND n <= :n * {self.size} + {self.size * self.batches})"
        self.script = script(sql, [(listed, taken)], setup="\\set n :n + 1\n")

    def ours_many(self):
        claims = self.claims[:self.size * self.batches]
        start = time.perf_counter()
        for at in range(0, len(claims), self.size):
            answer = self.city.call("POST", "/api/v1/decisions", {"claims": claims[at:at + self.size], "decision": "recognize"}, self.token)
            assert all(result["status"] == 201 for result in answer["results"]), answer["results"][:2]
        spent = time.perf_counter() - start
        self.check(claims)
        return len(claims) / spent

    def theirs_many(self):
        rate = self.city.pgbench([self.script], 1, self.batches, "-D", "n=0")
        self.check(self.claims[self.size * self.batches:])
        return rate * self.size

    def rows(self):
        return [Row("decisions one by one by HTTP, 32 clients, against pgbench", self.ours_one, self.theirs_one, at_least=0.5, before=self.before_one),
                Row(f"{self.size} decisions in one call, against the same statement by pgbench", self.ours_many, self.theirs_many, at_least=0.6,
                    before=self.before_many)]
