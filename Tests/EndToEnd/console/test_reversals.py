"""Taking an entry back: what it will change is read before it is confirmed, and nothing undoes it."""
import pytest
import requests


@pytest.fixture
def recognized(registry):
    """Somebody of one county who is complete for 2017, with a printed certificate."""
    learner = registry.learner(registry.employer(division="511822"), name="曹已认")
    claim = registry.claim(learner)
    entry = registry.decide(claim, "county-511822").json()["entry"]
    code = registry.as_("county-511822").made(f"/api/v1/learners/{learner['id']}/certificates")["code"]
    return {"learner": learner, "claim": claim, "entry": entry, "code": code}


def test_the_page_says_what_will_change_and_then_it_changes(desk, registry, recognized):
    page = desk("county-511822").page
    page.goto(f"/claims/{recognized['claim']['id']}")
    page.click("a[href$='/reversal']")
    effects = page.inner_text("section:has(#effects)")
    assert "2017" in effects and "已完成" in effects and "未完成" in effects
    assert "可以受理" in effects and "不予受理" in effects
    assert recognized["code"] in effects and "已失效" in effects
    assert registry.eligibility(recognized["learner"])["outcome"] == "accepted"
    page.fill("#reason", "培训档案系他人冒用")
    page.check("[name=understood]")
    page.click("button.danger")
    page.wait_for_selector(".note.good")
    assert page.url.split("?")[0].endswith("/changes")
    assert registry.eligibility(recognized["learner"])["outcome"] == "refused"
    check = requests.get(registry.url + f"/verify/{recognized['code']}", headers={"Accept": "application/json"}, timeout=30)
    assert check.json()["status"] == "superseded"
    assert "培训档案系他人冒用" in page.inner_text("#entries")
    page.goto(f"/entries/{recognized['entry']}/reversal")
    assert page.locator("button.danger").count() == 0 and "已经撤销" in page.inner_text("main")


def test_without_a_reason_or_the_confirmation_nothing_is_taken_back(desk, registry, recognized):
    page = desk("county-511822", java_script_enabled=False).page
    page.goto(f"/entries/{recognized['entry']}/reversal")
    token, seen = page.input_value("form.card [name=formToken]"), page.input_value("[name=seen]")
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}

    def send(**fields):
        return requests.post(registry.url + f"/entries/{recognized['entry']}/reversal", cookies=cookies, timeout=30, allow_redirects=False,
                             data={"formToken": token, "seen": seen, **fields})

    for fields, said in (({"understood": "1"}, "理由"), ({"reason": "误录"}, "勾选"), ({"reason": "  ", "understood": "1"}, "理由")):
        answer = send(**fields)
        assert answer.status_code == 422 and said in answer.text
    assert registry.eligibility(recognized["learner"])["outcome"] == "accepted"


def test_what_is_confirmed_is_what_was_read(desk, registry, recognized):
    page = desk("county-511822").page
    page.goto(f"/entries/{recognized['entry']}/reversal")
    page.fill("#reason", "重复登记")
    page.check("[name=understood]")
    # Meanwhile another certificate is printed, which the officer has not read of.
    code = registry.as_("county-511822").made(f"/api/v1/learners/{recognized['learner']['id']}/certificates")["code"]
    page.click("button.danger")
    page.wait_for_selector(".note.bad")
    assert page.input_value("#reason") == "重复登记" and code in page.inner_text("section:has(#effects)")
    assert registry.eligibility(recognized["learner"])["outcome"] == "accepted"


@pytest.mark.parametrize("user, status, said", [("county-511803", 403, "撤销"), ("base", 200, "作出认定的机构"), ("clerk", 403, "权限"), ("auditor", 403, "权限")])
def test_whoever_may_not_is_told_so(desk, recognized, user, status, said):
    page = desk(user).page
    answer = page.goto(f"/entries/{recognized['entry']}/reversal")
    assert answer.status == status and said in page.inner_text("main")
    assert page.locator("button.danger").count() == 0
