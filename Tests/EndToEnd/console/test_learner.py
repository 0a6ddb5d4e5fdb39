"""A learner on a phone: from signing in to the finished job, each refusal on the way, by keys alone, and without JavaScript."""
import re

import pytest
import requests

import makers
from registry import PASSWORD

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def me(registry):
    """A fresh learner of a county hospital with an account, on 10 January 2018: 2017 is overdue, 2018 has begun."""
    def make(name="张小丽", **employer):
        learner = registry.learner(registry.employer(**employer), name=name)
        username = f"me{makers.record_number()[-6:]}"
        registry.add_user(username, "learner", id_number=learner["idNumber"], name=name)
        return {**learner, "username": username}
    return make


def phone(desk, learner, **options):
    opened = desk(learner["username"], **options)
    opened.page.set_viewport_size(PHONE["viewport"])
    return opened


def fill(page, **fields):
    for name, value in fields.items(): page.fill(f"#{name}", value)


def online(**changes):
    return {"recordNumber": makers.record_number(), "compulsoryHours": "10", "electiveHours": "20", "testPassedOn": "2017-11-03", **changes}


def year_card(page, year):
    return page.locator(".year-card", has=page.locator("h3", has_text=str(year)))


def test_from_signing_in_to_a_certificate_that_verifies(desk, registry, me):
    learner = me()
    person = phone(desk, learner)
    page = person.page
    assert page.url.endswith("/me")
    card = year_card(page, 2017)
    assert "未完成" in card.inner_text() and "还差30学时" in card.inner_text() and "2017-12-31" in card.inner_text()
    assert "请在2018-12-31前完成（还有355天）" in year_card(page, 2018).inner_text()
    purposes = page.locator(".purposes li")
    assert purposes.count() == 6
    assert "不予受理" in purposes.first.inner_text() and "E1" in purposes.first.inner_text()

    card.get_by_role("link", name="申报学时").click()
    assert page.input_value("#subjectYear") == "2017"
    fill(page, **online())
    page.get_by_role("button", name="提交申请").click()
    assert "由汉源县人力资源和社会保障局（职改办）认定" in page.inner_text("[role=status]")
    assert "待汉源县认定，已等0天" in page.inner_text("main")
    claim = page.url.rpartition("/")[2].split("?")[0]
    assert registry.decide({"id": claim}, "county-511823").status_code == 201

    page.goto("/me")
    assert "已完成" in year_card(page, 2017).inner_text()
    assert "可以受理" in page.locator(".purposes li").first.inner_text()
    page.goto("/me/register")
    assert "培训档案" in page.inner_text("main")
    page.get_by_role("button", name="打印新证书").click()
    code = page.url.rpartition("/")[2]
    assert "继续教育登记证书" in page.inner_text(".sheet") and "张小丽" in page.inner_text(".sheet")
    assert learner["idNumber"] not in page.content()
    page.locator(".paper-bar a", has_text="/verify/").click()
    assert page.url.endswith(f"/verify/{code}")
    assert "证书有效" in page.inner_text(".verdict") and "张*丽" in page.inner_text("main") and "张小丽" not in page.inner_text("main")
    assert person.complaints == []


REFUSALS = [
    (dict(compulsoryHours="8", electiveHours="22"), "compulsoryHours", "O1", "8学时"),
    (dict(electiveHours="18"), "electiveHours", "O1", "18学时"),
    (dict(testPassedOn=""), "testPassedOn", "O1", "未通过"),
    (dict(compulsoryFinishedOn="2017-10-20", electiveStartedOn="2017-10-01"), "electiveStartedOn", "O2", "先学完必修课"),
    (dict(testPassedOn="2019-01-01"), "testPassedOn", "O3", "网络学习时间"),
    (dict(testPassedOn="2018-02-01"), "testPassedOn", "Q11", "晚于今天"),
    (dict(recordNumber=""), "recordNumber", "O1", "编号"),
    (dict(compulsoryHours="十"), "compulsoryHours", "O1", "整数"),
    (dict(compulsoryHours=""), "compulsoryHours", "O1", "请填写"),
]


