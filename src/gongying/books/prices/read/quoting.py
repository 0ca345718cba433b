"""What a basket costs one party on a day: list, level discount, promotions, special price, tax; every step with its document."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from pydantic_core import to_json

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.words import pick
from gongying.engines import pricing
from gongying.engines.money import exponent
from gongying.engines.promotions import Applied, Item, Progress, Promotion, apply

from ..models import Price
from . import deals, used
from .book import Scopes, best_of, rows_for, scopes_for
from .documents import Terms
from .shapes import NotUsed, PromotionUse, Quote, QuotedLine, Step, Wish

MOST_LINES = 500
LARGEST = 10**9  # base units of a line: beyond that it is a slip of the pen
SPECIAL = "special/"


@dataclass(frozen=True, slots=True)
class _Product:
    """What a price needs of a product; `packs` are base units by pack."""

    id: int
    code: str
    group: str
    tax_rate: Decimal
    packs: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Everything a quote looks up, read once."""

    party_id: int
    currency: str
    scopes: Scopes
    level: str
    deals: list[tuple[PolicyVersion, Promotion]]
    terms: list[PolicyVersion]
    products: dict[int, _Product]
    by_code: dict[str, _Product]
    prices: dict[int, list[Price]]
    special: dict[int, list[Price]]
    progress: dict[used.Counted, Progress]


@dataclass(frozen=True, slots=True)
class _Line:
    """A wish with its price and its steps before promotions."""

    wish: Wish
    product: _Product
    factor: int
    row: Price
    start: pricing.Start
    special: Price | None


def quote(
    actor: Actor,
    *,
    party_id: int,
    wishes: Sequence[Wish],
    on: date,
    currency: str = "",
    trial: Sequence[PolicyVersion] = (),
) -> Quote:
    """What a basket costs a party in scope on a day, without tax and with it, each line as a waterfall of steps.

    Prices are those in the party's currency (or the one asked for), never converted. Quantity steps count all lines of a
    product. `trial` are drafts of promotions that are judged as if they held. Raises Missing for a party out of scope, Refused
    for a product or pack that is not there and for a quantity that is none.
    """
    if not actor.sees(party_id):
        raise Missing("no such party")
    desk = _desk(party_id, currency, wishes, on, trial)
    counts = _counts(desk, wishes)
    lines, missing = [], []
    for wish in wishes:
        line = _line(desk, wish, counts)
        if line is None:
            missing.append(wish.line)
        else:
            lines.append(line)
    return _told(desk, lines, missing)


def _desk(party_id: int, currency: str, wishes: Sequence[Wish], on: date, trial: Sequence[PolicyVersion]) -> _Desk:
    if len(wishes) > MOST_LINES or len({wish.line for wish in wishes}) < len(wishes):
        raise Refused(
            _("A basket has at most 500 lines, each with a name of its own."), code="lines", field="lines"
        )
    try:
        scopes, currency = scopes_for(party_id, on), currency or parties.placed(party_id, on).currency
    except ObjectDoesNotExist as gone:
        raise Missing("no such party") from gone
    level = deals.level_in(scopes)
    held, terms = deals.in_force(scopes, on)
    tried = {(row.kind, row.key) for row in trial}
    held = sorted([*(row for row in held if (row.kind, row.key) not in tried), *trial], key=lambda row: row.key)
    fit = deals.fitting(held, level, currency)
    products = _products({wish.product_id for wish in wishes}, {deal.gift for _row, deal in fit if deal.gift})
    rows = rows_for(
        scopes, on, product_ids=products.keys(), kinds=("dealer", "list", "special"), currency=currency
    )  # fmt: skip
    plain, special = _apart(rows)
    wanted = [deals.counted_from(row) for row, _deal in fit if row.pk]
    wanted += [special_key(row) for held in special.values() for row in held]
    by_code = {product.code: product for product in products.values()}
    return _Desk(
        party_id, currency, scopes, level, fit, terms, products, by_code, plain, special, used.progress_of(party_id, wanted, deals.older(row for row, _deal in fit))
    )  # fmt: skip


def _apart(rows: Sequence[Price]) -> tuple[dict[int, list[Price]], dict[int, list[Price]]]:
    """By product: dealer prices (list prices where there is none), and special prices."""
    kinds: dict[str, dict[int, list[Price]]] = {"dealer": {}, "list": {}, "special": {}}
    for row in rows:
        kinds[row.kind].setdefault(row.product_id, []).append(row)
    return kinds["list"] | kinds["dealer"], kinds["special"]


def special_key(row: Price) -> used.Counted:
    """Under which name the uses of a special price count."""
    return f"{SPECIAL}{row.business_key}", f"{row.scope_kind}:{row.scope_key}", row.valid_from


def _products(ids: set[int], gifts: set[str]) -> dict[int, _Product]:
    """The products that are asked for or given, with their packs, in one question."""
    found: dict[int, _Product] = {}
    for pk, code, group, tax, pack, factor in goods.priced(ids, gifts):
        product = found.setdefault(pk, _Product(pk, code, group, tax, {"": 1}))
        if pack:
            product.packs[pack] = factor
    return found


