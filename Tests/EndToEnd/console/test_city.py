"""The city officer: where are we behind, who is it, and the bulletin; and what a county officer sees of the same pages."""
import re

import pytest
import requests

from registry import Registry

HERE, THERE = "511823", "511802"


@pytest.fixture(scope="module")
def registry():
    """As everywhere, but nothing here can set a PDF: the other forms are soon made."""
    made = Registry(CEREGISTRY_WEASYPRINT="/nowhere/weasyprint")
    made.add_bureau_users()
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(registry):
    """In January 2018 one county has one of two behind with 2017, the other all three."""
    here, there = registry.employer(name="汉源县人民医院"), registry.employer(division=THERE, name="雨城区第一小学")
    made = {"done": registry.learner(here, name="高完成"), "late": registry.learner(here, name="罗未完"),
            "others": [registry.learner(there, name=f"雨城{n}") for n in "甲乙丙"], "here": here, "there": there}
    assert registry.decide(registry.claim(made["done"]), f"county-{HERE}").status_code == 201
    return made


def fresh(page, address, condition):
    """The count is made anew once it is twenty times as old as it took."""
    for _ in range(60):
        page.goto(address)
        if condition(page): return
        page.wait_for_timeout(500)
    raise AssertionError(page.inner_text("main"))


def rows(page, title):
    table = page.locator("table.ranking", has=page.locator("caption", has_text=title))
    return {row.locator("th").inner_text().strip(): row for row in table.locator("tbody tr").all()}


def test_from_signing_in_to_the_person_who_is_behind(desk, people):
    officer = desk("city")
    page = officer.page
    page.click("nav a[href='/completion']")
    fresh(page, "/completion?year=2017", lambda p: "20.0%" in p.inner_text(".overview-rate"))
    assert "雨城区" in page.inner_text(".worst")
    counties = rows(page, "按县")
    assert list(counties) == ["雨城区", "汉源县"]
    assert "0.0%" in counties["雨城区"].inner_text() and "50.0%" in counties["汉源县"].inner_text()
    # A chart says what it shows, and its table has the same numbers.
    chart = page.locator("svg.chart.wide")
    assert "2017" in chart.locator("title").first.text_content() and "20.0%" in chart.locator("desc").text_content()
    page.click("details summary:has-text('每月末')")
    assert "20.0%" in page.inner_text("details table tbody tr >> nth=0")
    # Each number leads to those behind it.
    counties["汉源县"].locator("a").last.click()
    page.wait_for_url("**/completion/employers**")
    assert page.locator("tbody tr").count() == 1
    page.click("tbody a:has-text('汉源县人民医院')")
    page.wait_for_url("**/employers/**")
    assert page.locator("tbody tr").count() == 1
    row = page.locator("tbody tr").inner_text()
    assert "罗未完" in row and "高完成" not in page.inner_text("main") and "未完成" in row
    assert people["late"]["idNumber"] not in page.content()
    assert page.get_attribute("tbody a", "href") == f"/learners/{people['late']['id']}"
    page.click(".filters a:has-text('全部人员')")
    page.wait_for_selector("tbody tr:has-text('高完成')")
    assert officer.complaints == []


def test_what_is_recognized_shows_and_filters_hold(desk, registry, people):
    page = desk("city").page
    fresh(page, "/completion?year=2017&area=county:511802", lambda p: "0.0%" in p.inner_text(".overview-rate"))
    assert registry.decide(registry.claim(people["others"][0]), f"county-{THERE}").status_code == 201
    fresh(page, "/completion?year=2017&area=county:511802", lambda p: "33.3%" in p.inner_text(".overview-rate"))
    page.click("ul[aria-label='单位性质'] a:has-text('企业') >> nth=0")
    page.wait_for_selector("ul[aria-label='单位性质'] a[aria-current]:has-text('企业')")
    assert page.locator(".overview").count() == 0 and "没有" in page.inner_text("main .card")


def test_the_months_are_what_a_bulletin_of_their_last_day_says(desk, registry, people):
    page = desk("city").page
    page.goto("/completion?year=2017")
    page.click("details summary:has-text('每月末')")
    for row in page.locator("details tbody tr").all()[1:4]:
        day = row.locator("th").inner_text()
        told = registry.as_("city").get("/api/v1/bulletin", params={"asOf": day}).json()
        total = next(year for year in told["years"] if year["year"] == 2017)["total"]
        _, complete, unfinished, owed = [int(cell.replace(",", "")) if cell[0].isdigit() and "%" not in cell else cell for cell in row.locator("td").all_inner_texts()]
        assert (complete, unfinished, owed) == (total["complete"], total["inProgress"] + total["incomplete"], total["owed"]), day


