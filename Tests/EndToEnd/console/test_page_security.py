"""What the pages' security rests on, for every address that the console declares."""
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

from registry import ROOT, Registry

ID = "00000000-0000-4000-8000-000000000000"
# Before anybody is signed in.
OPEN = {"/training/sign-in", "/sign-in", "/sign-out", "/language", "/"}


def declared(kinds):
    """Addresses as the sources declare them, of these kinds of page."""
    found = set()
    for file in Path(ROOT, "Sources/RegistryConsole").rglob("*.swift"):
        found |= set(re.findall(rf'\.(?:{kinds})\s*"(/[^"\\]*)"', file.read_text()))
    return sorted(found)


GETS = [path for path in declared(r"get\(|watching\(\.get,") if not path.startswith("/assets/")]
POSTS = declared(r"post\(|upload\(|watching\(\.post,")


def filled(path): return re.sub(r"\{\w+\}", ID, path)


def cookies(desk): return {c["name"]: c["value"] for c in desk.context.cookies()}


def test_the_list_is_whole(): assert {"/counter", "/queue", "/imports", "/unit"} <= set(GETS) and "/entries/{id}/reversal" in POSTS


@pytest.mark.parametrize("path", [path for path in GETS if path not in OPEN and not path.startswith("/verify")])
def test_a_page_asks_who_is_there_and_allows_nothing_inline(registry, path):
    answer = requests.get(registry.url + filled(path), timeout=30, allow_redirects=False)
    assert answer.status_code in (303, 404, 200)
    if answer.status_code == 303: assert answer.headers["Location"].startswith("/sign-in")
    else: assert "/verify" in path or answer.status_code == 404, f"{path} answers a stranger"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", POSTS)
def test_a_form_is_refused_without_its_token_and_with_anothers(registry, desk, path):
    jar = cookies(desk("city"))
    other = desk("clerk").page.get_attribute("meta[name=form-token]", "content")
    for token in (None, "", "AAAA", other):
        answer = requests.post(registry.url + filled(path), data={} if token is None else {"formToken": token}, cookies=jar, timeout=30, allow_redirects=False)
        assert answer.status_code == 403, token
    signed_in = requests.get(registry.url + "/queue", cookies=jar, timeout=30, allow_redirects=False)
    assert signed_in.status_code == 200


def test_templates_and_scripts_hold_nothing_inline():
    for file in Path(ROOT, "Sources/RegistryConsole/Resources/pages").glob("*.mustache"):
        # What WeasyPrint makes a PDF of: no browser is ever given it.
        if file.name == "sheet.mustache": continue
        text = file.read_text()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|\son[a-z]+=|javascript:|https?://", text), file.name


def test_every_form_that_is_sent_carries_a_token():
    for file in Path(ROOT, "Sources/RegistryConsole/Resources/pages").glob("*.mustache"):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", file.read_text(), re.S):
            assert 'name="formToken"' in form, file.name


def test_no_number_stands_in_an_address_and_a_reveal_is_on_the_log(desk, registry):
    """The record of one person on every page of an officer: masked, until somebody asks."""
    learner = registry.learner(registry.employer(division="511822"), name="号码人")
    claim = registry.claim(learner)
    officer = desk("county-511822")
    for path in ("/queue", f"/claims/{claim['id']}", f"/learners/{learner['id']}/changes", f"/learners/{learner['id']}/account", "/duplicates"):
        officer.page.goto(path)
        assert learner["idNumber"] not in officer.page.content(), path
    officer.page.goto(f"/learners/{learner['id']}/changes")
    before = registry.sql("SELECT count(*) FROM access_log WHERE learner_id = %s AND reason = 'idNumber'", (learner["id"],))[0][0]
    officer.page.click("form[data-reveal] button")
    officer.page.wait_for_function("number => document.querySelector('#number').textContent === number", arg=learner["idNumber"])
    assert registry.sql("SELECT count(*) FROM access_log WHERE learner_id = %s AND reason = 'idNumber'", (learner["id"],))[0][0] == before + 1
    assert not any(learner["idNumber"] in unquote(request.url) for request in officer.requests)
    assert learner["idNumber"] not in registry.logged() and "号码人" not in registry.logged()


def test_a_name_that_is_looked_for_stands_in_no_address(desk, registry):
    registry.claim(registry.learner(registry.employer(division="511822"), name="寻名人"))
    officer = desk("county-511822")
    officer.page.fill("#name", "寻名")
    officer.page.keyboard.press("Enter")
    officer.page.wait_for_selector("tr:has-text('寻名人')")
    assert not any("寻名" in unquote(request.url) for request in officer.requests)


def test_a_page_that_a_script_asks_for_keeps_no_session(browser):
    from browser import Desk
    import time
    registry = Registry(CEREGISTRY_IDLE_SECONDS="4")
    try:
        registry.add_bureau_users(["511822"])
        registry.start()
        jar = cookies(Desk(browser, registry, "county-511822"))
        until = time.time() + 6
        while time.time() < until:
            requests.get(registry.url + "/queue/counts", cookies=jar, timeout=30, allow_redirects=False)
            time.sleep(0.3)
        assert requests.get(registry.url + "/queue", cookies=jar, timeout=30, allow_redirects=False).status_code == 303
    finally:
        registry.close()
