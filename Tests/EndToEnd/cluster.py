"""A private PostgreSQL that a test may kill."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self):
        self.bin = pathlib.Path(os.environ["CEREGISTRY_PG_BIN"])
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ceregistry-cluster."))
        self.port = free_port()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def data(self):
        return self.folder / "data"

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments, check=True):
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        return subprocess.run(command, cwd="/", check=check, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def replica(self):
        """A streaming replica of it, under way."""
        return Replica(self)

    def start(self):
        self.run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-o",
                 f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200", "start")

    def stop(self, mode="immediate"):
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def remove(self):
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Replica(Cluster):
    def __init__(self, primary):
        self.bin, self.port = primary.bin, free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ceregistry-replica."))
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.run("pg_basebackup", "-d", primary.url, "-D", str(self.data), "-R", "-X", "stream", "--checkpoint=fast")
        self.start()
