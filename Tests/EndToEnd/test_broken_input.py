"""Broken input through HTTP: a clear 4xx or a report each, nothing stored, the daemon still answering."""
import io
import time
import zipfile

import openpyxl
import pytest
import requests

import makers
from test_http import problem

TABLES = ["employers", "learners", "learner_id_numbers", "employments", "completion_records", "claims", "claim_events", "decisions",
          "register_entries", "reversals", "excuses", "learner_corrections", "employer_corrections", "merges", "certificates"]
SQL = ["'; DROP TABLE learners; --", "x' OR '1'='1", "$1); DELETE FROM register_entries; --", "\\'; SELECT pg_sleep(5); --", "%_\\%", "Robert'); --",
       "𠮷野家 ​﷽‮", "a" * 5000, "NULL", "{\"a\":1}", "<script>alert(1)</script>", "${jndi:ldap://x}"]


def stored(registry):
    return {table: registry.sql(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


@pytest.fixture
def untouched(registry):
    """What a test stores is nothing; and the daemon answers afterwards."""
    for username in ["city", "county-511823", "clerk"]: registry.as_(username)
    before = stored(registry)
    yield
    assert stored(registry) == before
    assert requests.get(registry.url + "/readyz", timeout=5).status_code == 200


@pytest.fixture(scope="module")
def person(registry):
    employer = registry.employer()
    return employer, registry.learner(employer)


def upload(registry, kind, content, media="text/csv", **query):
    answer = registry.as_("city").post(f"/api/v1/imports/{kind}", params=query, data=content, headers={"Content-Type": media})
    if answer.status_code != 202: return answer
    path = answer.headers["Location"]
    for _ in range(600):
        job = registry.as_("city").get(path).json()
        if job["state"] in ("done", "failed"): return job
        time.sleep(0.05)
    raise AssertionError(f"{kind}: {job}")


def book(rows):
    workbook = openpyxl.Workbook()
    for row in rows: workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = "idNumber,name,gender,employerCreditCode,post,title,professionalSince\n"
FILES = {
    "empty": b"",
    "header alone": HEADER.encode(),
    "another header": b"a,b,c\n1,2,3\n",
    "NUL bytes": (HEADER + "\0\0\0,\0,\0,,,,\n").encode(),
    "neither UTF-8 nor GB18030": HEADER.encode() + b"\xff\xff\xff\x80\x80,\xff,,,,,\n",
    "UTF-16": (HEADER + makers.id_number() + ",张丽,,,,,\n").encode("utf-16"),
    "an open quote": (HEADER + '"' + makers.id_number() + ",张丽,,,,,\n").encode(),
    "a row too short": (HEADER + "1\n").encode(),
    "a row too long": (HEADER + ",".join(["x"] * 400) + "\n").encode(),
    "a wrong check digit": (HEADER + "511823198502140010,张丽,女,,,,\n").encode(),
    "a spreadsheet's number": (HEADER + "5.11823E+17,张丽,女,,,,\n").encode(),
    "31 February": (HEADER + f"{makers.id_number()},张丽,女,{makers.credit_code()},,,2018-02-31\n").encode(),
    "an unknown employer": (HEADER + f"{makers.id_number()},张丽,女,{makers.credit_code()},,,2010-07-01\n").encode(),
    "SQL": (HEADER + "".join(f"\"{text}\",\"{text}\",\"{text}\",\"{text}\",\"{text}\",\"{text}\",\"{text}\"\n" for text in
                             (text.replace('"', '""') for text in SQL))).encode(),
    "no file at all": b"\x00\x01\x02\x03" * 1000,
}


@pytest.mark.parametrize("name", FILES)
def test_files(registry, person, untouched, name):
    job = upload(registry, "learners", FILES[name])
    if isinstance(job, requests.Response): return problem(job, 422)
    assert job["rowsNew"] == job["rowsChanged"] == 0
    assert job.get("problem") or job["findings"], job
    for finding in job["findings"]: assert finding["message"]["zh"] and finding["message"]["en"]


def test_a_workbook_with_formulas(registry, untouched):
    header = ["creditCode", "name", "kind", "level", "division"]
    job = upload(registry, "employers", book([header, ["=1+1", "=HYPERLINK(\"http://x\")", "enterprise", "city", None]]), XLSX)
    assert job["rowsNew"] == 0 and (job.get("problem") or job["findings"]), job


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"PK" + b"\xff" * 3000])
def test_workbooks_that_are_none(registry, untouched, content):
    job = upload(registry, "employers", content, XLSX)
    assert job["state"] == "failed" and job["problem"]["message"]["zh"], job


