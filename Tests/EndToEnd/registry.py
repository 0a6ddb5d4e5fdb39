"""A register of its own for a test: a database, the daemon, and clients of every role."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import uuid

import psycopg
import requests

import makers

BINARY = os.environ["CEREGISTRY_BINARY"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SQL = os.environ.get("CEREGISTRY_SQL_DIRECTORY", str(ROOT / "sql"))
PASSWORD = "a pass phrase for tests"


def cheap_hash(password, rounds=16, size=8, salt=b"salt for testing"):
    """scrypt as the register writes it, with so few rounds that a hundred tests may sign in."""
    key = hashlib.scrypt(password.encode(), salt=salt, n=rounds, r=size, p=1, dklen=32)
    return "$".join(["scrypt", str(rounds), str(size), base64.b64encode(salt).decode(), base64.b64encode(key).decode()])


CHEAP_HASH = cheap_hash(PASSWORD)
COUNTIES = ["511802", "511803", "511822", "511823", "511824", "511825", "511826", "511827"]


class Client(requests.Session):
    """A signed-in person."""

    def __init__(self, registry, username):
        super().__init__()
        self.registry, self.username = registry, username
        answer = requests.post(f"{registry.url}/api/v1/sessions", json={"username": username, "password": PASSWORD}, timeout=30)
        assert answer.status_code == 201, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def request(self, method, url, **keywords):
        keywords.setdefault("timeout", 60)
        return super().request(method, url if url.startswith("http") else self.registry.url + url, **keywords)

    def made(self, path, **body):
        answer = self.post(path, json=body)
        assert answer.status_code in (200, 201), f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


class Registry:
    def __init__(self, server=None, clock="2018-01-10T09:00:00+08:00", policy=ROOT / "sql/policies/2017-87.yaml", **environment):
        self.server = server or os.environ["CEREGISTRY_TEST_DATABASE_URL"]
        self.database = f"e2e_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.database}")
        self.database_url = psycopg.conninfo.make_conninfo(self.server, dbname=self.database)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ceregistry-e2e."))
        (self.folder / "issuer-keys").mkdir()
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.folder / "issuer-keys/0001.pem"], check=True)
        self.extra = {"CEREGISTRY_ISSUER_KEY_DIRECTORY": str(self.folder / "issuer-keys"), **environment}
        self.clock = clock
        self.process = None
        self.clients = {}
        self.cli("migrate")
        self.cli("policy", "load", str(policy))
        # Every test that has a register of its own, on one in partitions: CEREGISTRY_TEST_PARTITIONED=1 deploy/test.
        if os.environ.get("CEREGISTRY_TEST_PARTITIONED"): self.cli("migrate", "--partition-by-year")

    # The command line

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CEREGISTRY_", "DATABASE_URL", "PG"))}
        return {**kept, "DATABASE_URL": self.database_url, "CEREGISTRY_SQL_DIRECTORY": SQL, "CEREGISTRY_ENVIRONMENT": "test",
                "CEREGISTRY_CLOCK": self.clock, "LC_ALL": "C.UTF-8", **self.extra}

    def cli(self, *arguments, check=True, stdin=None, **environment):
        done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=600,
                              env={**self.environment(), **environment})
        if check:
            assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def cli_json(self, *arguments, **keywords):
        return json.loads(self.cli(*arguments, "--json", **keywords).stdout)

    def add_user_by_command(self, username, role, authority=None, name="测试员"):
        arguments = ["user", "add", "--username", username, "--role", role, "--name", name]
        if authority: arguments += ["--authority", authority]
        self.cli(*arguments, stdin=PASSWORD + "\n")

    def add_user(self, username, role, authority=None, employer=None, id_number=None, name="测试员"):
        """As `user add` would, with a hash of the password that costs less to make and to check."""
        self.sql("""INSERT INTO users (username, person_name, password_hash, role, authority, employer_id, learner_id)
                    VALUES (%s, %s, %s, %s, %s, (SELECT id FROM employers WHERE credit_code = %s),
                            (SELECT learner_id FROM learner_id_numbers WHERE id_number = %s))""",
                 (username, name, CHEAP_HASH, role, authority, employer, id_number))

    def add_bureau_users(self, counties=COUNTIES):
        self.add_user("city", "cityOfficer", "city", name="王市局")
        self.add_user("base", "baseOfficer", "base", name="何基地")
        self.add_user("clerk", "clerk", "city", name="李窗口")
        self.add_user("auditor", "auditor", name="马审计")
        self.add_user_by_command("admin", "admin", name="许管理")
        for county in counties:
            self.add_user(f"county-{county}", "countyOfficer", f"county:{county}", name=f"县局{county}")

    # The daemon

    def start(self, clock=None):
        if clock: self.clock = clock
        self.process, self.url = self.launch("daemon")
        return self

    def launch(self, name, **environment):
        """A daemon of this register, and where it listens."""
        return self.launched(name, self.begin(name, **environment))

    def begin(self, name, **environment):
        port_file, log_file = self.folder / f"{name}.port", self.folder / f"{name}.log"
        port_file.unlink(missing_ok=True)
        with open(log_file, "ab") as log:
            return subprocess.Popen([BINARY, "serve"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={
                **self.environment(), "CEREGISTRY_PORT": "0", "CEREGISTRY_PORT_FILE": str(port_file), **environment})

    def launched(self, name, process):
        port_file = self.folder / f"{name}.port"
        for _ in range(600):
            if port_file.exists() and port_file.read_text().strip(): return process, f"http://127.0.0.1:{port_file.read_text().strip()}"
            assert process.poll() is None, (self.folder / f"{name}.log").read_text()[-3000:]
            time.sleep(0.02)
        process.kill()
        raise AssertionError("the daemon did not start")

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(60)
        self.process = None

    def move_to(self, clock):
        """The business clock starts anew there; sessions stay."""
        if clock == self.clock and self.process: return
        self.stop()
        self.start(clock)

    def wait_until_ready(self, seconds=60):
        until = time.time() + seconds
        while time.time() < until:
            try:
                if requests.get(self.url + "/readyz", timeout=5).status_code == 200: return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise AssertionError("not ready")

    def logged(self):
        return (self.folder / "daemon.log").read_text(errors="replace")

    def as_(self, username):
        if username not in self.clients: self.clients[username] = Client(self, username)
        return self.clients[username]

    def sql(self, statement, parameters=(), role=None):
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            if role: connection.execute(f"SET ROLE {role}")
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else None

    def close(self):
        self.stop(kill=True)
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def found_by_audit(self):
        """What an audit finds, apart from people and claims that a test put straight into the tables: the access log knows nothing of
        those; of every decision it does."""
        self.cli("audit", "--full", check=False)
        found = self.sql("SELECT check_name, message::text FROM audit_findings WHERE severity = 'error'")
        return [row for row in found if row[0] != "unlogged" or "decisions" in row[1]]

    # Things to have in it

    def employer(self, kind="publicInstitution", level="county", division="511823", by="city", name=None):
        code = makers.credit_code()
        body = {"creditCode": code, "name": name or f"单位{code[-6:]}", "kind": kind, "level": level}
        if division and level == "county": body["division"] = division
        return self.as_(by).made("/api/v1/employers", **body)

    def learner(self, employer, since="2010-07-01", by="city", name="张小丽", number=None, **fields):
        number = number or makers.id_number()
        made = self.as_(by).made("/api/v1/learners", idNumber=number, name=name, employerCreditCode=employer["creditCode"],
                                 employedFrom=since, **fields)
        return {**made, "idNumber": number}

    def online(self, year=2017, **changes):
        passed = {2017: "2017-11-03", 2018: "2017-12-03"}.get(year, f"{year}-11-03")
        return {"recordNumber": makers.record_number(), "compulsoryHours": 10, "electiveHours": 20, "testPassedOn": passed, **changes}

    def claim(self, learner, year=2017, by="city", evidence=None, mode="online", **fields):
        return self.as_(by).made("/api/v1/claims", learnerId=learner["id"], subjectYear=year, mode=mode,
                                 evidence=evidence or self.online(year), **fields)

    def decide(self, claim, by, decision="recognize", **fields):
        return self.as_(by).post(f"/api/v1/claims/{claim['id']}/decisions", json={"decision": decision, **fields})

    def eligibility(self, learner, purpose="titlePromotion", by="clerk", **query):
        answer = self.as_(by).get(f"/api/v1/learners/{learner['id']}/eligibility", params={"purpose": purpose, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()