def _counts(desk: _Desk, wishes: Sequence[Wish]) -> dict[int, int]:
    """Base units of every product in the basket. Raises Refused naming the line."""
    found: dict[int, int] = {}
    for wish in wishes:
        product = desk.products.get(wish.product_id)
        if product is None:
            raise Refused(_("There is no such product."), code="product", field=wish.line)
        if wish.pack not in product.packs:
            said = {"code": product.code, "pack": wish.pack}
            raise Refused(_("%(code)s has no pack %(pack)s.") % said, code="pack", field=wish.line)
        if not 0 < wish.packs * product.packs[wish.pack] <= LARGEST:
            raise Refused(_("The quantity must be above zero and below a thousand million."), code="quantity", field=wish.line)  # fmt: skip
        found[product.id] = found.get(product.id, 0) + wish.packs * product.packs[wish.pack]
    return found


def _listed(row: Price, kind: str = "") -> pricing.Listed:
    return pricing.Listed(row.price, row.per, f"{kind or 'price'}:{row.pk}", row.list_code, row.tax_included)


def _line(desk: _Desk, wish: Wish, counts: Mapping[int, int]) -> _Line | None:
    product = desk.products[wish.product_id]
    row = best_of(desk.prices.get(product.id, ()), desk.scopes, counts[product.id], wish.pack)
    if row is None:
        return None
    factor = product.packs[wish.pack]
    special = best_of(desk.special.get(product.id, ()), desk.scopes, counts[product.id], wish.pack)
    agreed = None
    if special is not None:
        left = _left(desk, special, counts[product.id])
        agreed = pricing.Special(_listed(special, "special"), left)
    begun = pricing.start(
        _listed(row), wish.packs * factor, product.tax_rate, desk.currency, _level(desk, product), agreed
    )
    return _Line(wish, product, factor, row, begun, special if begun.special else None)


def _left(desk: _Desk, special: Price, wanted: int) -> int:
    """What is left of a special price."""
    before = desk.progress[special_key(special)].own_units
    return wanted if special.max_quantity is None else max(0, special.max_quantity - before)


def _level(desk: _Desk, product: _Product) -> pricing.Level | None:
    held = deals.discount_of(desk.terms, desk.level, product.code, product.group)
    if held is None:
        return None
    row, document = held
    return _level_of(row, document, desk.level, product)


def _level_of(row: PolicyVersion, document: Terms, level: str, product: _Product) -> pricing.Level:
    fits = document.row_for(level, product.code, product.group)
    rate = fits.rate if fits else Decimal(0)
    label = f"{pick(row.title, row.title_en)} {fits.level if fits else ''} {(rate * 100).normalize():f}%"
    return pricing.Level(rate, f"policy:{row.pk}", " ".join(label.split()))


def _values(desk: _Desk, lines: Sequence[_Line]) -> dict[str, Fraction]:
    """What a base unit of every product costs by its list, in minor units without tax."""
    rows = {line.product.code: (line.product, line.row) for line in lines}
    for product in desk.products.values():
        row = best_of(desk.prices.get(product.id, ()), desk.scopes, 1)
        if product.code not in rows and row is not None:
            rows[product.code] = (product, row)
    minor = 10 ** exponent(desk.currency)
    return {
        code: Fraction(row.price) * minor / row.per / (1 + Fraction(product.tax_rate) if row.tax_included else 1)
        for code, (product, row) in rows.items()
    }


def _told(desk: _Desk, lines: Sequence[_Line], missing: list[str]) -> Quote:
    lines = _shared_special(desk, lines)
    items = [
        Item(
            line.wish.line, line.product.code, line.product.group, line.start.open_quantity, line.start.open_amount
        )
        for line in lines
        if line.start.open_quantity
    ]
    rows = {row.key: row for row, _deal in desk.deals}
    before = {
        row.key: desk.progress[key] for row in rows.values() if (key := deals.counted_from(row)) in desk.progress
    }
    packs = {code: product.packs for code, product in desk.by_code.items()}
    found = apply(items, [deal for _row, deal in desk.deals], before, packs, _values(desk, lines))
    titles = {key: pick(row.title, row.title_en) for key, row in rows.items()}
    told = [_quoted(line, found.applied, rows, titles) for line in lines]
    told += [gift for each in found.applied for gift in _gifts(desk, each, rows[each.code], lines)]
    uses = [_use(desk, each, rows[each.code], titles) for each in found.applied]
    uses += [_special_use(desk, line) for line in lines if line.special is not None]
    spare = [NotUsed(each.code, titles[each.code], each.reason, each.other) for each in found.skipped]
    return _summed(desk, told, uses, missing, spare)


