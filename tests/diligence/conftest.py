"""A company that is examined."""

import pytest
from examined import world

from gongying.core.people.access import sync_roles


@pytest.fixture
def diligence(network, tmp_path, settings):
    sync_roles()
    return world(network, tmp_path, settings)
