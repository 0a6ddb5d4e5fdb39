"""The transparency log from outside: a verifier with no code of ours accepts what is true and refuses what is not; records that
were changed behind the program's back are named; a server that lies is found out; what was removed by law breaks nothing."""
import base64
import http.server
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import threading
import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import makers
import tlog
from registry import Registry

ORIGIN = "register.example/log"


class LoggedRegister:
    """A demo register with a log, a key, and the daemon in front of it."""

    def __init__(self, learners=400):
        self.registry = Registry()
        self.folder = self.registry.folder / "transparency"
        self.registry.extra = {"CEREGISTRY_LOG_DIRECTORY": str(self.folder)}
        self.registry.cli("demo", "load", "--learners", learners)
        self.folder.mkdir()
        self.key = self.cli("log", "key", "generate", "--origin", ORIGIN).stdout.strip()
        self.first = self.cli("log", "checkpoint").stdout
        self.registry.start()
        self.exports = 0

    def cli(self, *arguments, **keywords): return self.registry.cli(*arguments, **keywords)

    @property
    def prefix(self): return self.registry.url + "/log"

    def log(self): return tlog.Log(tlog.over_http(self.prefix), [self.key])

    def sql(self, *statements):
        """As a superuser who switches the guards off."""
        for statement in statements: self.registry.sql(f"SET session_replication_role = replica; {statement}")

    def export(self, *more):
        self.exports += 1
        folder = self.registry.folder / f"export-{self.exports}"
        self.cli("log", "export", folder, "--as", "auditor-demo", *more)
        return folder

    def verify(self, folder, *more, key=None):
        done = self.cli("verify", folder, "--public-key", key or self.key, "--json", *more, check=False)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        assert done.returncode == (1 if report["findings"] else 0)
        return report

    def reverse_one(self):
        entry = str(self.registry.sql("SELECT entry_id FROM standing_entries ORDER BY md5(entry_id::text) LIMIT 1")[0][0])
        city = self.registry.sql("SELECT id FROM users WHERE username = 'officer-city'")[0][0]
        self.registry.sql("INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by) VALUES (%s, '重复', 'city', "
                          "'2018-12-31', %s)", (entry, city))
        return entry


@pytest.fixture(scope="module")
def register():
    made = LoggedRegister()
    yield made
    made.registry.close()


# The independent verifier

