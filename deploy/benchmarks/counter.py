"""Rounds of deploy/bench counter: bare queries and the counter over HTTP in turns, so that a busy machine is busy for both."""
import argparse
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import time
import urllib.parse

PURPOSE = "titlePromotion"
# The people of one run, numbered, so that pgbench and the requests ask for the same kind of person.
PEOPLE = """CREATE TABLE bench_people AS SELECT row_number() OVER ()::int AS n, id, id_number, name
FROM (SELECT id, id_number, name FROM learners WHERE merged_into IS NULL ORDER BY md5(id::text) LIMIT 5000) p;
CREATE UNIQUE INDEX ON bench_people (n); ANALYZE bench_people"""
PICK = "\\set n random(1, 5000)\nSELECT id, id_number, name FROM bench_people WHERE n = :n\n\\gset\n"
# What a search and a verdict ask the database for, and nothing around it: no rights, no access log.
BARE = {
    "search": """SELECT l.id, l.name, l.id_number, o.name FROM learner_id_numbers k JOIN learners m ON m.id = k.learner_id
JOIN learners l ON l.id = coalesce(m.merged_into, m.id) LEFT JOIN employers o ON o.id = l.employer_id WHERE k.id_number = :id_number;
""",
    "name": "SELECT l.id, l.name, l.id_number, o.name FROM learners l LEFT JOIN employers o ON o.id = l.employer_id WHERE l.name ~>=~ :name AND l.name ~<~ (:name || chr(1114111)) ORDER BY l.name, l.id LIMIT 21;\n",
    "verdict": """SELECT o.id, o.kind, o.level, o.division, e.employed_from, e.employed_until FROM employments e JOIN employers o ON o.id = e.employer_id
WHERE e.learner_id = :id AND e.retracted_at IS NULL;
SELECT e.id, e.subject_year, e.mode, e.hours, e.recognized_on, r.reversed_on FROM register_entries e
LEFT JOIN reversals r ON r.entry_id = e.id WHERE e.learner_id = :id;
SELECT x.subject_year, x.approved_on, x.lifts_duty, v.revoked_on FROM excuses x LEFT JOIN excuse_revocations v ON v.excuse_id = x.id WHERE x.learner_id = :id;
""",
}
HISTOGRAM = re.compile(r'^ceregistry_http_request_seconds_(sum|count)\{(.*)\} ([\d.e+-]+)$', re.M)


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--binaries", "--folder"): parser.add_argument(name, required=True)
    for name in ("--learners", "--rounds", "--requests"): parser.add_argument(name, type=int, required=True)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, asked):
        self.asked, self.folder = asked, pathlib.Path(asked.folder)
        self.sql(PEOPLE)
        self.sql("VACUUM ANALYZE bench_people")
        self.people = [line.split("|") for line in self.sql("SELECT id, id_number, name FROM bench_people ORDER BY n").splitlines()]
        self.asked_for = 0
        self.start()

    def sql(self, text):
        return subprocess.run([f"{self.asked.binaries}/psql", os.environ["DATABASE_URL"], "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text],
                              check=True, capture_output=True, text=True).stdout

    def start(self):
        self.daemon = subprocess.Popen([self.asked.program, "serve"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = pathlib.Path(os.environ["CEREGISTRY_PORT_FILE"])
        while not (port.exists() and port.read_text().strip()):
            assert self.daemon.poll() is None, "the daemon did not start"
            time.sleep(0.05)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port.read_text()), timeout=60)
        self.token = json.loads(self.ask("POST", "/api/v1/sessions", {"username": "clerk-city", "password": "demo-clerk-city-2018"})[0])["token"]
        self.sign_in_as_a_browser()

    def ask(self, method, path, body=None, headers=None):
        """The answer, its cookies, and the seconds until the whole of it was here."""
        data = None
        headers = dict(headers or {})
        if isinstance(body, dict):
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        elif body is not None:
            data = urllib.parse.urlencode(body).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        seconds = time.perf_counter() - start
        assert answer.status < 400, f"{method} {path}: {answer.status} {text[:300]}"
        return text, answer.headers.get_all("Set-Cookie") or [], seconds

    def sign_in_as_a_browser(self):
        page, cookies, _ = self.ask("GET", "/sign-in")
        field = lambda page: re.search(r'name="formToken" value="([^"]+)"', page).group(1)
        cookie = "; ".join(c.split(";")[0] for c in cookies)
        form = [("formToken", field(page)), ("username", "clerk-city"), ("password", "demo-clerk-city-2018")]
        _, cookies, _ = self.ask("POST", "/sign-in", form, {"Cookie": cookie})
        self.cookie = next(c.split(";")[0] for c in cookies if c.startswith("ceregistry_session="))
        page, _, _ = self.ask("GET", "/counter", headers={"Cookie": self.cookie})
        self.form_token = field(page)

    def next_person(self):
        self.asked_for += 1
        return self.people[self.asked_for % len(self.people)]

    # One round of each

    def bare(self, what):
        """Seconds for one of them, what pgbench's own picking of a person costs taken off."""
        return self.pgbench(what, PICK + BARE[what]) - self.pgbench("pick", PICK)

    def pgbench(self, name, script):
        file = self.folder / f"{name}.sql"
        file.write_text(script)
        output = subprocess.run([f"{self.asked.binaries}/pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(self.asked.requests), "-f", str(file),
                                 os.environ["DATABASE_URL"]], check=True, capture_output=True, text=True).stdout
        return float(re.search(r"latency average = ([\d.]+) ms", output).group(1)) / 1000

    def served(self):
        """By method and route: seconds in the daemon so far, and requests."""
        totals = {}
        for kind, labels, value in HISTOGRAM.findall(self.ask("GET", "/metrics")[0]):
            names = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            totals.setdefault((names["method"], names["route"]), {})[kind] = float(value)
        return totals

    def over_http(self, route, request):
        """Seconds in the daemon, and seconds as the client saw them, for one request."""
        before, seen = self.served().get(route, {"sum": 0, "count": 0}), []
        for _ in range(self.asked.requests): seen.append(request())
        after = self.served()[route]
        return (after["sum"] - before["sum"]) / (after["count"] - before["count"]), statistics.mean(seen)

    def api_search(self):
        return self.ask("POST", "/api/v1/learners/searches", {"idNumber": self.next_person()[1]}, {"Authorization": f"Bearer {self.token}"})[2]

    def api_verdict(self):
        return self.ask("GET", f"/api/v1/learners/{self.next_person()[0]}/eligibility?purpose={PURPOSE}", headers={"Authorization": f"Bearer {self.token}"})[2]

    def page(self, field):
        form = [("formToken", self.form_token), ("purpose", PURPOSE), ("who", self.next_person()[field])]
        text, _, seconds = self.ask("POST", "/counter", form, {"Cookie": self.cookie, "X-Fragment": "1"})
        assert 'class="verdict' in text or 'class="people' in text, text[:300]
        return seconds


def main():
    asked = parse()
    bench = Bench(asked)
    try:
        searches = ("POST", "/api/v1/learners/searches")
        ways = {
            "API search by ID number": (("search",), searches, bench.api_search),
            "API verdict": (("verdict",), ("GET", "/api/v1/learners/{id}/eligibility"), bench.api_verdict),
            "page: ID number, verdict": (("search", "verdict"), ("POST", "/counter"), lambda: bench.page(1)),
            # Several people of one name are a list; a name of one alone is a verdict.
            "page: name": (("name",), ("POST", "/counter"), lambda: bench.page(2)),
        }
        for _, _, request in ways.values():
            for _ in range(50): request()
        rounds = {name: [] for name in ways}
        for _ in range(asked.rounds):
            bare = {name: bench.bare(name) for name in BARE}
            for name, (queries, route, request) in ways.items():
                rounds[name].append((sum(bare[query] for query in queries), *bench.over_http(route, request)))
    finally:
        bench.daemon.terminate()
        bench.daemon.wait(60)
    median = lambda values: round(statistics.median(values), 3)
    result = {"learners": asked.learners, "rounds": asked.rounds, "requestsEach": asked.requests, "ways": {
        name: {"bareQueryMs": median([b * 1000 for b, _, _ in found]), "serverMs": median([s * 1000 for _, s, _ in found]),
               "clientMs": median([c * 1000 for _, _, c in found]), "serverToBare": median([s / b for b, s, _ in found]),
               "least": median([min(s / b for b, s, _ in found)]), "most": median([max(s / b for b, s, _ in found)])}
        for name, found in rounds.items()}}
    if asked.json: return print(json.dumps(result, indent=2))
    print(f"{asked.learners} learners, {asked.rounds} rounds of {asked.requests} requests, one at a time; medians")
    print(f"  {'':26} {'bare':>9} {'server':>9} {'client':>9}   server to bare")
    for name, way in result["ways"].items():
        print(f"  {name:26} {way['bareQueryMs']:6.2f} ms {way['serverMs']:6.2f} ms {way['clientMs']:6.2f} ms   "
              f"{way['serverToBare']:.1f} ({way['least']:.1f} to {way['most']:.1f})")


main()
