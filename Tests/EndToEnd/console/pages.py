"""Every page of the console: who opens it, where, and what is done there before it is looked at. The test of axe and
`deploy/screenshots` read this list; a page that is missing here fails the first.

Each part of the console has a list of its own, glued together in PAGES at the end."""
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Union

import requests

from registry import ROOT, Registry


class City:
    """The demo city in January 2019, with the daemon running."""

    def __init__(self, learners=600):
        # Nothing here sets a PDF: that takes longer than all else.
        self.registry = Registry(clock="2018-10-16T09:00:00+08:00", CEREGISTRY_WEASYPRINT="/nowhere/weasyprint")
        self.numbers = self.registry.cli_json("demo", "load", "--learners", str(learners))["idNumbers"]
        self.registry.start(clock="2019-01-10T09:00:00+08:00")

    def one(self, statement, *parameters):
        """The first value that a statement of SQL gives."""
        rows = self.registry.sql(statement, parameters)
        assert rows, f"the demo city has none: {statement}"
        return rows[0][0]

    def password(self, username):
        return f"demo-{username}-2018"

    def close(self):
        self.registry.close()


@dataclass(frozen=True)
class Page:
    # Of the pictures and of the test.
    name: str
    # As `Console.pages` writes it, such as /claims/{id}.
    path: str
    # A user of the demo; None for whoever is not signed in.
    user: Optional[str]
    # Where to go; the path itself where nothing is said. With the city at hand where a record's id is needed.
    address: Union[str, Callable[[City], str], None] = None
    # What is done there first, with playwright's page and the city.
    act: Optional[Callable] = None
    # Whether an answer other than 200 is what is looked at.
    status: int = 200
    # What the act is answered with, where that is a refusal.
    answered: int = 200

    def where(self, city):
        if callable(self.address): return self.address(city)
        return self.address or self.path


def declared_pages():
    """Every address that answers a GET with a page, as the sources declare it."""
    sources = Path(ROOT, "Sources/RegistryConsole")
    found = {path for file in sources.rglob("*.swift") for path in re.findall(r'\.get\(\s*"(/[^"\\]*)"', file.read_text())}
    assert "/counter" in found and "/claims/{id}" in found
    return found


# Addresses that answer with no page of their own: a way elsewhere, a file, a stream.
NO_PAGES = {"/", "/unit/list.csv", "/unit/list.xlsx", "/imports/{id}/file", "/imports/templates/{file}", "/bulletins/{number}/forms/{form}",
            "/training/sessions/{id}/calendar.ics", "/training/sessions/{id}/list.xlsx", "/training/sessions/{id}/fees.xlsx"}


def ask(index):
    """At the counter: the number of one of the demo's people, or a name."""
    def act(page, city):
        page.fill("#who", city.numbers[index] if isinstance(index, int) else index)
        page.keyboard.press("Enter")
        page.wait_for_selector(".verdict, .people")
        page.wait_for_timeout(250)
    return act


def first_claim(page, city):
    page.keyboard.press("j")
    if page.viewport_size["width"] >= 960 and page.locator("tr[data-claim]").count(): page.wait_for_selector("article.claim")
    page.wait_for_timeout(200)


def a_claim(city):
    return f"/claims/{city.one('''SELECT id FROM claims WHERE routed_to = 'county:511802' AND state = 'submitted' ORDER BY id LIMIT 1''')}"


SESSION = [
    Page("sign-in", "/sign-in", None),
]

COUNTER = [
    Page("counter", "/counter", "clerk-city"),
    Page("counter-1", "/counter", "clerk-city", act=ask(0)),
    Page("counter-2", "/counter", "clerk-city", act=ask(1)),
    Page("counter-3", "/counter", "clerk-city", act=ask(2)),
    Page("counter-names", "/counter", "clerk-city", act=ask("张")),
]

QUEUE = [
    Page("queue", "/queue", "officer-511802", act=first_claim),
    Page("queue-city", "/queue", "officer-city", "/queue?flagged=1", act=first_claim),
    Page("claim", "/claims/{id}", "officer-511802", a_claim),
    Page("mistake", "/claims/{id}", "officer-511822", a_claim, status=403),
]

def a_session(part=""):
    """The demo's session that was held and waits for its recognition."""
    return lambda city: f"/training/sessions/{city.one('SELECT id FROM training_sessions ORDER BY starts_on LIMIT 1')}{part}"