def test_a_workbook_that_unpacks_to_gigabytes(registry, untouched):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([["creditCode", "name", "kind", "level", "division"]]))) as good, \
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            if "sheet1" not in name: bad.writestr(name, good.read(name))
        with bad.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(400): sheet.write(b"x" * (1 << 20))
    memory = lambda: int(next(line for line in open(f"/proc/{registry.process.pid}/status") if line.startswith("VmRSS")).split()[1]) // 1024
    before = memory()
    job = upload(registry, "employers", buffer.getvalue(), XLSX)
    assert job["state"] == "failed" or job["findings"], job
    assert memory() - before < 300


def test_a_line_of_two_hundred_megabytes(registry, untouched):
    def line():
        yield HEADER.encode()
        for _ in range(200): yield b"x" * (1 << 20)
    try:
        problem(registry.as_("city").post("/api/v1/imports/learners", data=line(), headers={"Content-Type": "text/csv"}), 413, "bodyTooLarge")
    except requests.ConnectionError:
        pass  # The daemon may close before all of it was sent.
    job = upload(registry, "learners", HEADER.encode() + b"x" * (60 << 20))
    assert job["state"] == "failed" or job["rowsRejected"] == 1, job


def claim(person, **evidence):
    fields = {"recordNumber": makers.record_number(), "compulsoryHours": 10, "electiveHours": 20, "testPassedOn": "2017-11-03", **evidence}
    return {"learnerId": person["id"], "subjectYear": 2017, "mode": "online", "evidence": fields}


@pytest.mark.parametrize("evidence", [
    {"compulsoryHours": -1}, {"electiveHours": 10**9}, {"electiveHours": 10**18}, {"electiveHours": 10**30}, {"electiveHours": 2**63 - 1}, {"compulsoryHours": 1.5},
    {"compulsoryHours": "10"}, {"testPassedOn": "2017-02-31"}, {"testPassedOn": "0000-00-00"}, {"testPassedOn": "9999-12-31"}, {"testPassedOn": "2017-11-03T00:00:00Z"},
    {"recordNumber": ""}, {"recordNumber": "   "}, {"recordNumber": "x" * 101}, {"recordNumber": None}, {"recordNumber": "a\0b"}, {"recordNumber": []}])
def test_evidence(registry, person, untouched, evidence):
    answer = registry.as_("city").post("/api/v1/claims", json=claim(person[1], **evidence))
    assert problem(answer, answer.status_code)["status"] in (400, 422)


@pytest.mark.parametrize("year", [-1, 0, 2016, 10**9, 2**31, 2**63 - 1, 10**30, "2017", None, 2017.5])
def test_subject_years(registry, person, untouched, year):
    body = {**claim(person[1]), "subjectYear": year}
    assert registry.as_("city").post("/api/v1/claims", json=body).status_code in (400, 422)
    excuse = {"subjectYear": year, "reason": "病", "document": "批复", "liftsDuty": True}
    assert registry.as_("county-511823").post(f"/api/v1/learners/{person[1]['id']}/excuses", json=excuse).status_code in (400, 422)


