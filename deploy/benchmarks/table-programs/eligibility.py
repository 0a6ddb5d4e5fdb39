"""Eligibility over HTTP, beside the same SQL by pgbench and beside FastAPI with asyncpg."""
import json
import os
import socket
import subprocess
import time

from anchor import script, statements
from turns import Row

# Each question is about another of these.
LEARNERS = 1000
MAKE = f"""
DROP TABLE IF EXISTS bench_learners;
CREATE TABLE bench_learners (n int PRIMARY KEY, id uuid NOT NULL);
GRANT SELECT ON bench_learners TO ceregistry_daemon;
INSERT INTO bench_learners SELECT row_number() OVER (), id FROM (SELECT id FROM learners ORDER BY md5(id::text) LIMIT {LEARNERS}) l;
VACUUM ANALYZE bench_learners;
"""

LUA = """
local paths, at = {{ {paths} }}, 0
wrk.headers["Authorization"] = "Bearer {token}"
function request() at = at % #paths + 1 return wrk.format("GET", paths[at]) end
"""


def answers(port):
    """Waits until somebody takes connections there."""
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)): return
        except ConnectionRefusedError:
            assert time.monotonic() < until, f"nobody answers at {port}"
            time.sleep(0.1)


class Eligibility:
    def __init__(self, city, seconds):
        self.city, self.seconds = city, seconds
        self.token = city.sign_in("clerk-city")
        city.psql(MAKE)
        self.learners = city.psql("SELECT id FROM bench_learners ORDER BY n").split()
        first = self.learners[0]
        log = city.logged(lambda: city.call("GET", self.path(first), token=self.token))
        self.sql = [text for text in statements(log) if "FROM policies" not in text]
        assert any("read_history" in text for text in self.sql) and any("sessions" in text for text in self.sql), log
        # A parameter, as in the daemon's statements: with the value in its text each script would be planned by itself.
        asked = "(SELECT id FROM bench_learners WHERE n = :n)"
        self.script = script(self.sql, [(f"'{first}'", asked), (f"'{first.upper()}'", asked)], setup=f"\\set n random(1, {len(self.learners)})\n")
        self.rate, self.peer_url = None, None

    def path(self, learner): return f"/api/v1/learners/{learner}/eligibility?purpose=titlePromotion"

    def lua(self): return LUA.format(paths=", ".join(f'"{self.path(learner)}"' for learner in self.learners), token=self.token)

    def ours(self): return self.city.wrk(self.lua(), self.seconds)

    def pgbench(self):
        if self.rate is None: self.rate = self.city.pgbench([self.script], 16, min(4000, 800 * self.seconds))
        return self.city.pgbench([self.script], 16, self.rate * self.seconds)

    def peer(self): return self.city.wrk(self.lua(), self.seconds, url=self.peer_url)

    def start_peer(self):
        """The same answer by FastAPI: the same statements over asyncpg, two uvicorn workers."""
        if self.peer_url: return
        document = self.city.call("GET", self.path(self.learners[0]), token=self.token)
        (self.city.folder / "peer.json").write_text(json.dumps({"document": document}))
        port = self.city.asked.peer_port
        process = subprocess.Popen([self.city.asked.python, "-m", "uvicorn", "peer:app", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
                                    "--log-level", "warning"], cwd=os.path.dirname(__file__),
                                   env={**os.environ, "PEER_DATABASE": self.city.daemon_database, "PEER_FOLDER": str(self.city.folder)},
                                   stdout=subprocess.DEVNULL)
        self.city.processes.append(process)
        answers(port)
        # The other worker, too, has started by then.
        time.sleep(3)
        self.peer_url = f"http://127.0.0.1:{port}"

    def rows(self):
        return [Row("eligibility by HTTP, 32 clients, against the same SQL by pgbench", self.ours, self.pgbench, at_least=0.6),
                Row("eligibility by HTTP, against FastAPI with asyncpg", self.ours, self.peer, at_least=4, before=self.start_peer)]
