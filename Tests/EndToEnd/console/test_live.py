"""A colleague's decision appears at once, to those who may see it and for as long as the session lasts."""
import psycopg
import pytest
import requests

from browser import Desk
from registry import Registry
from streams import Stream


@pytest.fixture
def claims(registry):
    """Three claims of one county, its queue emptied of others first."""
    for claim in registry.as_("county-511803").get("/api/v1/claims?state=submitted&limit=200").json()["items"]:
        assert registry.decide(claim, "county-511803", "reject", reason="清空").status_code == 201
    employer = registry.employer(division="511803")
    return [registry.claim(registry.learner(employer, name=name)) for name in ("甲一", "乙二", "丙三")]


def cookies(desk): return {c["name"]: c["value"] for c in desk.context.cookies()}


def line(page, claim): return page.locator(f"tr[data-claim='{claim['id']}']")


def test_a_colleagues_decision_shows_at_once_and_what_is_typed_stays(desk, registry, claims):
    first, second = desk("county-511803").page, desk("county-511803").page
    for page in (first, second): page.wait_for_selector("[data-live]:not([hidden])")
    second.click(f"tr[data-claim='{claims[0]['id']}'] [data-open]")
    second.wait_for_selector("article.claim")
    second.fill("article.claim textarea", "材料模糊")
    first.click(f"tr[data-claim='{claims[0]['id']}'] [data-open]")
    first.wait_for_selector("article.claim")
    first.keyboard.press("r")
    second.wait_for_selector(f"tr[data-claim='{claims[0]['id']}'].gone")
    assert "已认定" in line(second, claims[0]).inner_text() and "同事" in line(second, claims[0]).inner_text()
    assert "同事" not in line(first, claims[0]).inner_text()
    assert "已认定" in second.inner_text("[data-moved]") and second.input_value("article.claim textarea") == "材料模糊"
    second.wait_for_function("() => document.querySelector('.filters a[aria-current] b').textContent === '2'")
    # Many at once by the interface of programs.
    registry.as_("county-511803").post("/api/v1/decisions", json={"claims": [c["id"] for c in claims[1:]], "decision": "recognize"})
    for claim in claims[1:]: second.wait_for_selector(f"tr[data-claim='{claim['id']}'].gone")


def test_a_new_claim_is_announced(desk, registry, claims):
    page = desk("county-511803").page
    page.wait_for_selector("[data-live]:not([hidden])")
    page.wait_for_timeout(2500)
    registry.claim(registry.learner(registry.employer(division="511803"), name="新来人"))
    page.wait_for_selector("[data-arrived]:not([hidden])")
    page.click("[data-reload]")
    page.wait_for_selector("tr:has-text('新来人')")


def test_what_is_told_is_ones_own_and_says_nothing_of_a_person(desk, registry, claims):
    own, other = (Stream(registry.url, cookies(desk(user))) for user in ("county-511803", "county-511822"))
    for stream in (own, other): assert stream.wait(lambda s: s.text.count("event: anew") >= 2)
    registry.decide(claims[0], "county-511803", "reject", reason="甲一的材料不实")
    assert own.wait(lambda s: claims[0]["id"] in s.text)
    assert "甲一" not in own.text and "材料不实" not in own.text and "rejected" in own.text
    registry.claim(registry.learner(registry.employer(division="511822"), name="彼县人"))
    assert other.wait(lambda s: '"submitted"' in s.text)
    assert claims[0]["id"] not in other.text


def test_who_has_no_queue_and_who_is_not_signed_in_hear_nothing(desk, registry):
    assert Stream(registry.url, cookies(desk("clerk"))).answer.status_code == 403
    answer = requests.get(registry.url + "/queue/events", timeout=30, allow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


def test_signing_out_ends_it(desk, registry):
    officer = desk("county-511822")
    stream = Stream(registry.url, cookies(officer))
    assert stream.wait(lambda s: "anew" in s.text)
    officer.page.click("form[action='/sign-out'] button")
    assert stream.wait(lambda s: s.ended)


def test_one_session_has_a_few_and_no_more(desk, registry):
    jar = cookies(desk("county-511824"))
    streams = []
    for _ in range(12):
        streams.append(Stream(registry.url, jar))
        if streams[-1].answer.status_code == 503: break
    assert streams[-1].answer.status_code == 503 and int(streams[-1].answer.headers["Retry-After"]) > 0
    for stream in streams: stream.answer.close()


def test_a_quiet_stream_beats_does_not_keep_the_session_and_one_connection_listens_for_all(browser):
    registry = Registry(CEREGISTRY_IDLE_SECONDS="12")
    try:
        registry.add_bureau_users(["511822", "511803"])
        registry.start()
        jars, streams = [], []
        for user in ("county-511822", "county-511803", "city"):
            jars.append(cookies(Desk(browser, registry, user)))
            streams.append(Stream(registry.url, jars[-1]))
        for stream in streams: assert stream.wait(lambda s: ": still here" in s.text)
        listening = registry.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~* '^(UN)?LISTEN'")
        assert listening[0][0] <= 1
        for stream in streams: assert stream.wait(lambda s: s.ended and "event: ended" in s.text, 40)
        assert requests.get(registry.url + "/queue", cookies=jars[0], timeout=30, allow_redirects=False).status_code == 303
    finally:
        registry.close()


def test_a_daemon_that_stops_ends_its_streams(browser):
    registry = Registry()
    try:
        registry.add_bureau_users(["511822"])
        registry.start()
        stream = Stream(registry.url, cookies(Desk(browser, registry, "county-511822")))
        assert stream.wait(lambda s: "anew" in s.text)
        registry.process.terminate()
        assert stream.wait(lambda s: s.ended)
        registry.process.wait(30)
    finally:
        registry.close()


def test_after_a_lost_connection_the_page_reads_anew(desk, registry, claims):
    page = desk("county-511803").page
    page.wait_for_selector("[data-live]:not([hidden])")
    page.wait_for_timeout(2500)
    with psycopg.connect(registry.server, autocommit=True) as admin:
        # The trigger is silenced: only reading anew can tell.
        registry.sql("ALTER TABLE claim_events DISABLE TRIGGER move_is_told")
        try:
            registry.decide(claims[0], "county-511803", "reject", reason="断线期间")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", (registry.database,))
            page.wait_for_selector(f"tr[data-claim='{claims[0]['id']}'].gone", timeout=30_000)
        finally:
            registry.sql("ALTER TABLE claim_events ENABLE TRIGGER move_is_told")
    assert "不予认定" in line(page, claims[0]).inner_text()


def test_nothing_is_notified_where_nobody_looks(registry, claims):
    """A commit with NOTIFY waits its turn behind every other; a bureau with no page open costs nothing."""
    registry.sql("DELETE FROM queue_watches")
    with psycopg.connect(registry.database_url, autocommit=True) as listener:
        listener.execute('LISTEN "queue:county:511803"')
        registry.decide(claims[0], "county-511803")
        assert list(listener.notifies(timeout=1)) == []
        registry.sql("INSERT INTO queue_watches VALUES ('county:511803', now() + interval '1 minute') ON CONFLICT DO NOTHING")
        registry.decide(claims[1], "county-511803")
        told = list(listener.notifies(timeout=5, stop_after=1))
        assert [claims[1]["id"] in notify.payload for notify in told] == [True]
        assert "乙二" not in told[0].payload
