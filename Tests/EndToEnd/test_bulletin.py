"""通报: published once by the city bureau, in every form, and the same to the byte a year later."""
import hashlib
import io
import shutil
import subprocess
import uuid

import openpyxl
import pytest
import requests

from registry import Registry

NUMBER = "雅人社通〔2018〕12号"
needs_weasyprint = pytest.mark.skipif(not shutil.which("weasyprint"), reason="WeasyPrint is not installed")


@pytest.fixture(scope="module")
def city():
    registry = Registry(clock="2018-12-31T09:00:00+08:00")
    registry.add_bureau_users(["511823"])
    registry.cli("demo", "load", "--learners", 120)
    registry.start()
    registry.published = registry.as_("city").post("/api/v1/bulletins", json={"number": NUMBER, "asOf": "2018-06-30"}, timeout=120,
                                                   headers={"Idempotency-Key": "one"})
    yield registry
    registry.close()


def form(registry, suffix, by="auditor"):
    answer = registry.as_(by).get(f"/api/v1/bulletins/{requests.utils.quote(NUMBER)}{suffix}", timeout=120)
    assert answer.status_code == 200, answer.text
    return answer


def test_it_is_published_once(city):
    assert city.published.status_code == 201, city.published.text
    again = city.as_("city").post("/api/v1/bulletins", json={"number": NUMBER, "asOf": "2018-06-30"}, headers={"Idempotency-Key": "one"})
    assert again.status_code == 201 and again.json() == city.published.json()
    other = city.as_("city").post("/api/v1/bulletins", json={"number": NUMBER, "asOf": "2018-07-31"}, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert other.status_code == 409 and other.json()["code"] == "bulletinNumberTaken"
    assert city.as_("county-511823").post("/api/v1/bulletins", json={"number": "1"}).status_code == 403
    assert city.as_("city").post("/api/v1/bulletins", json={"number": "a.pdf"}).status_code == 422
    assert city.as_("city").post("/api/v1/bulletins", json={"number": "2", "asOf": "2019-01-01"}).json()["code"] == "bulletinDayAhead"
    assert [item["number"] for item in city.as_("county-511823").get("/api/v1/bulletins").json()["items"]] == [NUMBER]
    assert city.as_("city").get("/api/v1/bulletins/none.json").json()["code"] == "bulletinUnknown"


def test_every_form_is_what_was_hashed_and_says_the_same(city):
    sums = form(city, "").json()["sha256"]
    contents = {name: form(city, "." + name).content for name in sums}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()} == sums
    document = form(city, ".json").json()
    live = city.as_("city").get("/api/v1/bulletin", params={"asOf": "2018-06-30"}).json()
    assert document["bulletin"] == live and document["number"] == NUMBER
    total = live["years"][0]["total"]
    page = form(city, ".html").text
    assert NUMBER in page and f"应完成{total['owed']}人，已完成{total['complete']}人" in page
    book = openpyxl.load_workbook(io.BytesIO(contents["xlsx"]))
    assert book.sheetnames == ["2017 汇总", "2017 单位", "2018 汇总", "2018 单位"]
    assert list(book["2017 汇总"].iter_rows(values_only=True))[-1][3:5] == (total["owed"], total["complete"])
    behind = {unit["name"] for unit in live["years"][0]["employers"] if unit["behind"]}
    assert behind and all(name in page for name in behind)


@needs_weasyprint
def test_the_pdf_is_readable_in_chinese(city, tmp_path):
    file = tmp_path / "bulletin.pdf"
    file.write_bytes(form(city, ".pdf").content)
    assert file.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
        assert "专业技术人员继续教育完成情况通报" in text and NUMBER in text


# An entry by which somebody in post, excused from nothing, is complete: the only one of its year.
WHAT_COUNTS = """
    SELECT e.id FROM register_entries e JOIN learners l ON l.id = e.learner_id
    WHERE e.recognized_on < '2018-01-01' AND e.hours = 30 AND l.merged_into IS NULL
      AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id) AND NOT EXISTS (SELECT FROM excuses x WHERE x.learner_id = e.learner_id)
      AND NOT EXISTS (SELECT FROM register_entries o WHERE o.learner_id = e.learner_id AND o.subject_year = e.subject_year AND o.id <> e.id)
      AND NOT EXISTS (SELECT FROM employments p WHERE p.learner_id = e.learner_id
                      AND (p.employed_until IS NOT NULL OR p.retracted_at IS NOT NULL OR extract(year FROM p.employed_from) > e.subject_year))
    LIMIT 1
"""


def test_a_year_later_it_comes_out_the_same_to_the_byte(city):
    before = {suffix: form(city, suffix).content for suffix in (".json", ".html", ".xlsx")}
    # What came since: a reversal, a unit that changed name and level, a learner who moved, another who came.
    entry = city.sql("SELECT id FROM register_entries e WHERE NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id) LIMIT 1")[0][0]
    city.as_("city").made(f"/api/v1/register/{entry}/reversals", reason="录入有误")
    unit = city.sql("SELECT id FROM employers WHERE level = 'county' LIMIT 1")[0][0]
    for field, value in (("name", "改名后的单位"), ("level", "city"), ("kind", "enterprise")):
        city.as_("city").made(f"/api/v1/employers/{unit}/corrections", field=field, value=value, reason="更名升级")
    city.learner(city.employer(), since="2017-01-01")
    city.move_to("2019-12-31T09:00:00+08:00")
    for suffix, content in before.items(): assert form(city, suffix).content == content
    done = city.cli("bulletin", "verify", NUMBER, "--as", "city", check=False)
    assert done.returncode == 0, done.stderr
    live = city.as_("city").get("/api/v1/bulletin", params={"asOf": "2018-06-30"}).json()
    assert live != form(city, ".json").json()["bulletin"]
    known = city.as_("city").get("/api/v1/bulletin", params={"asOf": "2018-06-30", "knownAt": form(city, "").json()["knownAt"]}).json()
    assert known == form(city, ".json").json()["bulletin"]
    # An entry that is taken away past every trigger shows.
    city.sql("SET session_replication_role = replica; DELETE FROM register_entries WHERE id = (" + WHAT_COUNTS + ")")
    assert city.cli("bulletin", "verify", NUMBER, "--as", "city", check=False).returncode == 1
    findings = city.cli_json("audit", check=False)["findings"]
    assert [item["recordId"] for item in findings if item["check"] == "publication"] == [NUMBER]


def test_without_weasyprint_everything_else_is_published_and_the_pdf_says_why(city):
    lacking = {"CEREGISTRY_WEASYPRINT": "/nowhere/weasyprint"}
    done = city.cli("bulletin", "publish", "2019-1", "--as", "city", **lacking)
    assert "WeasyPrint" in done.stderr
    shown = city.cli("bulletin", "show", "2019-1", "--form", "pdf", "--as", "city", check=False, **lacking)
    assert shown.returncode == 2 and "weasyprint" in shown.stderr
    city.extra = lacking
    city.stop()
    city.start()
    city.clients.clear()
    answer = city.as_("city").get("/api/v1/bulletins/2019-1.pdf")
    assert answer.status_code == 503 and answer.json()["code"] == "pdfUnavailable"
