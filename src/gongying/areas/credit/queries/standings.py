"""How a distributor stands: the figures an order is judged by."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.doors import EVERYONE, PORTAL, query
from gongying.core.policies import read as policies
from gongying.engines import credit, turnover

from ..models import Grant
from ..rules import RULES, CreditRules, Standing
from .turning import factors


def rules_for(party_id: int | None, on: date) -> tuple[CreditRules, str]:
    """The credit rules that hold for a distributor (None: the network) on a day, and the version as text; without a
    published version the rules of the house as they stand in the schema."""
    found = policies.candidates(RULES.code, RULES.key, on, party_id)
    if not found:
        return CreditRules(), ""
    document = policies.parsed(found[0])
    assert isinstance(document, CreditRules)
    return document, f"credit.rules v{found[0].version} {found[0].hash[:12]}"


def standing(
    actor: Actor, *, party_id: int, currency: str, on: date, own_hold: str = "", locked: bool = False
) -> Standing:
    """How a distributor stands in a currency on a day, for judging an order (rules.judge).

    `own_hold` is the key of a hold that the judged order has already ("order/<number>"): it is not counted twice. With
    `locked`, inside an action, nobody else is judged for this distributor until the transaction ends: two orders at once
    never exceed the limit together. Missing for a distributor out of scope."""
    if locked:
        ledger.turn(actor, party_id=party_id, currency=currency)
    if not actor.sees(party_id):
        parties.party(actor, party_id)  # Missing, as for everything of a stranger
    rules, version = rules_for(party_id, on)
    grants = _GRANTS(party=party_id, currency=currency)  # he was let in to the distributor above
    place = money.exposure(party_id, currency)
    own = ledger.held_on(own_hold) if own_hold else 0
    late = money.overdue([party_id], on, currency).get(party_id, (0, 0))
    moved = factors(on, [party_id]).get(party_id, Decimal(1))
    return _stand(party_id, currency, on, grants, place, late, own, rules, version, moved)


_GRANTS = Asked(
    lambda: (
        Grant.objects.unscoped("judging credit")
        .filter(party_id=Given("party"), currency=Given("currency"), state="approved")
        .only("kind", "amount_minor", "terms_days", "valid_from", "valid_to")
    )
)


def _stand(
    party_id: int,
    currency: str,
    on: date,
    grants: Iterable[Grant],
    place: money.Exposure,
    late: tuple[int, int],
    own: int,
    rules: CreditRules,
    version: str,
    factor: Decimal = Decimal(1),
) -> Standing:
    agreed, temporary, terms = rules.minor(rules.default_limit, currency), 0, rules.terms_days
    newest: tuple[date, int] = (date.min, 0)
    for row in grants:
        if row.valid_from > on:
            continue
        if row.kind == "temporary":
            temporary += row.amount_minor if row.valid_to is not None and row.valid_to >= on else 0
        elif (row.valid_from, row.pk) >= newest:
            newest, agreed = (row.valid_from, row.pk), row.amount_minor
            terms = rules.terms_days if row.terms_days is None else row.terms_days
    limit = turnover.bound(agreed, factor)
    spot = credit.Position(
        limit, temporary, place.owed, place.held - own, place.prepaid, place.deposit, place.rebate
    )
    left = credit.left(spot, rules.measure(currency))
    return Standing(
        party_id=party_id,
        currency=currency,
        limit_minor=limit,
        temporary_minor=temporary,
        owed_minor=place.owed,
        held_minor=spot.held,
        overdue_minor=late[0],
        overdue_days=late[1],
        prepaid_minor=place.prepaid,
        deposit_minor=place.deposit,
        rebate_minor=place.rebate,
        available_minor=left.amount,
        terms_days=terms,
        agreed_minor=agreed,
        factor=factor,
        policy=version,
        parts=left.parts,
        rules=rules,
    )


def standings(actor: Actor, *, on: date, only: Iterable[int] = ()) -> list[Standing]:
    """How everybody in scope with an account or a limit stands, in each of his currencies; the fullest first."""
    places = money.exposures(actor)
    rows = Grant.objects.for_actor(actor).filter(state="approved")
    wanted = set(only)
    held: dict[tuple[int, str], list[Grant]] = defaultdict(list)
    for row in rows:
        held[row.party_id, row.currency].append(row)
    keys = {*places, *held}
    keys = {key for key in keys if key[0] in wanted} if wanted else keys
    late = {
        code: money.overdue({party for party, c in keys if c == code}, on, code) for code in {c for _p, c in keys}
    }
    known = {party: rules_for(party, on) for party in _with_rules(on, {party for party, _code in keys})}
    plain = rules_for(None, on)
    moved = factors(on, {party for party, _code in keys})
    found = [
        _stand(
            *key,
            on,
            held[key],
            places.get(key, money.Exposure()),
            late[key[1]].get(key[0], (0, 0)),
            0,
            *known.get(key[0], plain),
            moved.get(key[0], Decimal(1)),
        )
        for key in keys
    ]
    return sorted(found, key=lambda row: (row.available_minor, row.party_id))


def _with_rules(on: date, ids: set[int]) -> set[int]:
    """Of these distributors those for whom more than the rules of the network must be asked about."""
    rows = policies.held(RULES.code, on, RULES.key)
    return ids if any(row.scope_kind != "network" for row in rows) else set()


@dataclass(frozen=True)
class StandingView:
    """A standing for programs, in minor units."""

    party_id: int
    currency: str
    limit_minor: int
    temporary_minor: int
    owed_minor: int
    held_minor: int
    overdue_minor: int
    overdue_days: int
    prepaid_minor: int
    deposit_minor: int
    rebate_minor: int
    available_minor: int
    terms_days: int
    agreed_minor: int
    factor: Decimal
    policy: str


@query(needs="credit.view", roles=EVERYONE, name="credit.standing")
def own(actor: Actor, *, party_id: int, currency: str, on: date) -> StandingView:
    """How a distributor in scope stands in a currency on a day: what is left of his credit and what it is made of."""
    parties.party(actor, party_id)
    row = standing(actor, party_id=party_id, currency=currency, on=on)
    return StandingView(**{name: getattr(row, name) for name in StandingView.__dataclass_fields__})


@query(needs="credit.mine", roles=PORTAL)
def mine(actor: Actor, *, on: date) -> list[StandingView]:
    """How one's own company stands on a day, in each currency it has an account or a limit in."""
    rows = standings(actor, on=on)
    return [
        StandingView(**{name: getattr(row, name) for name in StandingView.__dataclass_fields__}) for row in rows
    ]