@pytest.fixture(scope="module")
def refused(registry):
    learner = registry.learner(registry.employer(), name="未通过")
    registry.add_user("refused", "learner", id_number=learner["idNumber"], name="未通过")
    return {**learner, "username": "refused"}


@pytest.mark.parametrize("script", [True, False])
def test_each_refusal_stands_beside_its_field_with_its_rule_and_what_was_typed_stays(desk, registry, refused, script):
    page = phone(desk, refused, java_script_enabled=script).page
    for changes, field, rule, said in REFUSALS:
        page.goto("/me/claims/new?year=2017")
        typed = online(**changes)
        fill(page, **typed)
        page.get_by_role("button", name="提交申请").click()
        problem = page.inner_text(f"#{field}-problem")
        assert rule in problem and said in problem, (changes, problem)
        assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
        assert f"{field}-problem" in page.get_attribute(f"#{field}", "aria-describedby")
        assert page.locator(f"[role=alert] a[href='#{field}']").count() >= 1
        for name, value in typed.items(): assert page.input_value(f"#{name}") == value
    assert registry.sql("SELECT count(*) FROM claims WHERE learner_id = %s", (refused["id"],))[0][0] == 0


def test_face_to_face_hours_are_claimed_and_go_to_the_base(desk, registry, me):
    learner = me()
    page = phone(desk, learner).page
    page.goto("/me/claims/new?year=2017")
    page.get_by_role("link", name="集中面授").click()
    fill(page, sessionCode="2017-秋-1", startedOn="2017-12-03", endedOn="2017-12-05", hours="30")
    page.get_by_role("button", name="提交申请").click()
    assert "F2" in page.inner_text("#startedOn-problem") and "Q4" in page.inner_text("#assessmentPassed-problem")
    fill(page, startedOn="2017-09-04", endedOn="2017-09-08")
    page.check("input[name=assessmentPassed][value=true]", force=True)
    page.get_by_role("button", name="提交申请").click()
    assert "待继续教育基地认定" in page.inner_text("main")


def test_a_city_institutions_learner_is_told_that_online_needs_a_reason(desk, registry, me):
    learner = me(level="city", division=None)
    page = phone(desk, learner).page
    page.goto("/me/claims/new?year=2017")
    assert "原则上参加集中面授（M1）" in page.inner_text("#reason-expected")
    fill(page, **online())
    page.get_by_role("button", name="提交申请").click()
    assert "Q6" in page.inner_text("#reason-problem")
    fill(page, reason="长期驻外，无法参加面授")
    page.get_by_role("button", name="提交申请").click()
    assert "待市级认定" in page.inner_text("main")


def test_a_returned_claim_is_mended_where_it_stands(desk, registry, me):
    learner = me()
    claim = registry.claim(learner)
    assert registry.decide(claim, "county-511823", "return", reason="请补填选修课开始日期").status_code == 201
    page = phone(desk, learner).page
    assert "已退回" in page.inner_text(".tasks")
    page.click(".tasks a")
    assert "请补填选修课开始日期" in page.inner_text(".note.bad")
    assert page.input_value("#compulsoryHours") == "10"
    fill(page, compulsoryFinishedOn="2017-10-10", electiveStartedOn="2017-10-01")
    page.get_by_role("button", name="重新提交").click()
    assert "O2" in page.inner_text("#electiveStartedOn-problem") and page.input_value("#compulsoryFinishedOn") == "2017-10-10"
    fill(page, electiveStartedOn="2017-10-11")
    page.get_by_role("button", name="重新提交").click()
    assert "已重新提交" in page.inner_text("[role=status]")
    assert registry.as_("city").get(f"/api/v1/claims/{claim['id']}").json()["state"] == "submitted"


def test_what_was_studied_and_is_not_claimed_stands_there(desk, registry, me):
    learner = me()
    claim = registry.claim(learner)
    page = phone(desk, learner).page
    assert "查看申请" in page.inner_text(".tasks")
    page.goto(f"/me/claims/{claim['id']}")
    page.click("summary")
    fill(page, withdrawReason="填错了")
    page.get_by_role("button", name="撤回申请").click()
    assert "已撤回" in page.inner_text("[role=status]")
    page.goto("/me")
    tasks = page.inner_text(".tasks")
    assert "已学未申报" in tasks
    page.click(".tasks a")
    assert page.input_value("#recordNumber") == registry.as_("city").get(f"/api/v1/claims/{claim['id']}").json()["evidence"]["recordNumber"]
    page.get_by_role("button", name="提交申请").click()
    assert "已提交" in page.inner_text("[role=status]")


