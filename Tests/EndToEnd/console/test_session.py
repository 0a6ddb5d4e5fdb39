"""Signing in and out, and what the pages' security rests on."""
import re
import time

import pytest
import requests

from browser import Desk
from registry import Registry


def test_a_wrong_password_is_said_and_the_name_is_kept(desk):
    page = desk().page
    page.goto("/sign-in")
    page.fill("#username", "clerk")
    page.fill("#password", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.bad")
    assert page.input_value("#username") == "clerk" and page.input_value("#password") == ""


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk):
    clerk = desk("clerk")
    cookies = {cookie["name"]: cookie for cookie in clerk.context.cookies()}
    session = cookies["ceregistry_session"]
    assert session["httpOnly"] and session["sameSite"] == "Strict" and session["path"] == "/"
    assert clerk.page.evaluate("document.cookie") == ""


def test_behind_tls_the_cookie_is_secure(registry):
    answer = requests.get(registry.url + "/sign-in", headers={"X-Forwarded-Proto": "https"}, timeout=30)
    assert answer.headers["Set-Cookie"].startswith("__Host-") and "; Secure" in answer.headers["Set-Cookie"]


def test_a_page_allows_nothing_inline_and_nothing_from_elsewhere(registry):
    answer = requests.get(registry.url + "/sign-in", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=", answer.text)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/counter", "/session", "/language"])
def test_a_form_without_its_token_is_refused(registry, desk, path):
    clerk = desk("clerk")
    cookies = {cookie["name"]: cookie["value"] for cookie in clerk.context.cookies()}
    for token in (None, "", "AAAA", "not base64 at all"):
        answer = requests.post(registry.url + path, data={"who": "x"} | ({} if token is None else {"formToken": token}),
                               cookies=cookies, timeout=30, allow_redirects=False)
        assert answer.status_code == 403, path
    assert clerk.page.goto("/counter").status == 200


def test_signing_out_ends_the_session(desk):
    clerk = desk("clerk")
    cookies = clerk.context.cookies()
    clerk.page.click("form[action='/sign-out'] button")
    clerk.page.wait_for_url("**/sign-in")
    clerk.context.add_cookies(cookies)
    clerk.page.goto("/counter")
    assert "/sign-in" in clerk.page.url


def test_every_page_asks_who_is_there(registry):
    for path in ("/counter", "/"):
        answer = requests.get(registry.url + path, timeout=30, allow_redirects=False)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


def test_a_way_back_never_leads_elsewhere(registry):
    browser = requests.Session()
    page = browser.get(registry.url + "/sign-in", timeout=30)
    token = re.search(r'name="formToken" value="([^"]+)"', page.text).group(1)
    for back in ("//example.org", "https://example.org", "/\\example.org", "javascript:alert(1)"):
        answer = browser.post(registry.url + "/language", data={"formToken": token, "to": "en", "back": back}, timeout=30, allow_redirects=False)
        assert answer.headers["Location"].startswith("/") and not answer.headers["Location"].startswith(("//", "/\\"))


@pytest.fixture
def idle_clerk(browser):
    """A clerk whose browser is signed out after four seconds."""
    registry = Registry(CEREGISTRY_IDLE_SECONDS="4")
    try:
        registry.add_bureau_users([])
        registry.start()
        yield Desk(browser, registry, "clerk")
    finally:
        registry.close()


def test_an_idle_browser_is_signed_out(idle_clerk):
    page = idle_clerk.page
    page.wait_for_selector("dialog[open]", timeout=6000)
    page.wait_for_url("**/sign-in?ended=1", timeout=8000)
    assert "自动退出" in page.inner_text("main")
    page.goto("/counter")
    assert "/sign-in" in page.url


def test_what_a_browser_fetches_by_itself_keeps_nobody_signed_in(idle_clerk):
    request = idle_clerk.page.request
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for address in ("/assets/icon.svg", "/sign-in?ended=1"): assert request.get(address).ok
        time.sleep(0.3)
    answer = request.get("/counter", max_redirects=0)
    assert answer.status == 303 and answer.headers["location"].startswith("/sign-in")
