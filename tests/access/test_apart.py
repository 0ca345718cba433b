"""What a stranger does changes nothing that I see: sums, counts, ranks and shares tell of nobody outside the scope either.

A canary is text; this finds what is only a number. Everything is read by the people of one side, then the other side
sells, is renamed, answers and is told, then everything is read again.
"""

import re
from datetime import date

import pytest
from strangers import addresses, client, text_of

from gongying.areas.rewards import actions as rewards
from gongying.areas.targets import actions as targets
from gongying.books.parties import post as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.people.access import actor_for
from gongying.core.ui import actions as ui

pytestmark = pytest.mark.django_db
# Tokens, times, and how many facts the books hold: they change with everything that happens anywhere.
RESTLESS = re.compile(
    r'data-kept="[^"]*"|(?<=name="client_id" value=")[^"]*|(?<=name="once" value=")[^"]*|csrftoken=\w+|(?<=name="csrfmiddlewaretoken" value=")\w+|[^"<>]*\d\d:\d\d[^"<>]*|#\d+|expires=[^;]*GMT'
    r"|D:\d+Z|'Content-Length': '\d+'"
)
# What a figure page says of the state of the books, and a draft plan of all (its amounts are everybody's own).
SAYS_STATE = re.compile(r"(?:数据截至|As of|第)[^<]*<")


@action(needs="tests.rename", roles=("admin",), name="tests.rename", exposed=False)
def _rename(actor: Actor) -> None:
    """Another name for the stranger."""
    parties.parties(
        actor, [parties.PartyIn("D2", "另一个名字", "Another name", region="HN", contact="x", phone="1")]
    )


ACTIONS.pop("tests.rename", None)


def read(world, role):
    """Everything somebody of side one may read, by address."""
    browser, found = client(world, role, "D1"), {}
    browser.get("/")  # the log-in is remembered as used
    for own in (True, False):
        for place, address in addresses(world, "D1", own=own, ways=False):
            if role in place.allowed:
                found[address] = SAYS_STATE.sub("<", RESTLESS.sub("", text_of(browser.get(address))))
    return found


def busy(world):
    """What the stranger does, and what is done about him."""
    later = [world.line("D2", 123_456, doc=f"N{n}", on=date(2026, 6, 1 + n), no=str(n)) for n in range(20)]
    world.sell(*later, world.line("D2", 777, doc="P2", on=date(2026, 10, 1)))
    _rename(SYSTEM)
    owner = actor_for(world.people["owner", "D2"])
    rewards.confirm(owner, statement_id=world.own["D2"]["statement_id"])
    rewards.dispute(owner, statement_id=world.own["D2"]["statement_id"], reason="again")
    bell.tell(party_id=world.ids["D2"], title="again")
    ui.save_view(owner, table="statements", name="again", query="q=again")
    targets.adjust(
        SYSTEM, plan_id=world.made["plan_id"], party_id=world.ids["D2"], category="COOK", amount_minor=98_765_400,
        reason="again",
    )  # fmt: skip
    while book.seal():
        pass
    book.deliver()


@pytest.mark.parametrize("role", ["owner", "clerk", "regional"])
def test_what_a_stranger_does_changes_nothing_that_i_see(world, role):
    before = read(world, role)
    assert read(world, role) == before, "the same twice, or the comparison says nothing"
    busy(world)
    after = read(world, role)
    changed = [address for address, text in before.items() if after[address] != text]
    assert not changed, "\n".join(difference(before[each], after[each], each) for each in changed)


def difference(before, after, address):
    """The first place where two answers differ."""
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return f"{address}: {before[max(0, at - 60) : at + 60]!r} became {after[max(0, at - 60) : at + 60]!r}"


def test_the_comparison_sees_what_changes(world):
    before = read(world, "owner")
    world.sell(world.line("D1", 5, doc="MINE"))
    after = read(world, "owner")
    assert len([address for address, text in before.items() if after[address] != text]) > 5