def test_a_second_claim_for_a_complete_year_leads_to_the_entry_that_stands(desk, registry, me):
    learner = me()
    registry.decide(registry.claim(learner), "county-511823")
    page = phone(desk, learner).page
    page.goto("/me/claims/new?year=2017")
    fill(page, **online())
    page.get_by_role("button", name="提交申请").click()
    assert "S2" in page.inner_text("[role=alert]")
    page.click("[role=alert] a")
    assert page.url.endswith("/me/register") and "2017" in page.inner_text(".stacked")


def test_a_form_sent_twice_makes_one_claim(desk, registry, me):
    learner = me()
    person = phone(desk, learner)
    page = person.page
    page.goto("/me/claims/new?year=2017")
    fill(page, **online())
    sent = page.evaluate("""async () => {
        const form = document.querySelector(".claim-form");
        const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then(answer => answer.url);
        return await Promise.all([send(), send()]);
    }""")
    assert sent[0] == sent[1] and "/me/claims/" in sent[0]
    assert registry.sql("SELECT count(*) FROM claims WHERE learner_id = %s", (learner["id"],))[0][0] == 1


def test_a_claim_by_keys_alone(desk, registry, me):
    page = phone(desk, me()).page
    page.goto("/me/claims/new?year=2017")
    page.focus("#recordNumber")
    for value in (makers.record_number(), "10", "20"):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == "testPassedOn": break
        page.keyboard.press("Tab")
    # The order of day, month and year is the browser's own.
    for typed in ("11032017", "20171103", "03112017"):
        page.focus("#testPassedOn")
        page.keyboard.type(typed)
        if page.input_value("#testPassedOn") == "2017-11-03": break
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "提交申请": break
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert "已提交" in page.inner_text("[role=status]")


def test_without_javascript_everything_is_there(desk, registry, me):
    learner = me()
    page = phone(desk, learner, java_script_enabled=False).page
    year_card(page, 2017).get_by_role("link", name="申报学时").click()
    fill(page, **online())
    page.get_by_role("button", name="提交申请").click()
    claim = page.url.rpartition("/")[2].split("?")[0]
    registry.decide({"id": claim}, "county-511823")
    page.get_by_role("link", name="登记与证书").click()
    page.get_by_role("button", name="打印新证书").click()
    assert "继续教育登记证书" in page.inner_text(".sheet")
    assert page.locator("[data-print]").is_hidden()
    assert page.locator(".sheet svg path").count() == 1
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    document = requests.get(page.url + ".pdf", cookies=cookies, timeout=60)
    assert document.headers["Content-Type"] == "application/pdf" and document.content.startswith(b"%PDF")
    signed = requests.get(page.url + ".json", cookies=cookies, timeout=60)
    assert signed.headers["Content-Disposition"].startswith("attachment") and signed.json()["proof"][0]["cryptosuite"] == "eddsa-jcs-2022"


def test_a_learner_sees_nobody_elses_record(desk, registry, me):
    mine, other = me(), me(name="王远")
    theirs = registry.claim(other)
    code = registry.as_("city").made(f"/api/v1/learners/{other['id']}/certificates")["code"]
    page = phone(desk, mine).page
    for path in (f"/learners/{other['id']}", f"/me/claims/{theirs['id']}", f"/claims/{theirs['id']}", f"/certificates/{code}", f"/certificates/{code}.pdf",
                 f"/learners/{other['id']}/claims/new", "/counter"):
        answer = page.goto(path)
        assert answer.status in (403, 404) or path == "/counter", path
        assert "王远" not in page.content()
    assert page.goto("/queue").status in (200, 403) and "王远" not in page.content()


def test_whoever_has_no_record_of_their_own_is_told_so(desk):
    page = desk("clerk").page
    assert page.goto("/me").status == 403