def test_sql_in_every_text(registry, person):
    """Texts are stored as they are or refused, never run: every table is there afterwards, with no fewer rows."""
    before = stored(registry)
    employer, learner = person
    city, county = registry.as_("city"), registry.as_("county-511823")
    for text in SQL:
        answers = [
            city.post("/api/v1/employers", json={"creditCode": text, "name": text, "kind": text, "level": text, "division": text}),
            city.post("/api/v1/employers", json={"creditCode": makers.credit_code(), "name": text, "kind": "enterprise", "level": "city"}),
            city.post("/api/v1/employers/searches", json={"q": text}),
            city.post(f"/api/v1/employers/{employer['id']}/corrections", json={"field": "name", "value": text, "reason": text, "document": text}),
            city.post("/api/v1/learners", json={"idNumber": text, "name": text, "employerCreditCode": text, "employedFrom": "2015-01-01"}),
            city.post("/api/v1/learners", json={"idNumber": makers.id_number(), "name": text, "post": text, "title": text,
                                                "employerCreditCode": employer["creditCode"], "employedFrom": "2015-01-01"}),
            city.post("/api/v1/learners/searches", json={"idNumber": text}),
            city.post("/api/v1/learners/searches", json={"q": text, "nameBegins": text, "employerCreditCode": text}),
            city.post(f"/api/v1/learners/{learner['id']}/corrections", json={"field": "post", "value": text, "reason": text, "document": text}),
            county.post(f"/api/v1/learners/{learner['id']}/excuses", json={"subjectYear": 2018, "reason": text, "document": text, "liftsDuty": False}),
            city.post("/api/v1/claims", json={**claim(learner, recordNumber=text), "reason": text}),
            city.get("/api/v1/claims", params={"cursor": text, "authority": text, "state": text}),
            city.get(f"/api/v1/learners/{learner['id']}/eligibility", params={"purpose": text, "asOf": text}),
            city.get("/api/v1/access-log", params={"outcome": text}),
            city.get(f"/api/v1/policies/{requests.utils.quote(text, safe='')}"),
            requests.get(f"{registry.url}/verify/{requests.utils.quote(text, safe='')}"),
            requests.post(registry.url + "/api/v1/sessions", json={"username": text, "password": text}),
        ]
        assert all(answer.status_code < 500 for answer in answers), [(answer.url, answer.status_code) for answer in answers if answer.status_code >= 500]
        assert all(answer.elapsed.total_seconds() < 4 for answer in answers)
    after = stored(registry)
    assert all(after[table] >= before[table] for table in TABLES)
    found = city.post("/api/v1/learners/searches", json={"q": "Robert'); --"}).json()["items"]
    assert [row["name"] for row in found] == ["Robert'); --"]
    assert city.post("/api/v1/learners/searches", json={"q": "%_\\%"}).json()["items"][0]["name"] == "%_\\%"


def test_texts_that_are_too_long_or_blank(registry, person, untouched):
    city, path = registry.as_("city"), f"/api/v1/learners/{person[1]['id']}/corrections"
    for change in [{"value": " "}, {"value": "x" * 201}, {"value": "a\nb"}, {"reason": ""}, {"reason": "x" * 2001}, {"document": "\t"}]:
        problem(city.post(path, json={"field": "name", "value": "张丽", "reason": "更名", "document": "户口簿", **change}), 422)


def test_ids_that_are_none(registry, untouched):
    for odd in ["1", "x", "%00", "%FF", "..", "null", "00000000-0000-0000-0000-00000000000g", "a" * 4000]:
        for path in ["learners", "claims", "employers", "imports"]:
            assert registry.as_("city").get(f"/api/v1/{path}/{odd}").status_code in (404, 405), odd


def test_bulk_decisions_within_bounds(registry, untouched):
    county = registry.as_("county-511823")
    for claims in [[], ["00000000-0000-0000-0000-000000000000"] * 1001, ["x"], None, {}]:
        problem(county.post("/api/v1/decisions", json={"claims": claims, "decision": "recognize"}), 422)
    results = county.post("/api/v1/decisions", json={"claims": ["00000000-0000-0000-0000-000000000000"], "decision": "recognize"}).json()["results"]
    assert [row["status"] for row in results] == [404]
