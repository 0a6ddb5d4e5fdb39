import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from registry import Registry  # noqa: E402


@pytest.fixture(scope="module")
def registry():
    """A register with officers of every authority, on 10 January 2018."""
    made = Registry()
    made.add_bureau_users()
    made.start()
    yield made
    made.close()
