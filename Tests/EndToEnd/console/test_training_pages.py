"""The base's day in a real browser: plan, schedule, call, sign in by phone, tick without a network, mark, recognize."""
import subprocess

import openpyxl
import pytest

import makers
from training import PRICE, Season

PHONE = {"is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def season():
    made = Season(clock="2018-06-20T09:00:00+08:00")
    made.house = made.unit(people=3, name="市第一中学")
    yield made
    made.close()


@pytest.fixture
def at(browser, season):
    """A desk or a phone at this season's register."""
    from browser import Desk
    desks = []

    def open_desk(username=None, phone=False, **options):
        if phone: options |= PHONE
        desk = Desk(browser, season.registry, username, **options)
        if phone: desk.page.set_viewport_size({"width": 390, "height": 844})
        desks.append(desk)
        return desk

    yield open_desk
    for desk in desks: desk.context.close()


def test_a_unit_sends_its_plan_and_the_base_accepts_it(season, at):
    page = at(season.house["username"]).page
    page.goto("/training?year=2018")
    assert page.locator(".roster input:checked").count() == 3
    page.uncheck(".roster label:nth-of-type(3) input")
    page.fill("#contact", "办公室 2225977")
    page.click("form[action='/training/plans'] button")
    page.wait_for_selector(".note.good")
    assert "已报送" in page.inner_text(".note.good")
    base = at("base").page
    base.goto("/training?year=2018")
    assert "市第一中学" in base.inner_text("main") and "2225977" in base.inner_text("main")
    base.click("button[value=accept]")
    base.wait_for_selector(".note.good")
    assert base.locator("tbody .state.accepted").count() == 1
    season.plan_people = season.base.get("/api/v1/trainingPlans", params={"year": 2018}).json()["items"][0]["people"]
    assert season.plan_people == 2


def test_a_session_above_the_approved_price_is_refused_beside_what_was_typed(season, at):
    page = at("base").page
    page.goto("/training/sessions/new")
    for field, value in {"code": "2018-B1", "first": "2018-07-02", "days": "1", "place": "雅安职业技术学院", "room": "A301", "teacher": "陈老师", "places": "2", "fee": "100.01"}.items():
        page.fill(f"#{field}", value)
    page.click("form.card button.primary")
    page.wait_for_selector(".note.bad")
    assert "P2" in page.inner_text(".note.bad") and page.input_value("#code") == "2018-B1"
    page.fill("#fee", "100")
    page.click("form.card button.primary")
    page.wait_for_selector(".note.good")
    assert "2018-B1" in page.inner_text("h1")
    page.fill("#waiting", "1")
    page.click("text=抽签调训")
    page.wait_for_selector(".state.called >> nth=0")
    assert page.locator("tbody .number").count() == 2
    season.day = page.url.split("?")[0].rpartition("/")[2]


def test_a_learner_answers_on_a_phone(season, at):
    learner = season.base.get(f"/api/v1/trainingSessions/{season.day}/list").json()["items"]
    season.people = [person["learnerId"] for person in learner]
    numbers = dict(season.registry.sql("SELECT id::text, id_number FROM learners"))
    for index, person in enumerate(season.people): season.registry.add_user(f"phone-{index}", "learner", id_number=numbers[person])
    desk = at("phone-0", phone=True)
    page = desk.page
    page.goto("/training?year=2018")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("button[value=cannotCome]")
    page.wait_for_selector(".note.bad")
    assert "M1" in page.inner_text("main")
    page.goto("/training?year=2018")
    page.click("button[value=willCome]")
    page.wait_for_selector(".state.confirmed")
    assert desk.violations() == []


def test_a_phone_reads_the_code_on_the_screen_and_signs_in(season, at, tmp_path):
    season.registry.move_to("2018-07-02T08:10:00+08:00")
    session = season.base.get(f"/api/v1/trainingSessions/{season.day}").json()
    screen = at("base").page
    screen.goto(f"/training/sessions/{season.day}/screens/{session['halfDays'][0]['id']}")
    screen.locator("svg.qr").screenshot(path=str(tmp_path / "screen.png"))
    address = subprocess.run(["zbarimg", "--quiet", "--raw", str(tmp_path / "screen.png")], capture_output=True, check=True, text=True).stdout.strip()
    page = at("phone-0", phone=True).page
    page.goto(address)
    page.click("text=确认签到")
    page.wait_for_selector(".note.good")
    assert "签到成功" in page.inner_text(".note.good")
    page.goto(address)
    page.click("text=确认签到")
    page.wait_for_selector(".note.bad")
    assert "已经签到" in page.inner_text(".note.bad")
    # The screen counts by itself, and its code is another before long.
    screen.wait_for_function("() => document.querySelector('.huge').innerText.startsWith('1')", timeout=20_000)
    path = screen.get_attribute("svg.qr path", "d")
    screen.wait_for_function("(old) => document.querySelector('svg.qr path').getAttribute('d') !== old", arg=path, timeout=40_000)


def test_whoever_is_not_signed_in_is_told_so(season, at):
    page = at(phone=True).page
    page.goto("/training/sign-in?code=whatever")
    assert "登录" in page.inner_text(".note.bad") and page.locator("a[href='/sign-in']").count() == 1


def test_ticks_outlive_a_lost_network(season, at):
    desk = at("base")
    page = desk.page
    page.clock.set_fixed_time("2018-07-02T00:31:00Z")
    page.goto(f"/training/sessions/{season.day}?half=1")
    page.check(f"input[name=learner][value='{season.people[1]}']")
    desk.context.set_offline(True)
    page.click("button[form=ticks]")
    page.wait_for_selector(".note.wait")
    assert "已保存在本机" in page.inner_text(".note.wait")
    assert season.registry.sql("SELECT count(*) FROM training_attendance WHERE learner_id = %s", (season.people[1],)) == [(0,)]
    desk.context.set_offline(False)
    page.wait_for_selector("#ticked .note.good", timeout=30_000)
    rows = season.registry.sql("SELECT method FROM training_attendance WHERE learner_id = %s", (season.people[1],))
    assert rows == [("offline",)]
    page.reload()
    page.wait_for_timeout(500)
    assert season.registry.sql("SELECT count(*) FROM training_attendance WHERE learner_id = %s", (season.people[1],)) == [(1,)]


def test_a_list_filled_at_the_site_comes_back_by_the_page(season, at, tmp_path):
    desk = at("base")
    page = desk.page
    page.goto(f"/training/sessions/{season.day}")
    with page.expect_download() as download: page.click("a[href$='list.xlsx']")
    download.value.save_as(tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    sheet = book.active
    second = next(index for index, cell in enumerate(sheet[1], 1) if str(cell.value).startswith("2 "))
    mark = [cell.value for cell in sheet[1]].index("考核成绩") + 1
    sheet.cell(2, second).value, sheet.cell(3, mark).value = "到", "很好"
    book.save(tmp_path / "filled.xlsx")
    for recorded in ("1", "0"):
        page.goto(f"/training/sessions/{season.day}")
        page.click("summary:has-text('交回现场填写的名单')")
        page.set_input_files("#list-file", tmp_path / "filled.xlsx")
        page.click("text=交回名单 >> visible=true")
        page.wait_for_selector(".note.good")
        assert f"签到登记{recorded}人次" in page.inner_text(".note.good") and "第3行" in page.inner_text("main")
    assert desk.violations() == []
    page.goto(f"/training/sessions/{season.day}")
    page.click("summary:has-text('交回现场填写的名单')")
    (tmp_path / "other.csv").write_text("姓名\n某\n")
    page.set_input_files("#list-file", tmp_path / "other.csv")
    page.click("text=交回名单 >> visible=true")
    page.wait_for_selector(".note.bad")
    assert "序号" in page.inner_text("main")


def test_marks_and_the_hours_of_the_whole_session(season, at):
    desk = at("base")
    page = desk.page
    page.goto(f"/training/sessions/{season.day}?half=2")
    for box in page.locator("input[name=learner]").all(): box.check()
    page.click("button[form=ticks]")
    page.wait_for_selector("#ticked .note.good")
    page.reload()
    page.fill(f"input[name='mark.{season.people[0]}']", "88")
    page.fill(f"input[name='mark.{season.people[1]}']", "31")
    page.click("button[form=marks]")
    page.wait_for_selector(".state.failed")
    page.click("text=整班认定")
    assert "10学时" in page.inner_text(".note").replace(" ", "") and "Q4" in page.inner_text("table")
    assert desk.violations() == []
    page.click("button.big")
    page.wait_for_selector(".note.good")
    assert page.locator("tbody .state.recognized").count() == 1
    page.select_option("#payer", "unit")
    page.click("text=通知收费")
    page.wait_for_selector(".tally")
    page.click("text=收款开票")
    page.wait_for_selector(".note.good")
    assert "¥200" in page.inner_text(".tally")
    notices = at("base").page
    notices.goto(f"/training/sessions/{season.day}/notices")
    assert "市第一中学" in notices.inner_text("article.notice") and "调训通知" in notices.inner_text("article.notice")


def test_what_leads_away_is_a_file(season, at):
    page = at(season.house["username"]).page
    answer = page.request.get(f"/training/sessions/{season.day}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar") and "BEGIN:VTIMEZONE" in answer.text()
    assert page.request.get(f"/training/sessions/{season.day}/list.xlsx").body()[:2] == b"PK"