def a_screen(city):
    return "/training/sessions/{}/screens/{}".format(*city.registry.sql("SELECT session_id, id FROM training_half_days ORDER BY starts_at LIMIT 1")[0])


TRAINING = [
    Page("training-base", "/training", "officer-base", "/training?year=2018"),
    Page("training-unit", "/training", "unit-demo", "/training?year=2018"),
    Page("training-unit-2017", "/training", "unit-demo", "/training?year=2017"),
    Page("training-learner", "/training", "learner-demo"),
    Page("training-city", "/training", "officer-city"),
    Page("training-new", "/training/sessions/new", "officer-base"),
    Page("training-session", "/training/sessions/{id}", "officer-base", a_session()),
    Page("training-session-unit", "/training/sessions/{id}", "unit-demo", a_session()),
    Page("training-recognition", "/training/sessions/{id}/recognition", "officer-base", a_session("/recognition")),
    Page("training-notices", "/training/sessions/{id}/notices", "officer-base", a_session("/notices")),
    Page("training-screen", "/training/sessions/{id}/screens/{halfDay}", "officer-base", a_screen),
    Page("training-sign-in", "/training/sign-in", "learner-demo", "/training/sign-in?code=expired"),
]


# The city: where it is behind, its bulletins, its audit, its users, its policy.


def with_audit(address):
    """An audit that found something: a guard that was off for a moment, an employer whose code cannot be."""
    def where(city):
        if not city.registry.sql("SELECT 1 FROM audit_runs"):
            city.registry.sql("UPDATE employers SET credit_code = overlay(credit_code placing 'AAAA' from 9) WHERE id = (SELECT id FROM employers ORDER BY id LIMIT 1)")
            city.registry.sql("ALTER TABLE decisions DISABLE TRIGGER append_only")
            city.registry.cli("audit", check=False)
            city.registry.sql("ALTER TABLE decisions ENABLE TRIGGER append_only")
        return address(city) if callable(address) else address
    return where


def a_bulletin(city):
    if not city.registry.sql("SELECT 1 FROM bulletin_publications"):
        city.registry.cli("bulletin", "publish", "2018-4", "--as-of", "2018-12-31", "--as", "officer-city")
    return "/bulletins/2018-4"


def an_employer(city):
    return f"/employers/{city.one('SELECT employer_id FROM learners WHERE employer_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1')}"


def an_entry(reversed_one):
    return lambda city: f"/entries/{city.one(f'SELECT e.id FROM register_entries e LEFT JOIN reversals r ON r.entry_id = e.id WHERE (r.entry_id IS NOT NULL) = {reversed_one} ORDER BY e.id LIMIT 1')}"


def fill_policy(change):
    """The notice in force, changed, sent from the page that loads one."""
    def act(page, city):
        page.fill("#source", change((ROOT / "sql/policies/2017-87.yaml").read_text()))
        page.click("main button.primary")
        page.wait_for_selector("h1")
    return act


def one_time_password(page, city):
    page.click("form[action$='/passwords'] button")
    page.wait_for_selector(".secret")


def opened(page, city):
    for details in page.locator("main details > summary").all(): details.click()


CITY = [
    Page("completion", "/completion", "officer-city"),
    Page("completion-months", "/completion", "officer-city", "/completion?year=2017&kind=enterprise", act=opened),
    Page("completion-county", "/completion", "officer-511802"),
    Page("completion-employers", "/completion/employers", "officer-city"),
    Page("employer", "/employers/{id}", "officer-city", an_employer),
    Page("bulletins", "/bulletins", "officer-city", lambda city: a_bulletin(city) and "/bulletins"),
    Page("bulletin-preview", "/bulletins/preview", "officer-city", "/bulletins/preview?number=2019-1&asOf=2019-01-10"),
    Page("bulletin", "/bulletins/{number}", "officer-city", a_bulletin, act=opened),
    Page("entry", "/entries/{id}", "officer-city", an_entry("false")),
    Page("entry-reversed", "/entries/{id}", "officer-city", an_entry("true")),
    Page("policy", "/policy", "officer-city"),
]

