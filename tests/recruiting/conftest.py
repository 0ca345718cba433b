"""A campaign that is open, and somebody who applies."""

import pytest
from applicants import world

from gongying.core.people.access import sync_roles


@pytest.fixture
def recruiting(network, tmp_path, settings):
    sync_roles()
    return world(network, tmp_path, settings)
