"""Every page of the console, in both languages and both themes: axe finds nothing, nothing is asked of another host, and
the browser complains of nothing that the content security policy forbids."""
import pytest

from browser import Desk
from pages import NO_PAGES, PAGES, City, declared_pages

LANGUAGES, SCHEMES = ("zh-CN", "en"), ("light", "dark")


@pytest.fixture(scope="module")
def city():
    made = City()
    yield made
    made.close()


@pytest.fixture(scope="module")
def desks(browser, city):
    """One browser for each person and language, signed in once."""
    made = {}

    def open_desk(user, language):
        key = (user, language)
        if key not in made: made[key] = Desk(browser, city.registry, user, city.password(user), language=language)
        return made[key]

    yield open_desk
    for desk in made.values(): desk.context.close()


def test_every_page_is_on_the_list():
    missing = declared_pages() - {page.path for page in PAGES} - NO_PAGES
    assert missing == set(), "add them to pages.py"


def test_no_two_pages_have_one_name():
    names = [page.name for page in PAGES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_for_everybody_and_asks_nobody_else(desks, city, page):
    host = city.registry.url.split("/")[2]
    for language in LANGUAGES:
        desk = desks(page.user, language)
        del desk.complaints[:], desk.requests[:]
        answer = desk.page.goto(page.where(city))
        assert answer.status == page.status
        if page.act: page.act(desk.page, city)
        assert desk.page.get_attribute("html", "lang") == language
        for scheme in SCHEMES:
            desk.page.emulate_media(color_scheme=scheme)
            assert desk.violations() == [], f"{language} {scheme}"
        assert {request.url.split("/")[2] for request in desk.requests} == {host}
        # Chromium puts an answer other than 200 on its console too.
        refused = page.status if page.status != 200 else page.answered
        assert [text for text in desk.complaints if not (refused != 200 and f"Failed to load resource: the server responded with a status of {refused} " in text)] == []
