"""The officer's morning: claims decided by keys alone, a hundred at once, and two officers at one claim."""
import pytest


@pytest.fixture
def claims(registry):
    """Three claims of one county, its queue emptied of others first."""
    for claim in registry.as_("county-511803").get("/api/v1/claims?state=submitted&limit=200").json()["items"]:
        assert registry.decide(claim, "county-511803", "reject", reason="清空").status_code == 201
    employer = registry.employer(division="511803")
    return [registry.claim(registry.learner(employer, name=name)) for name in ("甲一", "乙二", "丙三")]


def state(registry, claim):
    return registry.as_("city").get(f"/api/v1/claims/{claim['id']}").json()["state"]


def test_three_claims_by_keys_alone(desk, registry, claims):
    officer = desk("county-511803")
    page = officer.page
    assert page.url.endswith("/queue")
    page.keyboard.press("j")
    page.wait_for_selector("article.claim")
    first = page.get_attribute("article.claim", "data-claim")
    page.keyboard.press("r")
    page.wait_for_selector(f"tr[data-claim='{first}'].gone")
    page.wait_for_selector(f"article.claim:not([data-claim='{first}'])")
    second = page.get_attribute("article.claim", "data-claim")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("缺培训档案原件 j k r")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"tr[data-claim='{second}'].gone")
    page.wait_for_selector(f"article.claim:not([data-claim='{second}'])")
    third = page.get_attribute("article.claim", "data-claim")
    page.keyboard.press("x")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".note.bad")
    assert "理由" in page.inner_text("article .note.bad")
    page.locator("article.claim textarea").focus()
    page.keyboard.type("冒用他人档案")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"tr[data-claim='{third}'].gone")
    by_id = {claim["id"]: claim for claim in claims}
    assert [state(registry, by_id[id]) for id in (first, second, third)] == ["recognized", "returned", "rejected"]
    history = registry.as_("city").get(f"/api/v1/claims/{second}").json()["history"]
    assert history[-1]["reason"] == "缺培训档案原件 j k r"
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    assert "退回" in page.inner_text("#keys")


def test_two_officers_at_one_claim(desk, registry, claims):
    first, second = desk("county-511803").page, desk("county-511803").page
    for page in (first, second):
        page.click(f"tr[data-claim='{claims[0]['id']}'] [data-open]")
        page.wait_for_selector(f"article.claim[data-claim='{claims[0]['id']}']")
    second.fill("article.claim textarea", "材料模糊，请重新上传")
    first.click("article.claim button[value=recognize]")
    first.wait_for_selector(f"tr[data-claim='{claims[0]['id']}'].gone")
    second.click("article.claim button[value=return]")
    second.wait_for_selector("article.claim .note.bad")
    assert "已" in second.inner_text("article.claim .note.bad")
    assert second.input_value("#lost") == "材料模糊，请重新上传"
    assert second.locator("article.claim button[value=return]").count() == 0
    assert state(registry, claims[0]) == "recognized"


def test_many_at_once_each_with_its_result(desk, registry, claims):
    officer = desk("county-511803")
    # Out of earshot: what a colleague decides does not show here.
    officer.context.route("**/queue/events", lambda route: route.abort())
    page = officer.page
    page.goto("/queue")
    page.check("[data-all]")
    assert page.inner_text("[data-count]") == "3"
    # A colleague is quicker with one of them.
    assert registry.decide(claims[1], "county-511803", "reject", reason="先到").status_code == 201
    page.click(".bulk button[value=recognize]")
    page.wait_for_function("() => document.querySelectorAll('.bulk .results li').length === 3")
    assert page.locator(".bulk .results li[data-done=true]").count() == 2
    refused = page.inner_text(".bulk .results li[data-done=false]")
    assert "乙二" in refused and "已" in refused
    assert [state(registry, claim) for claim in claims] == ["recognized", "rejected", "recognized"]


def test_a_flag_is_answered_before_it_is_recognized(desk, registry):
    employer = registry.employer(level="city", division=None)
    claim = registry.claim(registry.learner(employer, name="市直人"), reason="外派期间无法面授")
    page = desk("city").page
    page.click(f"tr[data-claim='{claim['id']}'] [data-open]")
    page.wait_for_selector("article.claim")
    assert "外派期间" in page.inner_text("article.claim")
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.name") == "answer.faceToFaceExpected"
    page.keyboard.type("同意：外派半年")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"tr[data-claim='{claim['id']}'].gone")
    assert state(registry, claim) == "recognized"


def test_without_javascript_a_claim_is_decided_on_its_own_page(desk, registry, claims):
    page = desk("county-511803", java_script_enabled=False).page
    page.click(f"a[href='/claims/{claims[2]['id']}']")
    page.click("button[value=recognize]")
    assert "已认定" in page.inner_text(".note.good")
    assert state(registry, claims[2]) == "recognized"


def test_another_authoritys_claim_is_refused_in_words(desk, claims):
    page = desk("county-511822").page
    assert page.goto(f"/claims/{claims[0]['id']}").status == 403
    assert page.locator(".note.bad").count() == 1


def test_axe_finds_nothing_on_queue_and_claim(desk, claims):
    for scheme in ("light", "dark"):
        officer = desk("county-511803", color_scheme=scheme)
        for language in ("zh-CN", "en"):
            if language == "en": officer.switch_language()
            officer.page.keyboard.press("j")
            officer.page.wait_for_selector("article.claim")
            assert officer.violations() == []
            officer.page.goto(f"/claims/{claims[0]['id']}")
            assert officer.violations() == []
            officer.page.goto("/queue")


def test_what_is_unusual_comes_first_with_its_sign_and_the_filter_shows_the_same(desk, registry):
    """The list's own words and the set-based filter are two forms of one thing."""
    county = "county-511826"
    employer, other = registry.employer(division="511826"), registry.employer(division="511826")
    plain = registry.learner(employer, name="平常人")
    registry.claim(plain)
    late = registry.learner(employer, name="临期人")
    registry.claim(late, evidence=registry.online(testPassedOn="2017-12-31"))
    twins = [registry.learner(employer, name="同名同单位") for _ in range(2)]
    registry.claim(twins[0])
    moved = registry.learner(employer, name="调离人")
    registry.claim(moved)
    registry.as_("city").made(f"/api/v1/learners/{moved['id']}/employments", employerCreditCode=other["creditCode"], **{"from": "2018-01-02"})
    refused = registry.learner(employer, name="退回人")
    registry.decide(registry.claim(refused), county, "reject", reason="缺页")
    registry.claim(refused)
    page = desk(county).page
    rows = [(row.locator("strong").first.inner_text(), row.locator(".flag, .sign").all_inner_texts()) for row in page.locator("table.queue tbody tr").all()]
    signs = dict(rows)
    assert signs["平常人"] == [] and signs["同名同单位"] == ["疑似重复档案"] and "已调离" in signs["调离人"] and "曾被退回" in signs["退回人"]
    # The unusual ones stand before all others.
    marks = [bool(found) for _, found in rows]
    assert marks == sorted(marks, reverse=True)
    unusual = sorted(name for name, found in rows if found)
    assert page.inner_text(".filters a:has-text('需留意') b") == str(len(unusual))
    page.click(".filters a:has-text('需留意')")
    assert sorted(page.locator("table.queue tbody tr strong").all_inner_texts()) == unusual
    page.click(".filters a:has-text('集中面授')")
    assert page.locator("table.queue tbody tr").count() == 0
