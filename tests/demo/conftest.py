from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from gongying.areas.orders.models import Order
from gongying.areas.supply import queries as supplied
from gongying.core.actor import SYSTEM
from gongying.flows.demo.seeds.load import Loader
from gongying.flows.demo.seeds.story import Story, write

END = date(2026, 11, 23)
MONTHS = 2  # through documents; the whole story takes longer and shows nothing more


@pytest.fixture(scope="session")
def story() -> Story:
    return write(END)


@pytest.fixture(scope="session")
def small() -> Story:
    return write(END, small=True)


def quiet(what: str, done: int, of: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="package")
def loader(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, small: Story) -> Iterator[Loader]:
    """The small story, loaded once for all tests of this folder and undone when the last of them is through."""
    whole = transaction.atomic()
    whole._from_testcase = True  # type: ignore[attr-defined]  # verbs ask to be outermost, as in every test
    made = Loader(small, quiet, months=MONTHS)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        whole.__enter__()
        made.everything()
    yield made
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture
def loaded(loader: Loader, db: None) -> Loader:
    """The loaded story; what a test changes is undone after it."""
    return loader


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The story is loaded once: one worker gets all that ask for it (`--dist loadgroup`)."""
    for item in items:
        if "loaded" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("demo"))


def given_away() -> list[str | None]:
    """The deliveries of goods that cost nothing, which no story of sales knows."""
    orders = Order.objects.unscoped("test").exclude(purpose="").values_list("number", flat=True)
    found = supplied.shipments(SYSTEM).filter(order__in=list(orders), state="delivered")
    numbers = list(found.values_list("delivery__number", flat=True))
    assert len(numbers) > 0
    return numbers
