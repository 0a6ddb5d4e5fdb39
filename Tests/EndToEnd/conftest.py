import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from registry import Registry  # noqa: E402

# Files that take minutes, the longest first: a worker that came to one of them last would work alone at the end.
LONGEST = ["test_openapi.py", "console/test_pages.py", "test_many_daemons.py", "test_pgbouncer.py", "test_bulletin.py", "test_training_season.py", "test_corruption.py",
           "test_transparency_log.py", "test_documents.py", "test_audit.py", "console/test_learner.py"]
# Files that several workers share, and by what: each part has a register of its own.
SHARED = {"test_openapi.py": lambda item: item.callspec.params.get("username"),
          "console/test_pages.py": lambda item: PARTS_OF_PAGES[ord(item.callspec.params["page"].name[-1]) % len(PARTS_OF_PAGES)]}
PARTS_OF_PAGES = "abc"


def group(item):
    """Of pytest-xdist: whoever takes one test of a group takes all of them."""
    part = next((by(item) for name, by in SHARED.items() if item.path.match(name) and hasattr(item, "callspec")), "")
    return f"{item.path.stem}-{part}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: next((place for name, place in places.items() if item.path.match(name)), len(places)))
    for item in items: item.add_marker(pytest.mark.xdist_group(group(item)))


@pytest.fixture(scope="module")
def registry():
    """A register with officers of every authority, on 10 January 2018."""
    made = Registry()
    made.add_bureau_users()
    made.start()
    yield made
    made.close()
