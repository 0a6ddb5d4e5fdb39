import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from registry import Registry  # noqa: E402

# Files that take minutes: a worker that came to one of them last would work alone at the end.
LONGEST = ["console/test_pages.py", "test_openapi.py", "test_bulletin.py", "test_training_season.py", "test_corruption.py",
           "test_transparency_log.py", "test_documents.py", "test_audit.py", "console/test_learner.py"]


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: next((place for name, place in places.items() if item.path.match(name)), len(places)))


@pytest.fixture(scope="module")
def registry():
    """A register with officers of every authority, on 10 January 2018."""
    made = Registry()
    made.add_bureau_users()
    made.start()
    yield made
    made.close()
