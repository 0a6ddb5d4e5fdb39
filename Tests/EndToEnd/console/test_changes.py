"""Corrections, transfers, leaving and excuses by the learner's bureau; two officers at one record."""
import pytest


@pytest.fixture
def learner(registry):
    return registry.learner(registry.employer(division="511824", name="石棉县人民医院"), name="方正", post="护理", title="护师")


def record(registry, learner):
    return registry.as_("city").get(f"/api/v1/learners/{learner['id']}").json()


def test_a_correction_starts_from_what_stands_and_records_what_was_changed(desk, registry, learner):
    page = desk("county-511824").page
    page.goto(f"/learners/{learner['id']}")
    page.click("main a:has-text('档案变更')")
    assert page.input_value("#c-name") == "方正" and page.input_value("#c-post") == "护理"
    page.fill("#c-title", "主管护师")
    page.fill("#c-reason", "2018年晋升")
    page.fill("#c-document", "石人社职〔2018〕3号")
    page.click("#correction button.primary")
    page.wait_for_selector(".note.good")
    after = record(registry, learner)
    assert after["title"] == "主管护师"
    assert [(c["field"], c["oldValue"], c["newValue"]) for c in after["corrections"]] == [("title", "护师", "主管护师")]


def test_two_officers_at_one_record_and_nothing_typed_is_lost(desk, registry, learner):
    first, second = desk("county-511824").page, desk("city").page
    for page in (first, second): page.goto(f"/learners/{learner['id']}/changes")
    second.fill("#c-post", "急诊护理")
    second.fill("#c-reason", "岗位调整")
    second.fill("#c-document", "院文〔2018〕1号")
    first.fill("#c-title", "主管护师")
    first.fill("#c-reason", "晋升")
    first.fill("#c-document", "石人社职〔2018〕3号")
    first.click("#correction button.primary")
    first.wait_for_selector(".note.good")
    second.click("#correction button.primary")
    second.wait_for_selector("#correction .note.bad")
    assert "同事更新" in second.inner_text("#correction .note.bad")
    assert second.input_value("#c-post") == "急诊护理" and second.input_value("#c-reason") == "岗位调整"
    assert "主管护师" in second.inner_text("#correction .now") and second.input_value("#c-title") == "主管护师"
    assert record(registry, learner)["post"] == "护理"
    second.click("#correction button.primary")
    second.wait_for_selector(".note.good")
    after = record(registry, learner)
    assert (after["post"], after["title"]) == ("急诊护理", "主管护师")


def test_a_transfer_by_name_and_where_names_are_many_a_choice(desk, registry, learner):
    registry.employer(division="511824", name="石棉县第一小学")
    registry.employer(division="511824", name="石棉县第二小学")
    page = desk("county-511824").page
    page.goto(f"/learners/{learner['id']}/changes")
    page.fill("#m-employer", "石棉县第")
    page.fill("#m-from", "2017-09-01")
    page.click("#posts form:has(#m-employer) button")
    page.wait_for_selector("#posts fieldset")
    assert page.input_value("#m-from") == "2017-09-01"
    page.check("#posts label:has-text('第二小学') input")
    page.click("#posts form:has(#m-employer) button")
    page.wait_for_selector(".note.good")
    posts = record(registry, learner)["employments"]
    assert [(p["employer"]["name"], p.get("until")) for p in posts] == [("石棉县人民医院", "2017-08-31"), ("石棉县第二小学", None)]


def test_leaving_and_an_excuse_and_its_end(desk, registry, learner):
    page = desk("county-511824", java_script_enabled=False).page
    page.goto(f"/learners/{learner['id']}/changes")
    page.select_option("#e-year", "2017")
    page.fill("#e-reason", "产假")
    page.fill("#e-document", "生育登记证明")
    page.check("[name=liftsDuty]")
    page.click("form:has(#e-year) button")
    assert registry.eligibility(learner)["years"][0]["status"] == "excused"
    page.fill("#excuses .one-line [name=reason]", "材料不实")
    page.click("#excuses .one-line button")
    assert "已于" in page.inner_text("#excuses")
    assert registry.eligibility(learner)["years"][0]["status"] == "incomplete"
    page.fill("#l-until", "2018-01-05")
    page.fill("#l-reason", "辞职")
    page.click("form:has(#l-until) button")
    assert record(registry, learner)["employments"][-1]["until"] == "2018-01-05"
    page.fill("#e-reason", " ")
    assert page.locator("form:has(#l-until)").count() == 0


def test_a_day_to_come_is_refused_beside_what_was_typed(desk, learner):
    page = desk("county-511824", java_script_enabled=False).page
    page.goto(f"/learners/{learner['id']}/changes")
    page.fill("#l-until", "2030-01-01")
    page.fill("#l-reason", "退休")
    page.click("form:has(#l-until) button")
    assert "晚于今天" in page.inner_text("form:has(#l-until) .note.bad") and page.input_value("#l-reason") == "退休"


@pytest.mark.parametrize("user, status", [("county-511803", 403), ("clerk", 403), ("base", 403), ("auditor", 403)])
def test_another_bureau_and_other_roles_change_nothing(desk, learner, user, status):
    page = desk(user).page
    assert page.goto(f"/learners/{learner['id']}/changes").status == status
    assert page.locator("form.card, #correction").count() == 0