AUDIT = [
    Page("audit", "/audit", "officer-city", with_audit("/audit")),
    Page("audit-runs", "/audit/runs", "auditor-demo", with_audit("/audit/runs")),
    Page("audit-run", "/audit/runs/{id}", "auditor-demo", with_audit(lambda city: f"/audit/runs/{city.one('SELECT id FROM audit_runs LIMIT 1')}")),
    Page("findings", "/audit/findings", "officer-city", with_audit("/audit/findings")),
    Page("findings-one", "/audit/findings", "officer-city", with_audit("/audit/findings?check=creditCodeCheckCharacter"), act=opened),
    Page("guards", "/audit/guards", "auditor-demo", with_audit("/audit/guards")),
    Page("access-log", "/access-log", "auditor-demo"),
]

ADMIN = [
    Page("users", "/users", "admin-demo"),
    Page("user", "/users/{username}", "admin-demo", "/users/clerk-511802"),
    Page("user-password", "/users/{username}", "admin-demo", "/users/clerk-511802", act=one_time_password),
    Page("user-new", "/users/new", "admin-demo"),
    Page("policy-admin", "/policy", "admin-demo"),
    Page("policy-load", "/policy/load", "admin-demo"),
    Page("policy-mistakes", "/policy/load", "admin-demo", act=fill_policy(lambda text: text.replace("requiredHours: 30", "requiredHours: 31", 1).replace('dueOn: "2018-12-31"', 'dueOn: "2018-06-31"')), answered=422),
    Page("policy-preview", "/policy/load", "admin-demo", act=fill_policy(lambda text: text.replace('dueOn: "2018-12-31"', 'dueOn: "2019-03-31"').replace("claimWaitingDays: 30", "claimWaitingDays: 20"))),
]


def an_entry_to_reverse(city):
    entry = city.one("""SELECT e.id FROM register_entries e JOIN standing_entries s ON s.entry_id = e.id
                        WHERE e.recognized_by = 'county:511802' AND s.completes ORDER BY e.id LIMIT 1""")
    # A printed certificate, which a reversal would supersede.
    learner = city.one("SELECT learner_id FROM register_entries WHERE id = %s", entry)
    city.registry.sql("""INSERT INTO certificates (code, learner_id, entries, name, printed_on, recorded_by)
                         SELECT 'PAGE0000PAGE0000', %s, ARRAY[%s]::uuid[], name, '2019-01-08', (SELECT id FROM users WHERE username = 'officer-511802')
                         FROM learners WHERE id = %s ON CONFLICT DO NOTHING""", (learner, entry, learner))
    return f"/entries/{entry}/reversal"


def a_learner(city):
    return city.one("SELECT l.id FROM learners l JOIN register_entries e ON e.learner_id = l.id WHERE l.area = 'county:511802' AND l.merged_into IS NULL ORDER BY l.id LIMIT 1")


def stale_correction(page, city):
    """Two officers at one record: what the second sees."""
    page.fill("#c-post", "儿科护理")
    page.fill("#c-reason", "岗位调整")
    page.fill("#c-document", "院文〔2019〕2号")
    city.registry.sql("UPDATE learners SET title = CASE WHEN title = '主任医师' THEN '副主任医师' ELSE '主任医师' END, version = version + 1 WHERE id = %s", (a_learner(city),))
    page.click("#correction button.primary")
    page.wait_for_selector("#correction .now")


def a_pair(city):
    """Two records of one person: the demo has none, so one is made of another with a digit changed."""
    city.registry.sql("""WITH made AS (
        INSERT INTO learners (id, id_number, name, gender, post, title, employer_id, area)
        SELECT 'd0000000-0000-4000-8000-000000000001', overlay(id_number placing CASE substr(id_number, 17, 1) WHEN '1' THEN '2' ELSE '1' END from 17 for 1),
               name, gender, '门诊', title, employer_id, area FROM learners WHERE id = %s ON CONFLICT DO NOTHING RETURNING id, employer_id)
        INSERT INTO employments (learner_id, employer_id, employed_from) SELECT id, employer_id, '2016-03-01' FROM made""", (a_learner(city),))
    return "d0000000-0000-4000-8000-000000000001"


def candidates(city):
    a_pair(city)
    return "/duplicates"


def comparison(city): return f"/duplicates/{a_learner(city)}/{a_pair(city)}"


def a_merge(city):
    merged = city.registry.sql("SELECT id FROM merges ORDER BY id LIMIT 1")
    if not merged:
        pair = city.registry.sql("SELECT id FROM learners WHERE area = 'county:511803' AND merged_into IS NULL ORDER BY id LIMIT 2")
        merged = city.registry.sql("""INSERT INTO merges (kept_id, merged_id, reason, document, entries_before, entries_after, merged_on, recorded_by)
            SELECT %s, %s, '同一人重复建档', '身份证复印件', 1, 1, '2019-01-09', id FROM users WHERE username = 'officer-511803' RETURNING id""",
                                   (pair[0][0], pair[1][0]))
    return f"/merges/{merged[0][0]}/reversal"


