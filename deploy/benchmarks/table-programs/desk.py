"""What people wait for: search, and the start of the daemon; and what the daemon holds in memory."""
import json
import socket
import time
import urllib.request

from anchor import script, statements
from city import Peak
from turns import Row

PREFIXES = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭"]
LUA = """
local bodies, at = {{ {bodies} }}, 0
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Content-Type"] = "application/json"
function request() at = at % #bodies + 1 return wrk.format("POST", "/api/v1/learners/searches", nil, bodies[at]) end
"""


class Desk:
    def __init__(self, city, seconds, wholes):
        self.city, self.seconds, self.wholes = city, seconds, wholes
        self.token = city.sign_in("clerk-city")
        given = city.psql("SELECT DISTINCT right(name, 2) FROM learners TABLESAMPLE SYSTEM (5) WHERE length(name) = 3 LIMIT 16").split()
        self.words = {"prefix": PREFIXES, "part": given}
        self.rates, self.scripts = {}, {}

    def ours(self, kind):
        bodies = ", ".join(f"'{json.dumps(self.body(kind, word), ensure_ascii=False)}'" for word in self.words[kind])
        # Seconds for each, so that the goal reads as the issue has it: at most so many times.
        return 1 / self.city.wrk(LUA.format(bodies=bodies, token=self.token), self.seconds, clients=4)

    def body(self, kind, word): return {{"prefix": "nameBegins", "part": "q"}[kind]: word, "limit": 20}

    def pgbench(self, kind):
        """The daemon's own statements: who asks, the search with the best index there is, the line on the access log."""
        if kind not in self.scripts:
            first = self.words[kind][0]
            log = self.city.logged(lambda: self.city.call("POST", "/api/v1/learners/searches", self.body(kind, first), self.token))
            sql = [text for text in statements(log) if "FROM policies" not in text]
            assert any("access_log" in text for text in sql) and any(first in text for text in sql), log
            self.scripts[kind] = [script(sql, [(first, word)]) for word in self.words[kind]]
            self.rates[kind] = self.city.pgbench(self.scripts[kind], 4, 64)
        return 1 / self.city.pgbench(self.scripts[kind], 4, self.rates[kind] * self.seconds)

    def start(self):
        """From the program's start to the first answer that needs the database."""
        begun = time.perf_counter()
        process, url = self.city.start()
        port = int(url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = connection.recv(4096)
        spent = time.perf_counter() - begun
        assert b" 200 " in answer, answer
        self.city.end(process)
        return spent

    def psql(self): return self.city.seconds(lambda: self.city.psql("SELECT 1"))

    def memory(self):
        """A daemon's peak in megabytes, of its own for this, while 500 connections are open, some of them asking, and a file is imported."""
        held = []
        process, url = self.city.start()
        port = int(url.rsplit(":", 1)[1])
        with Peak(process.pid) as peak:
            for _ in range(500):
                connection = socket.create_connection(("127.0.0.1", port))
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b" 200 " in connection.recv(4096)
                held.append(connection)
            job = self.sent(url, self.wholes.file)
            while self.city.call("GET", f"/api/v1/imports/{job}", token=self.officer)["state"] in ("queued", "running"):
                for connection in held[::10]: connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                for connection in held[::10]: connection.recv(4096)
                time.sleep(0.2)
        for connection in held: connection.close()
        self.city.end(process)
        return peak.bytes / 1e6

    def sent(self, url, file):
        """A file of learners on its way through the daemon; the job's number."""
        request = urllib.request.Request(f"{url}/api/v1/imports/learners", method="POST", data=open(file, "rb"), headers={
            "Content-Type": "text/csv", "Content-Length": str(file.stat().st_size), "Authorization": f"Bearer {self.officer}"})
        with urllib.request.urlopen(request) as answer: return json.loads(answer.read())["id"]

    def before_memory(self):
        self.officer = self.city.sign_in("officer-city")
        # Long enough to be seen at work; an import streams, so a longer file holds no more.
        self.wholes.write_file(min(max(1000, self.city.asked.learners // 5), 100_000))

    def rows(self):
        return [Row("search by the first character of a name, against the same SQL by pgbench", lambda: self.ours("prefix"), lambda: self.pgbench("prefix"), at_most=1.3),
                Row("search by a part of a name, against the same SQL by pgbench", lambda: self.ours("part"), lambda: self.pgbench("part"), at_most=1.3),
                Row("start of the daemon to its first answer, against psql", self.start, self.psql, at_most=10)]

    def importing(self):
        return [Row("the daemon's memory in MB, 500 connections and an import", self.memory, lambda: 1, at_most=150, before=self.before_memory, is_long=True)]
