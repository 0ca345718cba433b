"""Orders that waited for credit alone go on when they fit again."""

from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as credit
from gongying.areas.orders import queries
from gongying.books.money import post as ledger
from gongying.core.actor import Actor
from gongying.core.doors import action

from .base import house, today
from .deciding import go_on


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def recheck(actor: Actor, *, party_id: int, document: str = "") -> list[str]:
    """Money came in or a limit was raised (`document` names it): judge the held orders of a distributor anew as when they were
    placed, the oldest first, and let those go on that fit. Each is held for at once, so that the next is judged beside it.

    Where the rules of credit say that the desk decides, nothing happens. Returns the orders that go on."""
    rules, _version = credit.rules_for(party_id, today())
    if rules.when_it_fits != "release":
        return []
    own = house(actor)
    waiting = list(credit.holds(own).filter(party=party_id, state="open").values_list("order", "currency"))
    known = sorted(number for number, _currency in waiting if queries.by_number(own, number) is not None)
    for number in known:  # orders before the account, as in every step
        queries.numbered(own, number, locked=True)
    for currency in sorted({currency for _number, currency in waiting}):
        ledger.turn(own, party_id=party_id, currency=currency)
    gone = desk.recheck(own, party_id=party_id, reason=document)
    for number in gone:
        if number in known:
            go_on(own, number=number, by=own.name, reason=document, by_itself=True)
    return gone