def _shared_special(desk: _Desk, lines: Sequence[_Line]) -> list[_Line]:
    """Lines of one product share what is left of its special price, in the order of the basket."""
    left: dict[int, int] = {}
    found = []
    for line in lines:
        if line.special is None or line.special.max_quantity is None:
            found.append(line)
            continue
        rest = left.setdefault(line.special.pk, _left(desk, line.special, 0))
        quantity = line.wish.packs * line.factor
        agreed = pricing.Special(_listed(line.special, "special"), rest)
        begun = pricing.start(
            _listed(line.row), quantity, line.product.tax_rate, desk.currency, _level(desk, line.product), agreed
        )
        left[line.special.pk] = rest - (quantity - begun.open_quantity)
        found.append(
            _Line(line.wish, line.product, line.factor, line.row, begun, line.special if begun.special else None)
        )
    return found


def _quoted(
    line: _Line, applied: Sequence[Applied], rows: Mapping[str, PolicyVersion], titles: Mapping[str, str]
) -> QuotedLine:
    wish = line.wish
    steps = [
        pricing.Step("promotion", f"policy:{rows[each.code].pk or 0}", titles[each.code], -each.lines[wish.line])
        for each in applied
        if each.lines.get(wish.line)
    ]
    done = pricing.finish(line.start, line.product.tax_rate, steps)
    return QuotedLine(
        wish.line,
        line.product.id,
        wish.pack,
        wish.packs,
        line.factor,
        wish.packs * line.factor,
        line.row.price,
        line.row.per,
        done.gross,
        done.discount,
        done.net,
        line.product.tax_rate,
        done.tax,
        done.total,
        "",
        [Step(step.kind, step.source, step.label, step.amount) for step in done.steps],
    )


LIMIT_WORDS = {
    "cap_units": _("as much as one customer may have"),
    "cap_value": _("as much as one customer may have"),
    "budget_units": _("as much as the budget leaves"),
    "budget_value": _("as much as the budget leaves"),
    "line": _("no more than the line itself"),
}


def _gifts(desk: _Desk, each: Applied, row: PolicyVersion, lines: Sequence[_Line]) -> list[QuotedLine]:
    """Free goods as lines of their own: at their list price, and deducted whole."""
    known = {line.product.code: line.row for line in lines}
    found = []
    for gift in each.gifts:
        product = desk.by_code.get(gift.product)
        if product is None:
            continue
        price = known.get(gift.product) or best_of(desk.prices.get(product.id, ()), desk.scopes, 1)
        title = " · ".join(
            [pick(row.title, row.title_en), *dict.fromkeys(str(LIMIT_WORDS[name]) for name in each.limits)]
        )
        steps = [
            Step("list", f"price:{price.pk}" if price else "", price.list_code if price else say("no price"), gift.value),
            Step("promotion", f"policy:{row.pk or 0}", title, -gift.value),
        ]  # fmt: skip
        amount, per = (price.price, price.per) if price else (Decimal(0), 1)
        found.append(
            QuotedLine(
                f"{gift.line}+{each.code}", product.id, "", gift.units, 1, gift.units, amount, per, gift.value,
                gift.value, 0, product.tax_rate, 0, 0, each.code, steps,
            )
        )  # fmt: skip
    return found


def _use(desk: _Desk, each: Applied, row: PolicyVersion, titles: Mapping[str, str]) -> PromotionUse:
    _code, scope, since = deals.counted_from(row)
    return PromotionUse(
        each.code, scope, row.pk or 0, titles[each.code], since, desk.currency, each.counted, each.base, each.discount,
        each.units, each.worth - each.discount, list(each.limits),
    )  # fmt: skip


def _special_use(desk: _Desk, line: _Line) -> PromotionUse:
    assert line.special is not None
    assert line.start.special is not None
    code, scope, since = special_key(line.special)
    units = line.wish.packs * line.factor - line.start.open_quantity
    return PromotionUse(
        code, scope, line.special.pk, line.special.list_code, since, desk.currency, units, line.start.gross,
        -line.start.special.amount, units, 0, [],
    )  # fmt: skip


def _summed(
    desk: _Desk, lines: list[QuotedLine], uses: list[PromotionUse], missing: list[str], spare: list[NotUsed]
) -> Quote:
    digest = hashlib.sha256(to_json([desk.party_id, desk.currency, lines, sorted(missing)])).hexdigest()
    gross, discount, net, tax, total = (
        sum(getattr(line, f"{name}_minor") for line in lines)
        for name in ("gross", "discount", "net", "tax", "total")
    )
    return Quote(desk.currency, lines, gross, discount, net, tax, total, _merged(uses), missing, digest, spare)


def _merged(uses: list[PromotionUse]) -> list[PromotionUse]:
    """One use of a code: a special price may hold on several lines."""
    found: dict[str, PromotionUse] = {}
    for use in uses:
        known = found.get(use.code)
        if known is None:
            found[use.code] = use
            continue
        found[use.code] = PromotionUse(
            use.code, use.scope, use.version_id, use.title, use.since, use.currency, known.counted + use.counted,
            known.base_minor + use.base_minor, known.discount_minor + use.discount_minor, known.units + use.units,
            known.gift_value_minor + use.gift_value_minor, known.limits,
        )  # fmt: skip
    return list(found.values())
