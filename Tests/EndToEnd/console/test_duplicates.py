"""One person entered twice: found, compared, merged or kept apart, and taken back."""
import pytest

import makers


@pytest.fixture
def pair(registry):
    """One name, one birthday, two numbers; one has hours of 2017."""
    employer = registry.employer(division="511825")
    name = f"田{makers.record_number()[-6:]}"
    first, second = makers.id_number(birth="19790808"), makers.id_number(birth="19790808")
    # The year moves on after a thousand numbers, which may be between the two.
    if first[6:14] != second[6:14]: first = makers.id_number(birth="19790808")
    assert first[6:14] == second[6:14]
    kept = registry.learner(employer, name=name, number=first, post="内科")
    other = registry.learner(employer, name=name, number=second, post="外科")
    registry.decide(registry.claim(kept), "county-511825")
    return {"name": name, "kept": kept, "other": other, "employer": employer}


def card(page, pair): return page.locator(".pairs li", has_text=pair["name"])


def test_the_pair_is_found_compared_merged_and_the_merge_taken_back(desk, registry, pair):
    page = desk("county-511825").page
    page.goto("/duplicates")
    assert "同日出生" in card(page, pair).inner_text() and "同单位" in card(page, pair).inner_text()
    card(page, pair).locator("a.button").click()
    differing = page.locator("tr.differs th").all_inner_texts()
    assert any("岗位" in line for line in differing) and any("身份证" in line for line in differing)
    assert not any(line.startswith("姓名") for line in differing)
    for learner in (pair["kept"], pair["other"]): assert learner["idNumber"] not in page.content()
    # The record with hours is proposed.
    assert page.input_value("[name=kept]:checked") == pair["kept"]["id"]
    page.fill("#reason", "同一人，第二次录入时抄错顺序码")
    page.fill("#document", "身份证复印件")
    page.click("form[action$='/merge'] button")
    page.wait_for_selector(".note.good")
    assert registry.as_("city").get(f"/api/v1/learners/{pair['other']['id']}").json()["mergedInto"] == pair["kept"]["id"]
    page.goto("/duplicates")
    assert card(page, pair).count() == 0
    page.locator("section li", has_text=pair["name"]).locator("a").click()
    page.fill("#reason", "经核实为两人")
    page.click("button.danger")
    page.wait_for_selector(".note.good")
    assert registry.as_("city").get(f"/api/v1/learners/{pair['other']['id']}").json().get("mergedInto") is None
    page.goto("/duplicates")
    assert card(page, pair).count() == 1


def test_kept_apart_it_stays_away_until_a_record_changes(desk, registry, pair):
    page = desk("county-511825", java_script_enabled=False).page
    page.goto("/duplicates")
    card(page, pair).locator("a.button").click()
    page.fill("#apartReason", "双胞胎姐妹，已核对户口簿")
    page.click("form[action$='/apart'] button")
    assert page.locator(".note.good").count() == 1 and card(page, pair).count() == 0
    corrected = registry.as_("county-511825").post(f"/api/v1/learners/{pair['other']['id']}/corrections", json={
        "field": "post", "value": "妇科", "reason": "调岗", "document": "院文"})
    assert corrected.status_code in (200, 201)
    page.goto("/duplicates")
    assert card(page, pair).count() == 1


def test_a_record_that_moves_meanwhile_stops_the_merge_and_keeps_what_was_typed(desk, registry, pair):
    page = desk("county-511825").page
    page.goto(f"/duplicates/{pair['kept']['id']}/{pair['other']['id']}")
    page.fill("#reason", "同一人")
    page.fill("#document", "身份证")
    registry.as_("city").post(f"/api/v1/learners/{pair['other']['id']}/corrections", json={
        "field": "title", "value": "主治医师", "reason": "晋升", "document": "文件"})
    page.click("form[action$='/merge'] button")
    page.wait_for_selector(".note.bad")
    assert "有了变化" in page.inner_text(".note.bad")
    assert page.input_value("#reason") == "同一人" and "主治医师" in page.inner_text(".compare")
    page.click("form[action$='/merge'] button")
    page.wait_for_selector(".note.good")


def test_a_slip_in_the_birth_date_is_found_and_namesakes_are_not(desk, registry, pair):
    number = makers.id_number(birth="19790808")
    body = number[:12] + "09" + number[14:17]
    slip = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, makers.WEIGHTS)) % 11]
    name = "尚" + makers.record_number()[-5:]
    for each in (number, slip, makers.id_number(birth="19600101")):
        registry.learner(pair["employer"], name=name, number=each)
    page = desk("county-511825").page
    page.goto("/duplicates")
    found = page.locator(".pairs li", has_text=name)
    assert found.count() == 1 and "号码相近" in found.inner_text()


def test_another_county_sees_neither_list_nor_pair(desk, pair):
    page = desk("county-511802").page
    page.goto("/duplicates")
    assert card(page, pair).count() == 0
    assert page.goto(f"/duplicates/{pair['kept']['id']}/{pair['other']['id']}").status == 403
    for user in ("clerk", "base", "auditor"): assert desk(user).page.goto("/duplicates").status == 403
