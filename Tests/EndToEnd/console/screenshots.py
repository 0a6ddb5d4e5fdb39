"""Every page at 390 and 1440 pixels, light and dark, into a folder: python screenshots.py FOLDER [NAME…]"""
import pathlib
import sys

from playwright.sync_api import sync_playwright

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from browser import Desk, launch  # noqa: E402
from pages import PAGES, City  # noqa: E402

WIDTHS = {390: 844, 1440: 900}


def main(folder, names):
    """All pages, or those whose names begin with one of `names`."""
    folder.mkdir(parents=True, exist_ok=True)
    city = City(learners=1500)
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            for scheme in ("light", "dark"):
                desks = {}
                for page in PAGES:
                    if names and not page.name.startswith(tuple(names)): continue
                    if page.user not in desks:
                        desks[page.user] = Desk(browser, city.registry, page.user, city.password(page.user), color_scheme=scheme)
                    picture = desks[page.user].page
                    for width, height in WIDTHS.items():
                        picture.set_viewport_size({"width": width, "height": height})
                        picture.goto(page.where(city))
                        if page.act: page.act(picture, city)
                        picture.screenshot(path=folder / f"{page.name}-{width}-{scheme}.png", full_page=True)
            browser.close()
    finally:
        city.close()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
