"""Every page at 390 and 1440 pixels, light and dark, into a folder: python screenshots.py FOLDER [NAME]"""
import pathlib
import sys

from playwright.sync_api import sync_playwright

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from browser import Desk, launch  # noqa: E402
from registry import Registry  # noqa: E402

WIDTHS = {390: 844, 1440: 900}


def ask(number):
    def act(page):
        page.fill("#who", number)
        page.keyboard.press("Enter")
        page.wait_for_selector(".verdict, .people")
        page.wait_for_timeout(250)
    return act


def shots(registry, numbers):
    """Name, user, address, and what is done there before the picture is taken."""
    yield "sign-in", None, "/sign-in", None
    for index, number in enumerate(numbers[:3]): yield f"counter-{index + 1}", "clerk-city", "/counter", ask(number)
    yield "counter-names", "clerk-city", "/counter", ask("张")
    yield "queue", "officer-511802", "/queue", first_claim
    yield "queue-city", "officer-city", "/queue?flagged=1", first_claim
    claim = registry.sql("SELECT id FROM claims WHERE routed_to = 'county:511802' AND state = 'submitted' ORDER BY id LIMIT 1")
    if claim: yield "claim", "officer-511802", f"/claims/{claim[0][0]}", None


def first_claim(page):
    page.keyboard.press("j")
    page.wait_for_timeout(400)


def main(folder, only=""):
    folder.mkdir(parents=True, exist_ok=True)
    registry = Registry(clock="2018-10-16T09:00:00+08:00")
    try:
        demo = registry.cli_json("demo", "load", "--learners", "1500")
        registry.start(clock="2019-01-10T09:00:00+08:00")
        with sync_playwright() as playwright:
            browser = launch(playwright)
            for name, user, address, act in shots(registry, demo["idNumbers"]):
                if not name.startswith(only): continue
                for scheme in ("light", "dark"):
                    desk = Desk(browser, registry, user, f"demo-{user}-2018", color_scheme=scheme)
                    for width, height in WIDTHS.items():
                        desk.page.set_viewport_size({"width": width, "height": height})
                        desk.page.goto(address)
                        if act: act(desk.page)
                        desk.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                    desk.context.close()
            browser.close()
    finally:
        registry.close()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:3])
