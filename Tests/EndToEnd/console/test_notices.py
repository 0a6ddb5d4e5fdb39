"""The notice of acceptance or refusal, from the counter to the stranger who checks it."""
import pytest


@pytest.fixture(scope="module")
def behind(registry):
    return registry.learner(registry.employer(), name="罗未完")


@pytest.mark.parametrize("script", [True, False])
def test_a_notice_is_issued_at_the_counter_and_verifies(desk, registry, behind, script):
    clerk = desk("clerk", java_script_enabled=script)
    page = clerk.page
    page.fill("#who", behind["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    page.get_by_role("button", name="出具不予受理通知书").click()
    page.wait_for_url("**/notices/*")
    sheet = page.inner_text(".sheet")
    assert "不予受理通知书" in sheet and "罗未完" in sheet and "E1" in sheet and "李窗口" in sheet
    assert behind["idNumber"] not in page.content()
    page.locator(".paper-bar a", has_text="/verify/").click()
    assert "通知书有效" in page.inner_text(".verdict") and "不予受理" in page.inner_text("main")
    assert "罗未完" not in page.inner_text("main")


def test_a_code_that_nobody_issued_is_said_in_both_languages(desk, registry):
    stranger = desk(language="en")
    assert stranger.page.goto("/verify/0000-0000-0000-0000").status == 404
    assert "No such code" in stranger.page.inner_text(".verdict")
    stranger.switch_language()
    assert "查无此证" in stranger.page.inner_text(".verdict") and "/verify/0000-0000-0000-0000" in stranger.page.url
    assert stranger.violations() == []
