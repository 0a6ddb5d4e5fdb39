"""The register under test: a PostgreSQL of its own, the demo city, the daemon, and what talks to them."""
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent


def output(*command, text=None, allowed=(0,), **environment):
    done = subprocess.run(list(map(str, command)), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, **environment})
    assert done.returncode in allowed, f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


class City:
    def __init__(self, asked):
        self.asked = asked
        self.bin, self.socket, self.port, self.folder = asked.bin, asked.folder, asked.port, Path(asked.folder)
        self.database = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.local = f"host={self.socket} port={self.port} user=postgres dbname=postgres"
        self.processes = []

    # The command line and psql

    def ceregistry(self, *arguments, allowed=(0,), text=None, **environment):
        return output(self.asked.program, *arguments, allowed=allowed, text=text, DATABASE_URL=self.database,
                      CEREGISTRY_ENVIRONMENT="test", CEREGISTRY_CLOCK="2018-12-20T09:00:00+08:00", **environment)

    def psql(self, text, *more):
        return output(f"{self.bin}/psql", self.local, "-qAtX", "-v", "ON_ERROR_STOP=1", *more, text=text)

    def seconds(self, work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    def pgbench(self, scripts, clients, count, *more):
        """Transactions a second of the scripts, prepared, as the daemon's role over the same socket."""
        files = []
        for number, text in enumerate(scripts):
            file = self.folder / f"script-{number}.sql"
            file.write_text(text)
            files += ["-f", str(file)]
        done = output(f"{self.bin}/pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 2, "-t", max(1, round(count / clients)), *more, *files,
                      self.local, PGOPTIONS="-c role=ceregistry_daemon -c timezone=Asia/Shanghai -c row_security=on -c jit=off")
        assert "number of failed transactions: 0" in done, done
        return float(re.search(r"tps = ([\d.]+) \(without", done).group(1))

    def password(self, username): return f"demo-{username}-2018"

    # The daemon

    def start(self, **environment):
        file = Path(tempfile.mktemp(dir=self.folder, prefix="port."))
        log = open(self.folder / "daemon.log", "ab")
        process = subprocess.Popen([self.asked.program, "serve"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={
            **os.environ, "DATABASE_URL": self.daemon_database, "CEREGISTRY_PORT": "0", "CEREGISTRY_PORT_FILE": str(file),
            "CEREGISTRY_ENVIRONMENT": "test", "CEREGISTRY_CLOCK": "2018-12-20T09:00:00+08:00", "CEREGISTRY_LOG_LEVEL": "warning", **environment})
        self.processes.append(process)
        while not (file.exists() and file.read_text().strip()):
            assert process.poll() is None, (self.folder / "daemon.log").read_text()[-2000:]
            time.sleep(0.002)
        return process, f"http://127.0.0.1:{file.read_text().strip()}"

    @property
    def daemon_database(self): return f"postgresql://postgres@/postgres?host={self.socket}&port={self.port}"

    def serve(self): self.process, self.url = self.start()

    def end(self, process):
        process.terminate()
        process.wait()
        self.processes.remove(process)

    def stop(self):
        for process in self.processes:
            if process.poll() is None: process.terminate()
            process.wait()
        self.processes = []

    def call(self, method, path, body=None, token=None, **headers):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if token: request.add_header("Authorization", f"Bearer {token}")
        for name, value in headers.items(): request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request) as answer: return json.loads(answer.read() or b"null")

    def sign_in(self, username):
        return self.call("POST", "/api/v1/sessions", {"username": username, "password": self.password(username)})["token"]

    def logged(self, work):
        """What the server's log says while `work` runs, with every statement in it."""
        self.psql("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf()")
        time.sleep(1)
        file = self.folder / "postgres.log"
        start = file.stat().st_size
        work()
        time.sleep(0.3)
        self.psql("ALTER SYSTEM RESET log_statement; SELECT pg_reload_conf()")
        time.sleep(0.5)
        with open(file, "rb") as log:
            log.seek(start)
            return log.read().decode()

    def wrk(self, script, seconds, url=None, clients=32, wrong="Non-2xx or 3xx responses", until=None):
        """Requests a second. wrk is C and takes little of the machine from those it measures. It goes on for so long, or, since its
        threads cannot end it, is interrupted once `until` says so."""
        file = self.folder / "wrk.lua"
        file.write_text(script)
        process = subprocess.Popen(["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{max(1, round(seconds))}s", "-s", file, url or self.url],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while until and process.poll() is None:
            time.sleep(0.25)
            if until(): process.send_signal(signal.SIGINT)
        done = process.communicate()[0]
        assert process.returncode == 0 and not re.search(wrong, done), done
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))


class Peak:
    """The highest resident memory of a process while something runs, in bytes."""

    def __init__(self, pid): self.pid, self.bytes, self.over = pid, 0, threading.Event()

    def look(self):
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        self.bytes = max(self.bytes, pages * os.sysconf("SC_PAGE_SIZE"))

    def __enter__(self):
        def watch():
            while not self.over.wait(0.05): self.look()
        self.look()
        self.thread = threading.Thread(target=watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
