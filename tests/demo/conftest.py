from datetime import date

import pytest

from gongying.flows.demo.seeds.story import Story, write

END = date(2026, 11, 23)


@pytest.fixture(scope="session")
def story() -> Story:
    return write(END)


@pytest.fixture(scope="session")
def small() -> Story:
    return write(END, small=True)
