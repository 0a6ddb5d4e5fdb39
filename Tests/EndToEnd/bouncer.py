"""PgBouncer in transaction mode before a register's database, set up by deploy/pgbouncer.ini."""
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time

import psycopg

from cluster import free_port
from registry import ROOT, Registry

# Debian's; another may be tried, such as one that carries prepared statements.
PROGRAM = os.environ.get("CEREGISTRY_PGBOUNCER") or shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


def carries_prepared_statements():
    version = re.search(r"PgBouncer (\d+)\.(\d+)", subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout)
    return tuple(map(int, version.groups())) >= (1, 21)


class Bouncer:
    def __init__(self, server, pool=4, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ceregistry-bouncer."))
        self.port, where = free_port(), psycopg.conninfo.conninfo_to_dict(server)
        text = (ROOT / "deploy/pgbouncer.ini").read_text()
        (self.folder / "users.txt").write_text('"ceregistry_daemon" ""\n"register_stranger" ""\n')
        changes = {"\\*": f"host={where.get('host', '127.0.0.1')} port={where.get('port', 5432)}", "listen_port": self.port, "auth_type": "trust",
                   "auth_file": self.folder / "users.txt", "default_pool_size": pool, "pidfile": self.folder / "pid", "logfile": self.folder / "log"}
        for name, value in changes.items():
            text, count = re.subn(rf"^({name}) = .*$", rf"\1 = {value}", text, flags=re.M)
            assert count == 1, name
        text += "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / "pgbouncer.ini").write_text(text)
        command = [PROGRAM, "-q", str(self.folder / "pgbouncer.ini")]
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            for path in [self.folder, *self.folder.iterdir()]: os.chown(path, account.pw_uid, account.pw_gid)
            command = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", *command]
        self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0: return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError("PgBouncer did not start")

    def close(self):
        self.process.kill()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Pooled(Registry):
    """A register whose daemon and command line reach the database through PgBouncer."""

    def __init__(self, **keywords):
        self.bouncer, self.changes = Bouncer(os.environ["CEREGISTRY_TEST_DATABASE_URL"]), {}
        if carries_prepared_statements():
            self.bouncer.close()
            self.bouncer = Bouncer(os.environ["CEREGISTRY_TEST_DATABASE_URL"], max_prepared_statements=200)
            self.changes["CEREGISTRY_PREPARED_STATEMENTS"] = "on"
        super().__init__(**keywords)

    def through(self, bouncer, user="ceregistry_daemon"):
        return psycopg.conninfo.make_conninfo(self.database_url, host="127.0.0.1", port=bouncer.port, user=user)

    def environment(self):
        listening = psycopg.conninfo.make_conninfo(self.database_url, user="ceregistry_daemon")
        return {**super().environment(), "DATABASE_URL": self.through(self.bouncer), "CEREGISTRY_POOLER": "transaction",
                "CEREGISTRY_LISTEN_DATABASE_URL": listening, "CEREGISTRY_ADMIN_DATABASE_URL": self.database_url, **self.changes}

    def close(self):
        super().close()
        self.bouncer.close()
