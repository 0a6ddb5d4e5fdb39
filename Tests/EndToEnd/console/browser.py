"""One person at one browser: a real Chromium, Debian's, driven by playwright."""
import os
import shutil

from axe_playwright_python.sync_playwright import Axe

from registry import PASSWORD

CHROMIUM = os.environ.get("CEREGISTRY_CHROMIUM") or shutil.which("chromium") or "chromium"


def launch(playwright):
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


class Desk:
    """One person at one browser."""

    def __init__(self, browser, registry, username=None, password=PASSWORD, language="zh-CN", **options):
        self.registry = registry
        self.context = browser.new_context(base_url=registry.url, locale=language, viewport={"width": 1440, "height": 900}, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints = []
        self.requests = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))
        if username:
            self.page.goto("/sign-in")
            self.page.fill("#username", username)
            self.page.fill("#password", password)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def violations(self):
        """What axe finds, one line each."""
        found = Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {node['target']} {node.get('failureSummary', '')}" for v in found for node in v["nodes"]]

    def switch_language(self):
        before = self.page.get_attribute("html", "lang")
        self.page.click("button[name=to]")
        self.page.wait_for_selector(f"html:not([lang={before}])", state="attached")
        self.page.wait_for_load_state("networkidle")