def an_import(city):
    """A dry run of a file with three mistakes; it waits at no other's door."""
    found = city.registry.sql("SELECT id FROM import_jobs WHERE file_name = '人员名单.csv'")
    if not found:
        import tempfile
        code = city.one("SELECT credit_code FROM employers WHERE area = 'county:511802' AND closed_on IS NULL ORDER BY id LIMIT 1")
        lines = ["身份证号,姓名,单位统一社会信用代码,性别", f"511823198502140019,校验错,{code},女", f"51182319850214002,少一位,{code},男",
                 f"511823198502140026,,{code},女", f"511823198502140034,代码错,{code[:-1]}?,女"]
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            city.registry.cli("import", "learners", file.name, "--dry-run", "--as", "officer-511802", check=False)
        city.registry.sql("UPDATE import_jobs SET file_name = '人员名单.csv'")
        found = city.registry.sql("SELECT id FROM import_jobs WHERE file_name = '人员名单.csv'")
    return f"/imports/{found[0][0]}"


def imports(city):
    an_import(city)
    return "/imports"


def own_learner(city):
    return city.one("SELECT l.id FROM learners l JOIN users u ON u.employer_id = l.employer_id WHERE u.username = 'unit-demo' AND l.merged_into IS NULL ORDER BY l.id LIMIT 1")


def help_given(page, city):
    page.click("button.primary")
    page.wait_for_selector("[data-secret]")


DESKS = [
    Page("queue-unusual", "/queue", "officer-511802", "/queue?unusual=1", act=first_claim),
    Page("reversal", "/entries/{id}/reversal", "officer-511802", an_entry_to_reverse),
    Page("changes", "/learners/{id}/changes", "officer-511802", lambda city: f"/learners/{a_learner(city)}/changes"),
    Page("changes-conflict", "/learners/{id}/changes", "officer-511802", lambda city: f"/learners/{a_learner(city)}/changes", act=stale_correction, answered=409),
    Page("duplicates", "/duplicates", "officer-511802", candidates),
    Page("comparison", "/duplicates/{first}/{second}", "officer-511802", comparison),
    Page("merge-reversal", "/merges/{id}/reversal", "officer-511803", a_merge),
    Page("imports", "/imports", "officer-511802", imports),
    Page("import", "/imports/{id}", "officer-511802", an_import),
    Page("unit", "/unit", "unit-demo"),
    Page("unit-all", "/unit", "unit-demo", "/unit?show=all"),
    Page("account-help", "/learners/{id}/account", "unit-demo", lambda city: f"/learners/{own_learner(city)}/account"),
    Page("account-slip", "/learners/{id}/account", "unit-demo", lambda city: f"/learners/{own_learner(city)}/account", act=help_given),
]


# A learner's record, claims and account; certificates and notices

def as_user(city, user, method, path, **body):
    """What a user of the demo gets from the API."""
    tokens = city.__dict__.setdefault("tokens", {})
    if user not in tokens:
        answer = requests.post(city.registry.url + "/api/v1/sessions", json={"username": user, "password": city.password(user)}, timeout=30)
        tokens[user] = answer.json()["token"]
    answer = requests.request(method, city.registry.url + path, json=body or None, timeout=60, headers={"Authorization": f"Bearer {tokens[user]}"})
    assert answer.ok, answer.text
    return answer.json()


def once(make):
    """Made at the first call for a city, and the same afterwards."""
    def made(city):
        kept = city.__dict__.setdefault("made", {})
        if make not in kept: kept[make] = make(city)
        return kept[make]
    return made


@once
def demo_learner(city):
    """The demo's learner, with something to do: the last year taken back, and a claim for it waiting."""
    learner = city.one("SELECT learner_id FROM users WHERE username = 'learner-demo'")
    for entry, in city.registry.sql("SELECT entry_id FROM standing_entries WHERE learner_id = %s AND subject_year = 2018", (learner,)):
        as_user(city, "officer-city", "post", f"/api/v1/register/{entry}/reversals", reason="培训档案与省平台不符")
    return learner


