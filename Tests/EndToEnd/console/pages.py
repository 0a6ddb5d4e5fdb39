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
        self.registry = Registry(clock="2018-10-16T09:00:00+08:00")
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
NO_PAGES = {"/"}


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
    if page.viewport_size["width"] >= 960: page.wait_for_selector("article.claim")
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
    Page("claim-mistakes", "/me/claims/new", "learner-demo", "/me/claims/new?year=2018", act=wrong_claim),
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

PAGES = SESSION + COUNTER + QUEUE + LEARNER + PAPERS