def test_a_county_officer_sees_the_county_alone(desk, registry, people):
    page = desk(f"county-{HERE}").page
    page.goto("/completion?year=2017&area=county:511802")
    assert page.inner_text(".overview-place") == "汉源县" and "雨城" not in page.inner_text("main")
    assert page.goto("/completion/employers?year=2017&area=county:511802").status == 403
    assert "管辖" in page.inner_text(".note.bad")
    assert registry.sql("SELECT count(*) FROM access_log WHERE action = 'readBulletin' AND outcome = 'refused'")[0][0] == 1
    page.goto("/completion/employers?year=2017")
    assert "雨城" not in page.inner_text("main") and "汉源县人民医院" in page.inner_text("main")
    # Another county's employer is known, its people are not.
    page.goto(f"/employers/{people['there']['id']}")
    assert page.locator("tbody tr").count() == 0


def test_the_bulletin_from_preview_to_what_was_published(desk, registry, people):
    officer = desk("city")
    page = officer.page
    page.goto("/bulletins")
    assert page.input_value("#number") == "2018-1"
    page.click("main button.primary")
    page.wait_for_url("**/bulletins/preview**")
    assert "2017年度" in page.inner_text("main") and not registry.sql("SELECT 1 FROM bulletin_publications")
    page.click("button:has-text('发布')")
    page.wait_for_url(lambda url: url.endswith("/bulletins/2018-1") or url.endswith("/bulletins"))
    if page.url.endswith("/bulletins"): page.click("a:has-text('2018-1')", timeout=60_000)
    page.wait_for_url("**/bulletins/2018-1")
    assert page.locator(".hash").count() == 4
    sums = dict(registry.sql("SELECT form, encode(sha256, 'hex') FROM bulletin_forms"))
    assert page.inner_text(".hash >> nth=0") == sums["json"] and set(sums) == {"json", "html", "xlsx"}
    page.click("button:has-text('重新生成')")
    page.wait_for_selector(".note.good")
    cookies = {cookie["name"]: cookie["value"] for cookie in officer.context.cookies()}
    for form, begins in (("json", b"{"), ("html", b"<!DOCTYPE"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = requests.get(f"{registry.url}/bulletins/2018-1/forms/{form}", cookies=cookies, timeout=60)
        if form == "pdf":
            assert answer.status_code == 503 and "WeasyPrint" in answer.text
            continue
        assert answer.status_code == 200 and answer.content.startswith(begins), form
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page.click(".crumb a")
    assert "2018-1" in page.inner_text("tbody") and page.input_value("#number") == "2018-2"


def test_a_bulletin_that_cannot_be_is_refused_in_words(desk, registry, people):
    page = desk("city").page
    for number, day, said in (("2018-1", "2018-01-10", "已经发布"), ("2018/9", "2018-01-10", "斜线"), ("2018-9", "2018-01-11", "晚于今天")):
        page.goto("/bulletins")
        token = page.get_attribute("meta[name=form-token]", "content")
        answer = page.request.post("/bulletins", form={"formToken": token, "number": number, "asOf": day})
        assert answer.status in (409, 422) and said in answer.text(), number
    assert registry.sql("SELECT count(*) FROM bulletin_publications")[0][0] == 1


@pytest.mark.parametrize("path", ["/completion", "/completion/employers", "/bulletins", "/audit", "/access-log", "/users", "/policy/load"])
def test_a_clerk_has_none_of_these_pages(desk, people, path):
    page = desk("clerk").page
    assert page.goto(path).status == 403 and "没有这项权限" in page.inner_text(".note.bad")


def test_only_the_city_publishes(desk, registry, people):
    for username in (f"county-{HERE}", "auditor", "base"):
        page = desk(username).page
        page.goto("/bulletins")
        assert page.locator("form[action='/bulletins/preview']").count() == 0
        token = page.get_attribute("meta[name=form-token]", "content")
        assert page.request.post("/bulletins", form={"formToken": token, "number": "2018-7", "asOf": "2018-01-10"}).status == 403
    assert registry.sql("SELECT count(*) FROM bulletin_publications")[0][0] == 1


def test_an_entry_is_read_with_its_history(desk, registry, people):
    entry = registry.sql("SELECT id FROM register_entries WHERE learner_id = %s", (people["done"]["id"],))[0][0]
    page = desk("city").page
    page.goto(f"/entries/{entry}")
    assert "高完成" in page.inner_text("main") and "汉源县" in page.inner_text("main")
    assert registry.as_("city").post(f"/api/v1/register/{entry}/reversals", json={"reason": "材料系他人所有"}).status_code == 201
    page.reload()
    assert "材料系他人所有" in page.inner_text(".note.bad") and "已撤销" in page.inner_text(".head")
    assert desk(f"county-{THERE}").page.goto(f"/entries/{entry}").status == 403


def test_charts_carry_nothing_inline(registry, desk):
    page = desk("city").page
    answer = page.goto("/completion?year=2017")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=", answer.text())