def test_a_colleague_opens_the_record_and_the_base_hands_in_hours(desk, registry, me):
    learner = me()
    page = desk("base").page
    page.goto(f"/learners/{learner['id']}")
    assert "张小丽" in page.inner_text("h1")
    page.get_by_role("link", name="申报学时").first.click()
    assert "/claims/new" in page.url
    fill(page, sessionCode="2017-秋-2", startedOn="2017-09-04", endedOn="2017-09-08", hours="30")
    page.select_option("#subjectYear", "2017")
    page.check("input[name=assessmentPassed][value=true]", force=True)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/claims/*")
    assert "张小丽" in page.inner_text("main")
    clerk = desk("clerk").page
    clerk.goto(f"/learners/{learner['id']}")
    assert clerk.get_by_role("link", name="申报学时").count() == 0 and clerk.get_by_role("button", name="打印新证书").count() == 1


# The account

def test_a_password_is_changed_by_whoever_knows_it(desk, registry, me):
    learner = me()
    person, elsewhere = phone(desk, learner), desk(learner["username"])
    page = person.page
    page.goto("/account")
    for current, new, again, said in (("wrong one altogether", "a new pass phrase", "a new pass phrase", "当前密码不正确"),
                                      (PASSWORD, "short", "short", "至少12个字符"), (PASSWORD, "a new pass phrase", "another pass phrase", "不一致"),
                                      (PASSWORD, PASSWORD, PASSWORD, "至少12个字符")):
        page.evaluate("document.querySelector('form[action=\"/account/password\"]').noValidate = true")
        fill(page, current=current, new=new, again=again)
        page.click("form[action='/account/password'] button")
        assert said in page.inner_text("[role=alert]"), said
    fill(page, current=PASSWORD, new="a new pass phrase", again="a new pass phrase")
    page.click("form[action='/account/password'] button")
    assert "密码已修改" in page.inner_text("[role=status]")
    assert page.goto("/me").status == 200
    elsewhere.page.goto("/me")
    assert "/sign-in" in elsewhere.page.url
    assert requests.post(registry.url + "/api/v1/sessions", json={"username": learner["username"], "password": PASSWORD}, timeout=30).status_code == 401
    assert requests.post(registry.url + "/api/v1/sessions", json={"username": learner["username"], "password": "a new pass phrase"}, timeout=30).status_code == 201


def test_how_to_be_reached_is_said_and_erased(desk, registry, me):
    learner = me()
    page = phone(desk, learner).page
    page.goto("/account")
    fill(page, email="not an address", mobile="123")
    page.evaluate("document.querySelector('form[action=\"/account/contact\"]').noValidate = true")
    page.click("form[action='/account/contact'] button")
    assert page.locator("[role=alert]").count() == 2 and page.input_value("#mobile") == "123"
    fill(page, email="zhang@example.cn", mobile="+86 138-0000-0000")
    page.click("form[action='/account/contact'] button")
    assert "已保存" in page.inner_text("[role=status]")
    assert page.input_value("#mobile") == "13800000000"
    seen = registry.as_("county-511823").get(f"/api/v1/learners/{learner['id']}/contact").json()
    assert seen == {"emailMasked": "z***@example.cn", "mobileMasked": "138****0000"}
    page.click("form[action='/account/contact/erasures'] button")
    assert registry.sql("SELECT count(*) FROM contacts WHERE learner_id = %s", (learner["id"],))[0][0] == 0
    assert registry.as_("county-511823").get(f"/api/v1/learners/{learner['id']}/contact").status_code == 404


def test_the_first_load_on_a_phone_is_light(desk, registry, me):
    person = phone(desk, me())
    fresh = person.context.new_page()
    weights = []
    fresh.on("response", lambda response: weights.append(len(response.body())))
    fresh.goto("/me", wait_until="networkidle")
    assert sum(weights) < 70_000, weights


def test_nothing_is_wider_than_the_phone(desk, registry, me):
    learner = me()
    registry.decide(registry.claim(learner), "county-511823")
    page = phone(desk, learner).page
    code = registry.as_("city").made(f"/api/v1/learners/{learner['id']}/certificates")["code"]
    for path in ("/me", "/me/claims", "/me/register", "/me/claims/new", "/me/claims/new?mode=faceToFace", "/account", f"/certificates/{code}", f"/verify/{code}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
