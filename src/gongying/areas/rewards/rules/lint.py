"""What the linter says of a programme: cliffs and what they invite, contradictions, what the law does not allow. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.kinds import Finding
from gongying.engines.ladders import Cliff, cliffs
from gongying.engines.money import exponent
from gongying.engines.rebates import MONEY, RELATIVE, STATED, Given, derive

from .programme import Example, Programme

CLIFF_WARNING = Decimal("0.01")  # of the boundary: a jump worth more invites stuffing
SHORT_OF = Decimal("0.1")  # how far below a boundary the temptation is measured
TEMPTING = Decimal("0.1")  # of the value of the missing goods: more pays for carrying them into another territory
# A payment that hangs on the price at which a distributor resells is a vertical price agreement (Anti-monopoly law, article 18).
RESALE = re.compile(
    r"转售价|限价|控价|乱价|低价销售|最低(零售|销售|成交|售)价|统一(零售|销售)价|(不得|不能|禁止)低于.{0,8}价"
    r"|resale price|minimum (retail|sales?|selling) price|price maintenance|sell(ing)? below",
    re.IGNORECASE,
)


def lint(programme: Programme) -> list[Finding]:
    """Errors: a payout that falls while the base grows, limits that contradict each other, an example that does not hold, a
    payment tied to the price of resale. Warnings: what one more unit at a boundary is worth, and what that invites."""
    found = [*_cliffs(programme), *_limits(programme), *_scope(programme), *_examples(programme)]
    hit = RESALE.search(programme.text)
    if hit:
        said = _("“%(words)s”: no payment may hang on the price at which a distributor resells.") % {
            "words": hit[0]
        }
        found.append(Finding("error", "resale_price", said, "text"))
    return found


def _cliffs(programme: Programme) -> Iterator[Finding]:
    for cliff in priced_cliffs(programme):
        steep = programme.basis in MONEY and cliff.jump > cliff.start * CLIFF_WARNING
        said = {"start": f"{cliff.start:,f}", "jump": f"{abs(cliff.jump):,.2f}"}
        if cliff.jump < 0:
            text = _("At %(start)s the payout falls by %(jump)s: who sells more would earn less.") % said
            yield Finding("error", "falls", text, str(cliff.start))
            continue
        if programme.measure in RELATIVE:
            said = {"start": f"{cliff.start:.0%}", "jump": f"{cliff.jump:.2%}"}
            text = _("At %(start)s the payout jumps by %(jump)s of what it is measured against.") % said
        else:
            text = _("At %(start)s the payout jumps by %(jump)s.") % said
        yield Finding("warning" if steep else "note", "cliff", text, str(cliff.start))
        if steep:
            yield from _temptation(cliff)


def _temptation(cliff: Cliff) -> Iterator[Finding]:
    """What the missing goods are worth to somebody just below a boundary: the incentive to stuff his stock, and the price
    he could give away on them elsewhere and lose nothing."""
    worth = cliff.per_missing_unit(cliff.start * (1 - SHORT_OF))
    if worth is not None and worth > TEMPTING:
        said = {"start": f"{cliff.start:,f}", "short": f"{SHORT_OF:.0%}", "worth": f"{worth:.0%}"}
        text = _(
            "Whoever stands %(short)s below %(start)s earns %(worth)s of the value of the missing goods by buying them: he can carry them into another territory that much cheaper and lose nothing."
        )
        yield Finding("warning", "diversion", text % said, str(cliff.start))


def _limits(programme: Programme) -> Iterator[Finding]:
    if programme.payout_cap is not None and programme.guarantee > programme.payout_cap:
        # the cap comes last and would win
        yield Finding("error", "cap", _("The guarantee is above the cap of the payout."), "guarantee")
    last = programme.tiers[-1].start
    if programme.base_cap is not None and programme.measure == "base" and last > programme.base_cap:
        yield Finding("warning", "unreachable", _("The tier from %(start)s lies above the cap of the base: nobody reaches it.") % {"start": f"{last:,f}"}, "base_cap")  # fmt: skip
    if programme.payout_cap is not None and programme.measure == "base":
        for step in programme.tiers[:-1]:
            if step.end is not None and _pays(programme, step.end - Decimal("0.01")) >= programme.payout_cap:
                yield Finding("warning", "capped", _("The cap of the payout is reached below %(start)s: the tiers above pay no more.") % {"start": f"{step.end:,f}"}, "payout_cap")  # fmt: skip
                break
    if programme.pays in ("fund", "goods", "points") and not programme.pays_with:
        yield Finding("error", "pays_with", _("Say into which fund, in which product or by which points it is paid."), "pays_with")  # fmt: skip


def _scope(programme: Programme) -> Iterator[Finding]:
    both = sorted(set(programme.products) & set(programme.without))
    if both:
        yield Finding("error", "contradiction", _("%(codes)s counts and never counts at the same time.") % {"codes": " ".join(both)}, "without")  # fmt: skip
    named = [(gate.gate, gate.of) for gate in programme.gates]
    if len(set(named)) < len(named):
        yield Finding("error", "twice", _("A gate stands twice."), "gates")
    if programme.event == "invoiced" and programme.method != "marginal" and priced_cliffs(programme):
        text = _("It pays on what is bought with jumps at the boundaries: paying on what is sold out, or tier by tier, rewards no stuffing.")  # fmt: skip
        yield Finding("note", "sell_out", text, "event")


def _examples(programme: Programme) -> Iterator[Finding]:
    for row, example in enumerate(programme.examples, 1):
        paid = example_pays(programme, example)
        if paid != example.pays:
            said = {"row": row, "said": f"{example.pays:,f}", "paid": f"{paid:,f}"}
            text = _("Example %(row)s says %(said)s, the parameters pay %(paid)s.") % said
            yield Finding("error", "example", text, f"examples.{row - 1}")


def example_pays(programme: Programme, example: Example) -> Decimal:
    """What the parameters pay for an example, in major units."""
    terms, places = programme.terms(), programme.places
    reference = None if example.reference is None else int(example.reference.scaleb(places))
    given = Given(reference=reference, stated=example.stated)
    paid = derive(int(example.base.scaleb(places)), terms, given=given).entitled
    return Decimal(paid).scaleb(-exponent(programme.currency))


def _pays(programme: Programme, base: Decimal) -> Decimal:
    return example_pays(programme, Example(base=max(Decimal(0), base), pays=Decimal(0)))


def priced_cliffs(programme: Programme) -> list[Cliff]:
    """The jumps of the payout at the boundaries: in major units; in shares of the reference for ladders that are written so;
    none for methods without cliffs and for ladders read by a number of their own."""
    if programme.method == "marginal" or programme.measure in STATED:
        return []
    tiers: Any = programme.terms().tiers
    if programme.method == "fixed":
        return [Cliff(up.start, up.rate - low.rate) for low, up in pairwise(tiers)]
    if programme.method == "excess":
        return [Cliff(up.start, (up.rate - low.rate) * (up.start - tiers[0].start)) for low, up in pairwise(tiers)]
    if programme.method == "total":
        return [Cliff(up.start, up.rate * up.start) for _low, up in pairwise(tiers)]
    if programme.method == "rolling":
        return [Cliff(up.start, up.rate * up.start) for _low, up in pairwise(tiers)]
    return cliffs(tiers)