def test_a_verifier_with_no_code_of_ours_follows_the_log(register):
    head, leaves = register.log().follow([register.first])
    assert head.origin == ORIGIN and head.size == len(leaves) > 500
    kinds = {json.loads(leaf)["kind"] for leaf in leaves}
    assert kinds == {"decision", "entry", "reversal"}
    for leaf in leaves:
        # RFC 8785 for what a leaf has in it: sorted names, no space, no needless escape.
        assert json.dumps(json.loads(leaf), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() == leaf


def test_every_kept_checkpoint_is_the_beginning_of_the_next(register):
    kept = [register.cli("log", "checkpoint").stdout]
    for _ in range(3):
        register.reverse_one()
        kept.append(register.cli("log", "checkpoint").stdout)
    assert len(set(kept)) == 4
    head, _ = register.log().follow([register.first, *kept])
    assert head.size == tlog.Checkpoint(kept[-1], register.log().keys).size


def test_inclusion_proofs_made_from_tiles_alone_hold(register):
    log = register.log()
    head = log.checkpoint()
    leaves = list(log.entries(head.size))
    for index in (0, 1, 255, 256, 300, head.size - 1):
        proof = log.inclusion(index, head.size)
        tlog.check_inclusion(tlog.leaf_hash(leaves[index]), index, head.size, head.root, proof)
        for leaf, place, steps in ((leaves[index] + b" ", index, proof), (leaves[index], (index + 1) % head.size, proof),
                                   (leaves[index], index, proof[:-1]), (leaves[index], index, proof + [head.root])):
            with pytest.raises(tlog.Refused):
                tlog.check_inclusion(tlog.leaf_hash(leaf), place, head.size, head.root, steps)


def test_a_forged_a_forked_and_a_truncated_checkpoint_are_refused(register):
    keys = register.log().keys
    note = register.cli("log", "checkpoint").stdout
    true = tlog.Checkpoint(note, keys)
    for forged in (note.replace(f"\n{true.size}\n", f"\n{true.size + 1}\n"), note.replace(ORIGIN, "other.example/log", 1), note[:-9] + "AAAAAAAA\n",
                   note.partition("\n\n")[0] + "\n\n"):
        with pytest.raises(tlog.Refused): tlog.Checkpoint(forged, keys)
    other = LoggedRegister(learners=40)
    try:
        with pytest.raises(tlog.Refused): tlog.Checkpoint(other.first, keys)
        # Another history under the log's own key: signed and all the same not its continuation.
        shutil.copy(next((register.folder.parent / "transparency-keys").iterdir()), other.folder.parent / "transparency-keys" / "signing-key")
        (other.folder / "keys").write_text((register.folder / "keys").read_text())
        shutil.rmtree(other.folder / "checkpoints")
        fork = other.cli("log", "checkpoint").stdout
        assert tlog.Checkpoint(fork, keys).size < true.size
        with pytest.raises(tlog.Refused): register.log().follow([fork])
        assert "treeDiffers" in {f["problem"] for f in register.verify(register.export(), "--checkpoint", write(register, fork))["findings"]}
        # Shown to somebody who has seen more: the log has shrunk.
        with pytest.raises(tlog.Refused, match="shrunk"): tlog.Log(tlog.over_http(other.prefix), [register.key]).follow([note])
    finally:
        other.registry.close()


def write(register, text):
    path = register.registry.folder / f"kept-{time.monotonic_ns()}"
    path.write_text(text)
    return path


# Addresses

def test_addresses_are_those_of_tlog_tiles(register):
    checkpoint = requests.get(f"{register.prefix}/checkpoint")
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "public, max-age=5"
    size = register.log().checkpoint().size
    tile = requests.get(f"{register.prefix}/tile/0/000")
    assert len(tile.content) == 8192 and tile.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile.headers["Cache-Control"]
    assert requests.get(f"{register.prefix}/tile/0/000.p/7").content == tile.content[:7 * 32]
    assert len(requests.get(f"{register.prefix}/tile/1/000.p/{size // 256}").content) == size // 256 * 32
    for path in ("tile/0/999", f"tile/0/{tlog.number(size // 256)}", "tile/1/000", "tile/0/0", "tile/entries/x000/000", "tile/64/000",
                 "tile/0/000.p/256", "tile/0/000.p/0", "tile", "tile/0", f"tile/entries/{tlog.number(size // 256)}.p/{size % 256 + 1}"):
        answer = requests.get(f"{register.prefix}/{path}")
        assert answer.status_code == 404, path
    keys = requests.get(f"{register.prefix}/keys").text
    assert keys == f"0 {register.key}\n"


def test_nothing_in_the_tree_names_a_person(register):
    names = [row[0] for row in register.registry.sql("SELECT name FROM learners UNION SELECT id_number FROM learners "
                                                     "UNION SELECT id::text FROM learners UNION SELECT person_name FROM users")]
    text = b"\n".join(register.log().entries(register.log().checkpoint().size)).decode()
    assert not [name for name in names if name in text]


def test_the_private_key_is_the_daemons_alone(register):
    keys = register.folder.parent / "transparency-keys"
    assert stat.S_IMODE(os.stat(keys).st_mode) == 0o700
    for key in keys.iterdir(): assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    assert "PRIVATE" not in register.registry.logged()


# Certificates

def test_a_certificate_printed_after_a_decision_carries_its_proof(register):
    clerk = demo_client(register, "clerk-city")
    learner = register.registry.sql("SELECT learner_id FROM standing_entries ORDER BY entry_number DESC LIMIT 1")[0][0]
    printed = clerk.post(f"{register.registry.url}/api/v1/learners/{learner}/certificates", timeout=60)
    assert printed.status_code == 201, printed.text
    certificate = printed.json()
    assert {e["entry"] for e in certificate["proof"]["entries"]} == {e["id"] for e in certificate["entries"]}
    public = requests.get(f"{register.registry.url}/verify/{certificate['code']}/proof", timeout=60).json()
    for entry in public["entries"]:
        leaf = json.loads(tlog.check_proof(entry["tlogProof"], [register.key]))
        file = write(register, entry["tlogProof"])
        assert register.cli("verify", "--proof", file, "--public-key", register.key).stdout == entry["leaf"] + "\n"
        forged = write(register, entry["tlogProof"].replace("index ", "index 1"))
        assert register.cli("verify", "--proof", forged, "--public-key", register.key, check=False).returncode == 1
        assert leaf["id"] == entry["entry"] and entry["leaf"].encode() == tlog.check_proof(entry["tlogProof"], [register.key])
    assert requests.get(f"{register.registry.url}/verify/0000-0000-0000-0000/proof", timeout=60).status_code == 404


def test_the_certificate_as_pdf_carries_its_proof_inside(register, tmp_path):
    clerk = demo_client(register, "clerk-city")
    learner = register.registry.sql("SELECT learner_id FROM standing_entries LIMIT 1")[0][0]
    certificate = clerk.post(f"{register.registry.url}/api/v1/learners/{learner}/certificates", timeout=60).json()
    file = tmp_path / "certificate.pdf"
    file.write_bytes(clerk.get(f"{register.registry.url}/api/v1/certificates/{certificate['code']}.pdf", timeout=170).content)
    subprocess.run(["pdfdetach", "-saveall", "-o", str(tmp_path), str(file)], check=True)
    proof = json.loads((tmp_path / "proof.json").read_text())
    assert {e["entry"] for e in proof["entries"]} == {e["id"] for e in certificate["entries"]} != set()
    for entry in proof["entries"]: assert tlog.check_proof(entry["tlogProof"], [register.key]).decode() == entry["leaf"]


def demo_client(register, username):
    answer = requests.post(f"{register.registry.url}/api/v1/sessions", json={"username": username, "password": f"demo-{username}-2018"}, timeout=60)
    assert answer.status_code == 201, answer.text
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return session


# Exports and `ceregistry verify`

def test_an_export_of_a_register_in_order_verifies_without_it(register):
    report = register.verify(register.export())
    assert report["findings"] == [] and report["signed"] == report["leaves"] == report["records"]
    assert all(c["matches"] for c in report["checkpoints"])
    # The folder is a log that can be served as it is.
    folder = register.export("--public")
    assert not (folder / "records").exists()
    tlog.Log(lambda path: (folder / path).read_bytes(), [register.key]).follow([register.first])
    assert register.verify(folder)["records"] == 0


def test_an_export_is_for_those_who_may_read_all(register):
    refused = register.cli("log", "export", register.registry.folder / "no", "--as", "clerk-city", check=False)
    assert refused.returncode == 2
    assert register.registry.sql("SELECT count(*) FROM access_log WHERE action = 'exportLog' AND outcome = 'refused'")[0][0] == 1


ATTACKS = {
    "an hour more": ("UPDATE register_entries SET hours = hours + 1 WHERE id = '{entry}'", "changed", "hours"),
    "another year": ("UPDATE register_entries SET subject_year = subject_year + 1 WHERE id = '{entry}'", "changed", "year"),
    "another learner": ("UPDATE register_entries SET learner_id = (SELECT id FROM learners WHERE id <> learner_id LIMIT 1) WHERE id = '{entry}'",
                        "changed", "learner"),
    "another time": ("UPDATE register_entries SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = '{entry}'", "changed", "recordedAt"),
    "another officer": ("UPDATE decisions SET decided_by = (SELECT id FROM users WHERE id <> decided_by LIMIT 1) WHERE id = '{decision}'",
                        "changed", "user"),
    "another reason": ("UPDATE decisions SET reason = '好' WHERE id = '{decision}'", "changed", "text"),
    "another outcome": ("UPDATE decisions SET decision = 'return', reason = '缺材料' WHERE id = '{decision}'", "changed", "decision"),
    "a salt": ("UPDATE log_openings SET person_salt = sha256(person_salt) WHERE record_id = '{entry}'", "changed", "person"),
    "a name in an opening": ("UPDATE log_openings SET name = name || '某' WHERE record_id = '{entry}'", "changed", "person"),
    "a deleted entry": ("DELETE FROM register_entries WHERE id = '{entry}'", "removed", None),
    "a deleted reversal": ("DELETE FROM reversals WHERE entry_id = '{reversal}'", "removed", None),
    "a forged entry": ("INSERT INTO register_entries OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(e, jsonb_build_object('id', "
                       "'00000000-0000-4000-8000-000000000001', 'entry_number', 999999, 'kind', 'opening', 'paper_number', '川-1', 'claim_id', NULL, "
                       "'decision_id', NULL, 'decision', NULL, 'completion_record_id', NULL))).* "
                       "FROM register_entries e WHERE id = '{entry}'", "inserted", None),
    "a leaf": ("UPDATE log_leaves SET data = replace(data, '\"hours\":30', '\"hours\":31') WHERE record_id = '{entry}'", "treeDiffers", None),
    "a leaf with its record and hash": (
        "UPDATE register_entries SET hours = 29 WHERE id = '{entry}'; "
        "UPDATE log_leaves SET data = regexp_replace(data, '\"hours\":\\d+', '\"hours\":29') WHERE record_id = '{entry}'; "
        "UPDATE log_leaves SET hash = sha256('\\x00'::bytea || convert_to(data, 'UTF8')) WHERE record_id = '{entry}'", "treeDiffers", None),
    "two leaves in another order": (
        "UPDATE log_leaves SET leaf_index = -1 - leaf_index WHERE leaf_index IN (3, 4); "
        "UPDATE log_leaves SET leaf_index = CASE leaf_index WHEN -4 THEN 4 ELSE 3 END WHERE leaf_index < 0", "treeDiffers", None),
    "another number": ("ALTER TABLE register_entries ALTER entry_number SET GENERATED BY DEFAULT; "
                       "UPDATE register_entries SET entry_number = -entry_number WHERE id = '{entry}'; "
                       "ALTER TABLE register_entries ALTER entry_number SET GENERATED ALWAYS", "changed", "entryNumber"),
    "the newest leaves gone": (
        "DELETE FROM reversals WHERE entry_id IN (SELECT record_id FROM log_leaves WHERE leaf_index >= (SELECT max(leaf_index) FROM log_leaves)); "
        "DELETE FROM log_leaves WHERE leaf_index >= (SELECT max(leaf_index) FROM log_leaves)", "truncated", None),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_superuser_changed_is_named(attack):
    """By `verify` off line, by `log verify` and by the audit; and no checkpoint is signed over a tree that differs."""
    statement, problem, field = ATTACKS[attack]
    register = attacked()
    picks = register.picks
    before = register.export()
    kept = before / "checkpoint"
    dump = register.snapshot()
    try:
        register.sql("ALTER TABLE log_leaves DROP CONSTRAINT IF EXISTS leaves_count_from_zero", *[s for s in statement.format(**picks).split("; ") if s])
        signed = register.cli("log", "checkpoint", check=False)
        live = json.loads(register.cli("log", "verify", "--json", check=False).stdout)
        assert live["totalFindings"] > 0
        audit = register.cli("audit", "--full", "--json", check=False)
        assert audit.returncode == 1
        assert {f["check"] for f in live["findings"]} <= {f["check"] for f in json.loads(audit.stdout)["findings"]}
        if problem == "truncated":
            assert signed.returncode == 2 and "NOT SIGNED" in signed.stderr
        folder = register.export_past_the_refusal()
        report = register.verify(folder, "--checkpoint", kept)
        found = [f for f in report["findings"] if f["problem"] == problem]
        assert found, report["findings"]
        if field: assert field in {d["field"] for f in found for d in f["differences"]}
        if field or problem in ("removed", "inserted"):
            assert found[0]["record"] in picks.values() or found[0]["record"].startswith("00000000")
    finally:
        register.restore(dump)


_attacked = None


def attacked():
    global _attacked
    if _attacked is None:
        _attacked = AttackedRegister(learners=120)
    return _attacked


@pytest.fixture(scope="module", autouse=True)
def attacked_is_closed():
    yield
    if _attacked: _attacked.registry.close()


class AttackedRegister(LoggedRegister):
    """One that is put back after each attack."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.registry.stop()
        self.cli("audit", check=False)
        self.reverse_one()
        self.cli("log", "checkpoint")
        row = self.registry.sql(
            "SELECT e.id, e.decision_id, (SELECT entry_id FROM reversals ORDER BY recorded_at DESC LIMIT 1) FROM register_entries e "
            "WHERE hours = 30 AND decision_id IS NOT NULL AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id) ORDER BY entry_number LIMIT 1")[0]
        self.picks = dict(zip(("entry", "decision", "reversal"), map(str, row)))

    TABLES = ("register_entries", "reversals", "decisions", "log_leaves", "log_nodes", "log_openings", "log_queue")

    def snapshot(self):
        kept = self.registry.folder / "checkpoints-kept"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.folder / "checkpoints", kept)
        for table in self.TABLES:
            self.registry.sql(f"DROP TABLE IF EXISTS public.kept_{table}; CREATE TABLE public.kept_{table} AS TABLE public.{table}")
        return kept

    def restore(self, kept):
        for table in self.TABLES:
            self.sql(f"DELETE FROM {table}", f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}", f"DROP TABLE kept_{table}")
        shutil.rmtree(self.folder / "checkpoints")
        shutil.copytree(kept, self.folder / "checkpoints")

    def export_past_the_refusal(self):
        """A dishonest keeper throws away the checkpoints that stand in the way."""
        shutil.rmtree(self.folder / "checkpoints")
        return self.export()


# Servers that lie

class Liar(http.server.ThreadingHTTPServer):
    """Serves an export, and something else where `lies` says so."""

    def __init__(self, folder, lies):
        self.folder, self.lies = folder, lies
        super().__init__(("127.0.0.1", 0), LiarHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self): return f"http://127.0.0.1:{self.server_port}"


class LiarHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.lstrip("/")
        file = self.server.folder / path
        body = file.read_bytes() if file.is_file() else None
        body = self.server.lies(path, body)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments): pass


def flipped(body, place): return body[:place] + bytes([body[place] ^ 1]) + body[place + 1:]


LIES = {
    "another leaf": lambda path, body: flipped(body, 40) if path == "tile/entries/000" else body,
    "another hash": lambda path, body: flipped(body, 64) if path == "tile/0/000" else body,
    "another node": lambda path, body: flipped(body, 0) if path.startswith("tile/1/") else body,
    "a leaf less": lambda path, body: body[:-1] if path.startswith("tile/entries/") else body,
    "no tiles": lambda path, body: None if path.startswith("tile/0/") else body,
    "a checkpoint of its own making": lambda path, body: flipped(body, len(body) - 20) if path == "checkpoint" else body,
    "another root": lambda path, body: body.replace(body.split(b"\n")[2], base64.b64encode(b"0" * 32)) if path == "checkpoint" else body,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_is_found_out(register, lie):
    folder = register.export("--public")
    honest = Liar(folder, lambda path, body: body)
    done = register.cli("verify", "--url", honest.url, "--public-key", register.key, "--checkpoint", write(register, register.first), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    liar = Liar(folder, LIES[lie])
    done = register.cli("verify", "--url", liar.url, "--public-key", register.key, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    with pytest.raises((tlog.Refused, OSError)): tlog.Log(tlog.over_http(liar.url), [register.key]).follow()
    honest.shutdown(), liar.shutdown()


def test_a_server_that_shows_an_older_log_is_found_out_by_who_kept_a_checkpoint(register):
    older = register.export("--public")
    register.reverse_one()
    kept = register.cli("log", "checkpoint").stdout
    liar = Liar(older, lambda path, body: body)
    done = register.cli("verify", "--url", liar.url, "--public-key", register.key, "--checkpoint", write(register, kept), "--json", check=False)
    assert done.returncode == 1 and "truncated" in {f["problem"] for f in json.loads(done.stdout)["findings"]}
    liar.shutdown()


def test_the_daemon_is_verified_as_any_server_is(register):
    done = register.cli("verify", "--url", register.prefix, "--public-key", register.key)
    assert "✔" in done.stdout


# Witnesses and keys

def test_a_witness_signs_what_continues_and_refuses_a_fork(register, tmp_path):
    witness = register.cli("log", "witness", "key", "--name", "witness.example/w1", "--key", tmp_path / "key").stdout.strip()
    sign = lambda url, **keywords: register.cli("log", "witness", "sign", "--url", url, "--public-key", register.key, "--key", tmp_path / "key",
                                                "--memory", tmp_path / "memory", **keywords)
    older = register.export("--public")
    first = sign(register.prefix).stdout
    register.reverse_one()
    register.cli("log", "checkpoint")
    second = sign(register.prefix).stdout
    keys = [tlog.Key(register.key), tlog.Key(witness)]
    assert [key.name for key in tlog.Checkpoint(second, keys).signed] == [ORIGIN, "witness.example/w1"]
    assert tlog.Checkpoint(first, keys).size < tlog.Checkpoint(second, keys).size
    liar = Liar(older, lambda path, body: body)
    refused = sign(liar.url, check=False)
    assert refused.returncode == 1 and refused.stdout == "" and "NOT SIGNED" in refused.stderr
    liar.shutdown()
    # The register keeps it, and hands it on.
    register.cli("log", "witness", "add", "-", "--witness", witness, stdin=second)
    served = tlog.Checkpoint(requests.get(f"{register.prefix}/checkpoint").content.decode(), keys)
    assert [key.name for key in served.signed] == [ORIGIN, "witness.example/w1"]
    assert register.verify(register.export(), "--witness", witness)["findings"] == []
    stranger = register.cli("log", "witness", "key", "--name", "witness.example/w2", "--key", tmp_path / "key2").stdout.strip()
    assert {f["problem"] for f in register.verify(register.export(), "--witness", stranger)["findings"]} == {"unwitnessed"}
    forged = second.replace("witness.example/w1", "witness.example/w2")
    assert register.cli("log", "witness", "add", "-", "--witness", stranger, stdin=forged, check=False).returncode == 2


def test_a_rotated_key_signs_from_its_size_on_and_the_old_one_no_longer():
    register = LoggedRegister(learners=40)
    try:
        old = register.key
        secret = (register.folder.parent / "transparency-keys" / "signing-key").read_text()
        register.reverse_one()
        new = register.cli("log", "key", "rotate").stdout.strip()
        at = tlog.Checkpoint(requests.get(f"{register.prefix}/checkpoint").content.decode(), [tlog.Key(old), tlog.Key(new)])
        assert len(at.signed) == 2
        register.reverse_one()
        after = register.cli("log", "checkpoint").stdout
        assert [key.id for key in tlog.Checkpoint(after, [tlog.Key(old), tlog.Key(new)]).signed] == [tlog.Key(new).id]
        keys = requests.get(f"{register.prefix}/keys").text.split("\n")
        assert keys == [f"0 {old}", f"{at.size} {new}", ""]
        folder = register.export()
        assert register.verify(folder, key=folder / "keys")["findings"] == []
        assert {f["problem"] for f in register.verify(folder, key=old)["findings"]} == {"forged"}
        # Whoever got hold of the old key signs nothing larger with it.
        assert secret not in [f.read_text() for f in (register.folder.parent / "transparency-keys").iterdir()]
        text = f"{ORIGIN}\n{at.size + 1}\n{base64.b64encode(bytes(32)).decode()}\n"
        seed = base64.b64decode(secret.strip().split("+", 4)[4])[1:]
        signature = bytes.fromhex(tlog.Key(old).id) + Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
        stolen = f"{text}\n\u2014 {ORIGIN} {base64.b64encode(signature).decode()}\n"
        assert tlog.Checkpoint(stolen, [tlog.Key(old)]).size == at.size + 1
        (register.folder.parent / "transparency-keys" / "signing-key").write_text(secret)
        register.reverse_one()
        assert register.cli("log", "checkpoint", check=False).returncode == 2
        done = register.cli("verify", folder, "--public-key", folder / "keys", "--checkpoint", write(register, stolen), "--json", check=False)
        assert done.returncode == 1 and "forged" in {f["problem"] for f in json.loads(done.stdout)["findings"]}
    finally:
        register.registry.close()


def test_a_register_restored_from_an_old_backup_signs_nothing(tmp_path):
    register = LoggedRegister(learners=40)
    try:
        size = register.log().checkpoint().size
        entry = register.reverse_one()
        register.cli("log", "checkpoint")
        register.registry.stop()
        register.sql(f"DELETE FROM reversals WHERE entry_id = '{entry}'", f"DELETE FROM log_leaves WHERE leaf_index >= {size}",
                     f"DELETE FROM log_openings WHERE kind = 'reversal' AND record_id = '{entry}'")
        refused = register.cli("log", "checkpoint", check=False)
        assert refused.returncode == 2 and "NOT SIGNED" in refused.stderr
        live = json.loads(register.cli("log", "verify", "--json", check=False).stdout)
        assert [f["check"] for f in live["findings"]] == ["checkpoint"]
        # Another history that grows past the size of the one handed out is none the better.
        for _ in range(3): register.reverse_one()
        refused = register.cli("log", "checkpoint", check=False)
        assert refused.returncode == 2 and "NOT SIGNED" in refused.stderr
    finally:
        register.registry.close()


# What stays provable

def test_a_corrected_name_and_number_and_what_was_removed_leave_every_proof_valid():
    register = LoggedRegister(learners=40)
    try:
        entry, learner = register.registry.sql("SELECT entry_id, learner_id FROM standing_entries ORDER BY entry_number LIMIT 1")[0]
        before = register.log().follow()[0]
        officer = demo_client(register, "officer-city")
        for field, value in (("name", "更名之人"), ("idNumber", makers.id_number())):
            answer = officer.post(f"{register.registry.url}/api/v1/learners/{learner}/corrections", timeout=60,
                                  json={"field": field, "value": value, "reason": "更正", "document": "户籍证明"})
            assert answer.status_code == 201, answer.text
        assert register.verify(register.export())["findings"] == []
        assert json.loads(register.cli("log", "verify", "--json").stdout)["totalFindings"] == 0
        # By law: the person's part of every opening goes, the leaf stays.
        gone = register.registry.sql("SELECT name, id_number FROM log_openings WHERE learner_id = %s", (learner,))[0]
        register.registry.sql("UPDATE log_openings SET person_salt = NULL, learner_id = NULL, name = NULL, id_number = NULL, "
                              "person_erasure = gen_random_uuid() WHERE learner_id = %s", (learner,))
        folder = register.export()
        report = register.verify(folder)
        assert report["findings"] == [] and report["erased"] > 0
        text = "".join(path.read_text() for path in (folder / "records").iterdir())
        assert gone[0] not in text and gone[1] not in text
        assert json.loads(register.cli("log", "verify", "--json").stdout)["totalFindings"] == 0
        log = register.log()
        after = log.checkpoint()
        tlog.check_consistency(before.size, before.root, after.size, after.root, log.consistency(before.size, after.size))
        # An opening that is gone without a reason in law is a finding.
        register.sql(f"DELETE FROM log_openings WHERE record_id = '{entry}'")
        assert [f["record"] for f in register.verify(register.export())["findings"]] == [str(entry)]
        assert register.cli("log", "verify", check=False).returncode == 1
    finally:
        register.registry.close()


def test_checkpoints_are_never_overwritten(register):
    folder = register.folder / "checkpoints"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    register.cli("log", "checkpoint")
    register.reverse_one()
    processes = [subprocess.Popen([os.environ["CEREGISTRY_BINARY"], "log", "checkpoint"], env=register.registry.environment(),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    outputs = {process.communicate()[0] for process in processes}
    assert all(process.returncode == 0 for process in processes) and len(outputs) == 1
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert before.items() <= after.items() and len(after) == len(before) + 1
    assert [path for path in register.folder.rglob(".draft*")] == []