def of_demo_learner(path):
    """An address, once the demo's learner is ready."""
    return lambda city: demo_learner(city) and path


@once
def own_claim(city):
    """A claim that waits: the one that is there, else a new one."""
    learner = demo_learner(city)
    rows = city.registry.sql("SELECT id FROM claims WHERE learner_id = %s AND state = 'submitted'", (learner,))
    if rows: return f"/me/claims/{rows[0][0]}"
    evidence = {"recordNumber": "SC-DEMO-2018-0001", "compulsoryHours": 10, "electiveHours": 20, "compulsoryFinishedOn": "2018-10-12",
                "electiveStartedOn": "2018-10-13", "testPassedOn": "2018-11-03"}
    made = as_user(city, "learner-demo", "post", "/api/v1/claims", learnerId=str(learner), subjectYear=2018, mode="online", evidence=evidence,
                   reason="长期驻外，无法参加面授")
    return f"/me/claims/{made['id']}"


@once
def certificate(city):
    learner = city.one("SELECT learner_id FROM standing_entries GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    return as_user(city, "officer-city", "post", f"/api/v1/learners/{learner}/certificates")["code"]


@once
def superseded(city):
    learner, entry = city.registry.sql("SELECT learner_id, entry_id FROM standing_entries WHERE completes ORDER BY entry_number DESC LIMIT 1")[0]
    code = as_user(city, "officer-city", "post", f"/api/v1/learners/{learner}/certificates")["code"]
    as_user(city, "officer-city", "post", f"/api/v1/register/{entry}/reversals", reason="培训档案与省平台不符")
    return code


@once
def notice(city):
    learner = as_user(city, "clerk-city", "post", "/api/v1/learners/searches", idNumber=city.numbers[0])["items"][0]["id"]
    return as_user(city, "clerk-city", "post", f"/api/v1/learners/{learner}/notices", purpose="titlePromotion")["code"]


def wrong_claim(page, city):
    page.fill("#recordNumber", "SC-2018-000123")
    page.fill("#compulsoryHours", "8")
    page.fill("#electiveHours", "二十")
    page.click(".claim-form .primary")
    page.wait_for_selector("[aria-invalid]")
    page.fill("#electiveHours", "18")
    page.click(".claim-form .primary")
    page.wait_for_selector("#compulsoryHours-problem")


LEARNER = [
    Page("me", "/me", "learner-demo", of_demo_learner("/me")),
    Page("me-claim", "/me/claims/{id}", "learner-demo", own_claim),
    Page("me-claims", "/me/claims", "learner-demo"),
    Page("me-register", "/me/register", "learner-demo"),
    Page("claim-online", "/me/claims/new", "learner-demo"),
    Page("claim-mistakes", "/me/claims/new", "learner-demo", "/me/claims/new?year=2018", act=wrong_claim, answered=422),
    Page("claim-face-to-face", "/me/claims/new", "learner-demo", "/me/claims/new?mode=faceToFace&year=2018"),
    Page("claim-for-another", "/learners/{id}/claims/new", "officer-base", lambda city: f"/learners/{demo_learner(city)}/claims/new"),
    Page("learner", "/learners/{id}", "clerk-city", lambda city: f"/learners/{demo_learner(city)}"),
    Page("learner-officer", "/learners/{id}", "officer-city", lambda city: f"/learners/{demo_learner(city)}"),
    Page("account", "/account", "learner-demo"),
    Page("account-clerk", "/account", "clerk-city"),
]

PAPERS = [
    Page("certificate", "/certificates/{code}", "officer-city", lambda city: f"/certificates/{certificate(city)}"),
    Page("certificate-superseded", "/certificates/{code}", "officer-city", lambda city: f"/certificates/{superseded(city)}"),
    Page("notice", "/notices/{code}", "clerk-city", lambda city: f"/notices/{notice(city)}"),
    Page("verify", "/verify/{code}", None, lambda city: f"/verify/{certificate(city)}"),
    Page("verify-superseded", "/verify/{code}", None, lambda city: f"/verify/{superseded(city)}"),
    Page("verify-notice", "/verify/{code}", None, lambda city: f"/verify/{notice(city)}"),
    Page("verify-unknown", "/verify/{code}", None, "/verify/0000-0000-0000-0000", status=404),
]

PAGES = SESSION + COUNTER + QUEUE + TRAINING + LEARNER + PAPERS + DESKS + CITY + AUDIT + ADMIN
