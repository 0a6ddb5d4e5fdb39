"""Reminders before a year is due: whom they reach, that nobody is reminded twice, and what happens when the mail server fails."""
import csv
import email
import email.policy
import json
import pathlib
import subprocess
import time

import pytest
from aiosmtpd.controller import Controller

from registry import BINARY, Registry


class Sink:
    """A mail server that keeps what it is given, and misbehaves where it is told to."""

    def __init__(self):
        self.messages, self.refuse, self.silent_after = [], set(), None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse: return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.silent_after is not None and len(self.messages) >= self.silent_after:
            # Taken, and then not a word: the client cannot know.
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            session.writer.transport.abort() if hasattr(session, "writer") else server.transport.abort()
            return "451 never said"
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    def to(self, address): return next(message for message in self.messages if message["To"].strip("<>") == address)

    @property
    def recipients(self):
        return sorted(message["To"].strip("<>") for message in self.messages)


@pytest.fixture
def sink():
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    # Port 0: the system chooses, and the controller is told afterwards.
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    handler.url = f"smtp://127.0.0.1:{controller.port}"
    yield handler
    controller.stop()


@pytest.fixture
def house():
    """2 October 2018: 2018 is due in 90 days."""
    registry = Registry(clock="2018-10-02T09:00:00+08:00")
    registry.add_bureau_users(["511823"])
    registry.start()
    registry.unit = registry.employer(name="汉源县人民医院")
    registry.add_user("unit", "unitAdmin", employer=registry.unit["creditCode"], name="周单位")
    yield registry
    registry.close()


def person(house, name, address=None, mobile=None):
    learner = house.learner(house.unit, name=name)
    if address or mobile:
        house.as_("city").made(f"/api/v1/learners/{learner['id']}/contact", **{k: v for k, v in (("email", address), ("mobile", mobile)) if v})
    return learner


def remind(house, sink=None, *arguments, clock=None, check=True, **environment):
    settings = {"CEREGISTRY_SMTP_URL": sink.url, "CEREGISTRY_SMTP_TLS": "off", "CEREGISTRY_SMTP_FROM": "noreply@example.cn"} if sink else {}
    if clock: settings["CEREGISTRY_CLOCK"] = clock
    done = house.cli("reminders", "send", "--json", *arguments, check=False, **settings, **environment)
    assert not check or done.returncode == 0, done.stderr
    return done if not check else json.loads(done.stdout)


def rounds(report, channel="email"):
    return {(r["subjectYear"], r["daysBefore"]): r for r in report["rounds"] if r["channel"] == channel}


