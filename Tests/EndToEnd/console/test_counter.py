"""The clerk at the counter: from signing in to the verdict, by keys alone, and without JavaScript."""
import pytest

@pytest.fixture(scope="module")
def people(registry):
    """In January 2018: one who is complete for 2017, one who is not, two of one name."""
    employer = registry.employer()
    complete = registry.learner(employer, name="高完成")
    claim = registry.claim(complete)
    assert registry.decide(claim, "county-511823").status_code == 201
    behind = registry.learner(employer, name="罗未完")
    twins = [registry.learner(employer, name="重名人") for _ in range(2)]
    return {"complete": complete, "behind": behind, "twins": twins}


def test_a_verdict_by_keys_alone_and_without_another_page(desk, people):
    clerk = desk("clerk")
    page = clerk.page
    assert page.evaluate("document.activeElement.id") == "who"
    del clerk.requests[:]
    page.keyboard.type(people["behind"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    assert "不予受理" in page.inner_text(".verdict .word")
    assert "E1" in page.inner_text(".reason") and "2017" in page.inner_text(".reason")
    assert page.inner_text(".person h2") == "罗未完"
    assert [request.resource_type for request in clerk.requests] == ["fetch"]
    # Ready for the next person at once.
    assert page.evaluate("document.activeElement.id") == "who" and page.input_value("#who") == ""
    page.keyboard.type(people["complete"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.accepted")
    assert "可以受理" in page.inner_text(".verdict .word")
    assert clerk.complaints == []


def test_no_id_number_stands_in_an_address_a_page_or_the_log(desk, people, registry):
    clerk = desk("clerk")
    number = people["behind"]["idNumber"]
    clerk.page.fill("#who", number)
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_selector(".verdict")
    assert not any(number in request.url for request in clerk.requests)
    assert number not in clerk.page.content() and number not in registry.logged()
    before = registry.sql("SELECT count(*) FROM access_log WHERE learner_id = %s AND reason = 'idNumber'", (people["behind"]["id"],))[0][0]
    clerk.page.click(".verdict button.link")
    clerk.page.wait_for_function("number => document.querySelector('#number').textContent === number", arg=number)
    after = registry.sql("SELECT count(*) FROM access_log WHERE learner_id = %s AND reason = 'idNumber'", (people["behind"]["id"],))[0][0]
    assert after == before + 1
    assert number not in registry.logged()


def test_another_purpose_answers_again_for_the_same_person(desk, people):
    page = desk("clerk").page
    page.fill("#who", people["behind"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    page.check("input[value=annualExcellent]", force=True)
    page.wait_for_selector(".verdict .word:has-text('不得评优')")


def test_a_name_that_two_people_have_is_a_choice(desk, people):
    page = desk("clerk").page
    page.fill("#who", "重名人")
    page.keyboard.press("Enter")
    page.wait_for_selector(".people")
    assert page.locator(".people button").count() == 2
    page.locator(".people button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict")


@pytest.mark.parametrize("typed, said", [("511823198502140019", "校验位"), ("查无此人", "没有此人"), ("", "请输入")])
def test_what_cannot_be_answered_is_said(desk, people, typed, said):
    page = desk("clerk").page
    page.fill("#who", typed)
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer .note.bad")
    assert said in page.inner_text("#answer")


def test_without_javascript_the_form_does_the_same(desk, people):
    page = desk("clerk", java_script_enabled=False).page
    page.fill("#who", people["behind"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    assert page.url.endswith("/counter")
    page.click(".verdict button.link")
    assert people["behind"]["idNumber"] in page.inner_text("main")


def test_the_first_load_is_light_and_asks_no_other_host(desk, registry):
    clerk = desk("clerk")
    fresh = clerk.context.new_page()
    weights, hosts = [], set()

    def count(response):
        hosts.add(response.url.split("/")[2])
        weights.append(len(response.body()))

    fresh.on("response", count)
    fresh.goto("/counter", wait_until="networkidle")
    assert hosts == {registry.url.split("/")[2]}
    assert sum(weights) < 60_000, weights


def test_english_and_dark_are_a_switch_away_and_axe_finds_nothing(desk, people):
    for scheme in ("light", "dark"):
        clerk = desk("clerk", color_scheme=scheme)
        for language in ("zh-CN", "en"):
            if language == "en": clerk.switch_language()
            assert clerk.page.get_attribute("html", "lang") == language
            assert clerk.violations() == []
            for who in ("complete", "behind"):
                clerk.page.fill("#who", people[who]["idNumber"])
                clerk.page.keyboard.press("Enter")
                clerk.page.wait_for_selector(".verdict." + {"complete": "accepted", "behind": "refused"}[who])
                clerk.page.wait_for_timeout(200)
                assert clerk.violations() == []


def test_a_card_reader_is_faster_than_an_answer_and_types_wherever_the_hand_was(desk, people):
    """Two cards in a row, the second read before the first is answered; full-width digits, spaces, a small x."""
    page = desk("clerk").page
    page.locator("h1").evaluate("h => document.activeElement.blur()")
    page.keyboard.type(people["behind"]["idNumber"].lower())
    page.keyboard.press("Enter")
    page.keyboard.type(people["complete"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.accepted")
    assert page.inner_text(".person h2") == "高完成"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in people["behind"]["idNumber"])
    page.keyboard.insert_text(f" {wide[:6]} {wide[6:]} ")
    # Some readers end with a tab.
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    page.keyboard.type(people["complete"]["idNumber"])
    page.keyboard.press("Tab")
    page.wait_for_selector(".verdict.accepted")
    assert page.evaluate("document.activeElement.id") == "who"


def test_purposes_and_help_by_keys(desk, people):
    page = desk("clerk").page
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+6")
    assert page.is_checked("[name=purpose][value=annualExcellent]")
    page.keyboard.type(people["behind"]["idNumber"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict .word:has-text('不得评优')")
