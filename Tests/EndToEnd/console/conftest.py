import pathlib
import sys

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from browser import Desk, launch  # noqa: E402


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


@pytest.fixture
def desk(browser, registry):
    desks = []

    def open_desk(username=None, **options):
        desks.append(Desk(browser, options.pop("registry", registry), username, **options))
        return desks[-1]

    yield open_desk
    for made in desks: made.context.close()
