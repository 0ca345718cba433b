"""The payout of a programme as a curve over the base. Pure."""

from decimal import Decimal

from gongying.engines.money import exponent
from gongying.engines.rebates import RELATIVE, STATED, Given, derive, major

from .programme import Programme

REFERENCE = Decimal(
    100_000
)  # a target or previous base for the picture of a ladder that is written in shares of one


def curve(programme: Programme, points: int = 96, reach: Decimal = Decimal(0)) -> list[tuple[float, float]]:
    """Payout against base, both in major units (or units of the base), to a fifth beyond the last boundary (or `reach`).

    Every boundary has a point just below it, so that a cliff is drawn upright. A ladder in shares of a reference is drawn
    for one of 100,000; one that is read by a number of its own is drawn over that number, for a base of 100,000.
    """
    if programme.measure in STATED:
        return _by_number(programme, points)
    terms, places = programme.terms(), programme.places
    times = REFERENCE if programme.measure in RELATIVE else Decimal(1)
    given = Given(reference=int(REFERENCE.scaleb(places)) if programme.measure in RELATIVE else None)
    top = max([reach, *(step.start * times for step in programme.tiers)]) or Decimal(1000)
    right = top * Decimal("1.2")
    at = {right * place / points for place in range(points + 1)}
    for step in programme.tiers:
        at |= {step.start * times, max(Decimal(0), step.start * times - right / 10_000)}
    found = []
    for place in sorted(at):
        base = int(place.scaleb(places))
        paid = derive(base, terms, given=given).entitled
        found.append((float(major(base, terms)), float(Decimal(paid).scaleb(-exponent(programme.currency)))))
    return found


def _by_number(programme: Programme, points: int) -> list[tuple[float, float]]:
    terms, base = programme.terms(), int(REFERENCE.scaleb(programme.places))
    right = (max(step.start for step in programme.tiers) or Decimal(1)) * Decimal("1.2")
    at = {right * place / points for place in range(points + 1)}
    for step in programme.tiers:
        at |= {step.start, max(Decimal(0), step.start - right / 10_000)}
    paid = [(place, derive(base, terms, given=Given(stated=place)).entitled) for place in sorted(at)]
    return [(float(place), float(Decimal(each).scaleb(-exponent(programme.currency)))) for place, each in paid]