def test_who_still_has_to_study_is_reminded_once_and_nobody_else(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    complete = person(house, "高完成", "gao@example.cn")
    assert house.decide(house.claim(complete, 2018, evidence=house.online(2018, testPassedOn="2018-09-03")), "county-511823").status_code == 201
    excused = person(house, "病假人", "bing@example.cn")
    house.as_("county-511823").made(f"/api/v1/learners/{excused['id']}/excuses", subjectYear=2018, reason="病假", document="批复", liftsDuty=True)
    person(house, "无地址")
    house.as_("unit").made("/api/v1/account/contact", email="unit@example.cn")

    report = remind(house, sink)
    assert sink.recipients == ["unit@example.cn", "zhang@example.cn"]
    assert rounds(report)[2018, 90]["sent"] == 2 and report["unreachable"] == 1
    assert remind(house, sink)["rounds"][0]["due"] == 0 and len(sink.messages) == 2

    mine = sink.to("zhang@example.cn")
    assert mine["Subject"] == "请在2018-12-31前完成2018年度继续教育公需科目（还有90天）"
    assert "张小丽" in mine.get_content() and "尚差30学时" in mine.get_content() and "30 hours missing" in mine.get_content()
    assert mine["Auto-Submitted"] == "auto-generated" and mine["Message-ID"].endswith("@example.cn>") and mine["Date"].datetime.tzinfo
    unit = sink.to("unit@example.cn")
    text = unit.get_content()
    assert "2人尚未完成" in text and "张小丽" in text and "无地址" in text and "高完成" not in text and "病假人" not in text


def test_each_of_the_four_days_has_its_own_and_a_missed_day_is_made_up_for(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    sent = []
    for day in ("2018-10-01", "2018-10-02", "2018-10-31", "2018-11-01", "2018-11-03", "2018-12-01", "2018-12-26", "2018-12-31", "2019-01-01"):
        report = remind(house, sink, clock=f"{day}T09:00:00+08:00")
        sent += [(day, r["daysBefore"]) for r in report["rounds"] if r["sent"]]
    # The run of 24 December did not happen: the next one sends it, and says how many days are left in truth.
    assert sent == [("2018-10-02", 90), ("2018-11-01", 60), ("2018-12-01", 30), ("2018-12-26", 7)]
    assert "还有5天" in sink.messages[-1]["Subject"]


def test_whoever_is_complete_by_the_next_day_is_left_alone(house, sink):
    learner = person(house, "张小丽", "zhang@example.cn")
    remind(house, sink)
    house.decide(house.claim(learner, 2018, evidence=house.online(2018, testPassedOn="2018-09-03")), "county-511823")
    remind(house, sink, clock="2018-11-01T09:00:00+08:00")
    assert len(sink.messages) == 1


def test_a_refused_address_is_tried_again_and_the_others_are_not(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    person(house, "罗未完", "luo@example.cn")
    sink.refuse.add("luo@example.cn")
    done = remind(house, sink, check=False)
    assert done.returncode == 1
    report = rounds(json.loads(done.stdout))[2018, 90]
    assert (report["sent"], report["failed"]) == (1, 1)
    assert "550" in house.sql("SELECT failure FROM reminders WHERE failed_at IS NOT NULL")[0][0]
    sink.refuse.clear()
    assert rounds(remind(house, sink))[2018, 90]["sent"] == 1
    assert sink.recipients == ["luo@example.cn", "zhang@example.cn"]
    assert house.sql("SELECT attempts FROM reminders ORDER BY attempts") == [(1,), (2,)]


def test_a_server_that_is_away_costs_nobody_a_reminder(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    away = remind(house, None, check=False, CEREGISTRY_SMTP_URL="smtp://127.0.0.1:1", CEREGISTRY_SMTP_TLS="off", CEREGISTRY_SMTP_FROM="noreply@example.cn")
    assert away.returncode == 1 and rounds(json.loads(away.stdout))[2018, 90]["failed"] == 1
    assert house.sql("SELECT count(*) FROM reminders WHERE sent_at IS NOT NULL") == [(0,)]
    assert rounds(remind(house, sink))[2018, 90]["sent"] == 1


def test_a_server_that_falls_silent_half_way_sends_nothing_twice(house, sink):
    """Taken without an answer: it may have arrived. At most once, rather than twice."""
    for index in range(6): person(house, f"学员{index}", f"person{index}@example.cn")
    sink.silent_after = 3
    done = remind(house, sink, check=False)
    assert done.returncode == 1
    first = rounds(json.loads(done.stdout))[2018, 90]
    assert first["sent"] + first["failed"] + first["unclear"] == 6 and first["sent"] == 3 and first["unclear"] >= 1
    sink.silent_after = None
    remind(house, sink, check=False)
    recipients = sink.recipients
    assert len(recipients) == len(set(recipients)), "somebody was reminded twice"
    assert house.sql("SELECT count(*) FROM reminders WHERE sent_at IS NULL AND failed_at IS NULL")[0][0] == first["unclear"]


def test_a_run_that_is_killed_reminds_nobody_twice(house, sink):
    for index in range(12): person(house, f"学员{index}", f"person{index}@example.cn")
    environment = {**house.environment(), "CEREGISTRY_SMTP_URL": sink.url, "CEREGISTRY_SMTP_TLS": "off", "CEREGISTRY_SMTP_FROM": "noreply@example.cn"}
    run = subprocess.Popen([BINARY, "reminders", "send"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + 60
    while not sink.messages and time.time() < until: time.sleep(0.01)
    run.kill()
    run.wait()
    remind(house, sink, check=False)
    recipients = sink.recipients
    assert len(recipients) == len(set(recipients)) >= 8
    # What was reserved and never settled is what may be missing.
    unclear = house.sql("SELECT count(*) FROM reminders WHERE sent_at IS NULL AND failed_at IS NULL")[0][0]
    assert len(recipients) + unclear >= 12


def test_two_runs_at_once_remind_each_person_once(house, sink):
    for index in range(8): person(house, f"学员{index}", f"person{index}@example.cn")
    environment = {**house.environment(), "CEREGISTRY_SMTP_URL": sink.url, "CEREGISTRY_SMTP_TLS": "off", "CEREGISTRY_SMTP_FROM": "noreply@example.cn"}
    runs = [subprocess.Popen([BINARY, "reminders", "send"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert sink.recipients == sorted(f"person{index}@example.cn" for index in range(8))


def test_a_dry_run_counts_and_leaves_no_trace(house, sink):
    person(house, "张小丽", "zhang@example.cn", "13800000001")
    report = remind(house, sink, "--dry-run")
    assert rounds(report)[2018, 90]["due"] == 1 and rounds(report, "sms")[2018, 90]["due"] == 1
    assert sink.messages == [] and house.sql("SELECT count(*) FROM reminders") == [(0,)]


def test_short_messages_are_left_for_the_gateway_as_one_file(house, tmp_path):
    person(house, "张小丽", mobile="138-0000-0001")
    person(house, "罗\"未\"完", mobile="13800000002")
    report = remind(house, None, CEREGISTRY_SMS_DIRECTORY=str(tmp_path))
    name = rounds(report, "sms")[2018, 90]["file"]
    assert [path.name for path in tmp_path.iterdir()] == [name]
    rows = list(csv.DictReader((tmp_path / name).open(encoding="utf-8", newline="")))
    assert sorted(row["mobile"] for row in rows) == ["13800000001", "13800000002"]
    assert all("2018年度公需科目还差30学时" in row["text"] for row in rows) and any('罗"未"完' in row["text"] for row in rows)
    assert {row["reference"] for row in rows} == {str(row[0]) for row in house.sql("SELECT id FROM reminders")}
    again = remind(house, None, CEREGISTRY_SMS_DIRECTORY=str(tmp_path))
    assert rounds(again, "sms")[2018, 90]["due"] == 0 and len(list(tmp_path.iterdir())) == 1


def test_a_gateways_folder_that_is_not_there_fails_and_is_tried_again(house, tmp_path):
    person(house, "张小丽", mobile="13800000001")
    done = remind(house, None, check=False, CEREGISTRY_SMS_DIRECTORY=str(tmp_path / "nowhere"))
    assert done.returncode == 1 and rounds(json.loads(done.stdout), "sms")[2018, 90]["failed"] == 1
    assert rounds(remind(house, None, CEREGISTRY_SMS_DIRECTORY=str(tmp_path)), "sms")[2018, 90]["sent"] == 1


def test_no_password_stands_among_the_arguments(house, sink, tmp_path):
    """The program that sends writes down how it was called."""
    person(house, "张小丽", "zhang@example.cn")
    seen = house.cli("reminders", "send", check=False, CEREGISTRY_SMTP_URL="smtp://someone:s3cret%40word@127.0.0.1:1", CEREGISTRY_SMTP_TLS="off",
                     CEREGISTRY_SMTP_FROM="noreply@example.cn")
    assert "s3cret" not in seen.stdout + seen.stderr
    assert "s3cret" not in json.dumps(house.sql("SELECT failure FROM reminders"))


def test_mail_without_tls_is_not_sent_unless_it_may_be(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    done = remind(house, None, check=False, CEREGISTRY_SMTP_URL=sink.url, CEREGISTRY_SMTP_FROM="noreply@example.cn")
    assert done.returncode == 1 and sink.messages == []
    assert rounds(remind(house, sink))[2018, 90]["sent"] == 1


@pytest.mark.parametrize("settings, said", [
    ({}, "CEREGISTRY_SMTP_URL"),
    ({"CEREGISTRY_SMTP_URL": "http://user:hidden@example.cn", "CEREGISTRY_SMTP_FROM": "a@example.cn"}, "smtps://"),
    ({"CEREGISTRY_SMTP_URL": "smtp://127.0.0.1"}, "CEREGISTRY_SMTP_FROM"),
])
def test_what_is_set_up_wrongly_is_said(house, settings, said):
    done = house.cli("reminders", "send", check=False, **settings)
    assert done.returncode == 2 and said in done.stderr and "hidden" not in done.stderr


def test_a_sent_reminder_is_never_changed(house, sink):
    person(house, "张小丽", "zhang@example.cn")
    remind(house, sink)
    for statement in ("UPDATE reminders SET sent_at = NULL", "DELETE FROM reminders"):
        with pytest.raises(Exception, match="not sent again|append-only"): house.sql(statement)


def test_an_erased_address_is_gone(house, sink):
    learner = person(house, "张小丽", "zhang@example.cn")
    assert house.as_("city").delete(f"/api/v1/learners/{learner['id']}/contact").status_code == 204
    assert "zhang" not in str(house.sql("SELECT * FROM contacts"))
    remind(house, sink)
    assert sink.messages == []


@pytest.mark.parametrize("body", [{}, {"email": "no"}, {"email": "a@b"}, {"email": "a b@example.cn"}, {"email": "a@example.cn\nBcc: x@y.cn"}, {"mobile": "12345"},
                                  {"mobile": "23800000001"}, {"email": "张@example.cn"}, {"email": ".a@example.cn"}])
def test_an_address_that_cannot_be_is_refused(house, body):
    learner = house.learner(house.unit)
    answer = house.as_("city").post(f"/api/v1/learners/{learner['id']}/contact", json=body)
    assert answer.status_code == 422 and answer.json()["reasons"][0]["field"] in ("email", "mobile")
