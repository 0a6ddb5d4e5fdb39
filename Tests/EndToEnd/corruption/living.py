"""A register to which everything happened that may: recognized, reversed, merged, corrected, excused, moved and erased people,
certificates, published bulletins, acknowledged findings, a signed log. As it is now, and as it was some days before."""
import json
import shutil
import uuid

import psycopg

import makers
from registry import Registry


class Living:
    def __init__(self, learners=200, server=None):
        self.registry = registry = Registry(server=server, clock="2018-12-28T09:00:00+08:00", CEREGISTRY_WEASYPRINT="/nowhere")
        self.log = registry.folder / "log"
        registry.extra.update(CEREGISTRY_LOG_DIRECTORY=str(self.log), CEREGISTRY_LOG_KEY_DIRECTORY=str(registry.folder / "keys"))
        registry.cli("log", "key", "generate", "--origin", "corruption.test/log")
        registry.add_bureau_users(["511823", "511802"])
        registry.cli("demo", "load", "--learners", learners)
        registry.start()
        self.year()
        registry.cli("log", "checkpoint")
        self.settle()
        registry.stop()
        self.earlier = self.copy("earlier")
        registry.start("2018-12-31T09:00:00+08:00")
        self.days_since()
        registry.cli("log", "checkpoint")
        self.settle()
        registry.stop()
        self.now = registry.database

    def settle(self):
        """Every finding of the invented city (claims that wait) is acknowledged, and then there is none."""
        registry = self.registry
        registry.cli("audit", check=False)
        for finding in json.loads(registry.cli("audit", "findings", "--json", "--as", "auditor").stdout):
            assert finding["severity"] == "warning", finding
            registry.as_("city").made(f"/api/v1/audits/findings/{finding['id']}/acknowledgements", reason="已催办")
        for arguments in (["--full"], []):
            done = registry.cli("audit", *arguments, check=False)
            assert done.returncode == 0, done.stdout

    def year(self):
        registry = self.registry
        city, county = registry.as_("city"), registry.as_("county-511823")
        unit, other = registry.employer(name="汉源县人民医院"), registry.employer(division="511802", name="雨城区中学")
        people = [registry.learner(unit, name=f"钟{given}") for given in "文武双全忠孝仁义"]
        moved, returned, merged, twin, excused, reversed_, printed, session = people
        for person in (moved, merged, twin, reversed_, printed):
            assert registry.decide(registry.claim(person), "county-511823").status_code == 201
        county.made(f"/api/v1/learners/{moved['id']}/corrections", field="name", value="钟文远", reason="更名", document="户口簿")
        county.made(f"/api/v1/learners/{moved['id']}/corrections", field="idNumber", value=makers.id_number(), reason="升位", document="身份证")
        claim = registry.claim(returned, evidence=(evidence := registry.online()))
        registry.decide(claim, "county-511823", decision="return", reason="缺盖章")
        county.made(f"/api/v1/claims/{claim['id']}/resubmissions", evidence=evidence, reason="已盖章")
        registry.decide(claim, "county-511823")
        county.made(f"/api/v1/learners/{merged['id']}/merges", **{"from": twin["id"]}, reason="同一人", document="户口簿")
        excuse = county.made(f"/api/v1/learners/{excused['id']}/excuses", subjectYear=2018, reason="产假", document="诊断书", liftsDuty=True)
        county.made(f"/api/v1/learners/{returned['id']}/excuses", subjectYear=2018, reason="援藏", document="派遣函", liftsDuty=True)
        county.made(f"/api/v1/excuses/{excuse['id']}/revocations", reason="提前返岗")
        entry = county.get(f"/api/v1/learners/{reversed_['id']}/register").json()["items"][0]
        county.made(f"/api/v1/learners/{reversed_['id']}/certificates")
        county.made(f"/api/v1/register/{entry['id']}/reversals", reason="年度录错")
        county.made(f"/api/v1/learners/{printed['id']}/certificates")
        for month in ("06", "07"):
            half = registry.claim(session, 2018, by="base", mode="faceToFace", evidence={
                "sessionCode": f"YA2018-{month}", "startedOn": f"2018-{month}-04", "endedOn": f"2018-{month}-06", "hours": 15, "assessmentPassed": True})
            assert registry.decide(half, "base").status_code == 201
        county.made(f"/api/v1/learners/{moved['id']}/employments", employerCreditCode=other["creditCode"], **{"from": "2018-11-01"})
        lying = registry.claim(session, 2017, by="city")
        city.made(f"/api/v1/claims/{lying['id']}/reroutings", to="city", reason="市局直接办理")
        clinic = registry.employer(name="汉源县人民医院（新）")
        city.made(f"/api/v1/employers/{clinic['id']}/corrections", field="name", value="汉源县中医院", reason="更名")
        city.made(f"/api/v1/employers/{registry.employer(name='重复单位')['id']}/closures", on="2018-06-30", reason="注销")
        city.made(f"/api/v1/employers/{unit['id']}/merges", **{"from": clinic["id"]}, reason="重复录入", document="批复")
        self.opening(unit)
        self.papers(reversed_, printed, excused, session)
        self.training(other, moved)
        city.made("/api/v1/bulletins", number="雅人社通〔2018〕1号", asOf="2018-06-30")

    def opening(self, unit):
        """Somebody who left long ago, known by a paper certificate alone, and was erased."""
        registry = self.registry
        gone = registry.learner(unit, name="诸葛离任", since="2001-07-01", employedUntil="2011-12-31")
        file = registry.folder / "openings.csv"
        file.write_text(f"idNumber,subjectYear,mode,hours,recognizedOn,paperNumber\n{gone['idNumber']},2011,faceToFace,72,2011-12-01,证0001\n")
        registry.cli("import", "openings", file, "--as", "county-511823")
        registry.as_("city").made(f"/api/v1/learners/{gone['id']}/erasures", reason="本人申请", document="受理1号")

    def papers(self, reversed_, printed, *pair):
        """Notices, an address, a reminder, a merge that was taken back, two records that were kept apart."""
        registry = self.registry
        city, county = registry.as_("city"), registry.as_("county-511823")
        for person in (reversed_, printed): county.made(f"/api/v1/learners/{person['id']}/notices", purpose="titlePromotion")
        county.made(f"/api/v1/learners/{printed['id']}/contact", email="printed@example.cn", mobile="13800138000")
        first, second = sorted((person["id"] for person in pair), key=uuid.UUID)
        made = county.made(f"/api/v1/learners/{first}/merges", **{"from": second}, reason="同一人", document="户口簿")
        city.made(f"/api/v1/merges/{made['id']}/reversals", reason="同名不同人")
        registry.sql("""INSERT INTO kept_apart (first_id, second_id, first_version, second_version, reason, kept_on, recorded_by)
                        SELECT %s, %s, 1, 1, '同名不同人', '2018-12-28', id FROM users WHERE username = 'city'""", (first, second))

    def training(self, unit, learner):
        """The demo's season goes on: hours of the session that was held are recognized. A unit had asked for places in time."""
        registry, base = self.registry, self.registry.as_("base")
        registry.add_user("unit-office", "unitAdmin", employer=unit["creditCode"], name="周单位")
        registry.sql("""WITH p AS (INSERT INTO training_plans (employer_id, subject_year, kind, contact, note, sent_on, recorded_by)
                                  SELECT employer_id, 2018, 'request', '办公室', '下半年为宜', '2018-10-08', id FROM users WHERE username = 'unit-office' RETURNING *)
                        INSERT INTO training_plan_learners (plan_id, learner_id, proposed_on, recorded_by) SELECT id, %s, sent_on, recorded_by FROM p""",
                     (learner["id"],))
        held = base.get("/api/v1/trainingSessions", params={"subjectYear": 2018}).json()["items"][0]
        digest = base.get(f"/api/v1/trainingSessions/{held['id']}/recognition").json()["digest"]
        base.made(f"/api/v1/trainingSessions/{held['id']}/recognitions", digest=digest)

    def days_since(self):
        registry, base = self.registry, self.registry.as_("base")
        # What was sealed as it was is lawfully changed.
        plan = base.get("/api/v1/trainingPlans", params={"state": "sent"}).json()["items"][0]
        base.made(f"/api/v1/trainingPlans/{plan['id']}/answers", answer="accept", note="请按时参加")
        coming = base.get("/api/v1/trainingSessions", params={"state": "scheduled"}).json()["items"][0]
        base.made(f"/api/v1/trainingSessions/{coming['id']}/cancellations", reason="停电")
        learner = registry.learner(registry.employer(), name="钟后来")
        assert registry.decide(registry.claim(learner, 2018), "county-511823").status_code == 201
        registry.as_("city").made("/api/v1/bulletins", number="雅人社通〔2018〕2号", asOf="2018-12-31")

    # Copies: a template is a few megabytes, a copy of it a second's work.

    def copy(self, name):
        database = f"{self.registry.database}_{name}"
        with psycopg.connect(self.registry.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {self.registry.database}")
        return database

    def close(self):
        self.registry.stop(kill=True)
        with psycopg.connect(self.registry.server, autocommit=True) as connection:
            for database, in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (self.registry.database + "%",)).fetchall():
                connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        shutil.rmtree(self.registry.folder, ignore_errors=True)
