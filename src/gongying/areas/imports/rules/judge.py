"""What a row must agree with beyond its own cells: codes that are known, sides that fit together. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.intake.columns import Frame

# What tells the rows of a kind apart: two rows of one file that agree in it are one thing said twice.
LINE_KEY = ("party", "document", "line_no")
KEYS: dict[str, tuple[str, ...]] = {
    "distributors": ("code",),
    "products": ("code",),
    "sell_in": LINE_KEY,
    "sell_through": LINE_KEY,
    "sell_out": LINE_KEY,
    "price_lists": (
        "list_code",
        "kind",
        "product",
        "min_quantity",
        "valid_from",
        "region",
        "level",
        "party",
        "pack",
    ),
    "targets": ("metric", "party", "seller", "category", "period", "currency"),
    "stock_declarations": ("party", "product", "lot", "on"),
}
UNSAID = {"line_no": "1", "kind": "dealer", "metric": "sell_in", "min_quantity": 1, "currency": "CNY"}
PACK_WORDS = {"箱": "CS", "case": "CS", "件": "", "个": "", "pc": "", "piece": ""}
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
Seen = dict[tuple[Any, ...], int]  # the row that said something first


@dataclass(frozen=True)
class Known:
    """What codes stand for: parties the sender sees, products, and the codes of regions, product groups and levels; of products
    by their id the packs there are, and the base unit."""

    parties: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[str, int] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    packs: frozenset[tuple[int, str]] = frozenset()
    units: Mapping[int, str] = field(default_factory=dict)


def twice(kind: str, frame: Frame, seen: Seen) -> None:
    """A row that says again what an earlier row of the file said is handed back: one of the two would be lost."""
    if not len(frame):
        return
    columns = [_said(name, frame.column(name, "")) for name in KEYS[kind]]
    keys = list(zip(*columns, strict=True))
    fresh = dict(zip(keys, frame.numbers, strict=True))
    if len(fresh) == len(keys) and seen.keys().isdisjoint(fresh):
        seen.update(fresh)
        return
    for at, (key, number) in enumerate(zip(keys, frame.numbers, strict=True)):
        before = seen.setdefault(key, number)
        if before != number:
            _again(kind, frame, at, before)


def _said(name: str, cells: list[Any]) -> list[Any]:
    """Cells with what an empty one stands for."""
    return [cell or UNSAID[name] for cell in cells] if name in UNSAID else cells


def _again(kind: str, frame: Frame, at: int, row: int) -> None:
    if kind in ("sell_in", "sell_through", "sell_out"):
        words = _("Row %(row)s has the same document and line number.")
        frame.fail(at, "line_no", words, _("Give each line of a document a number of its own."), row=row)
    else:
        words = _("Row %(row)s is about the same.")
        frame.fail(at, KEYS[kind][0], words, _("Keep one of the two rows."), row=row)


def lines(frame: Frame, known: Known) -> None:
    """A sales line is of a known distributor and product, and its amounts agree with its quantity."""
    _party(frame, known)
    _product(frame, known)
    _region(frame, known, "place")
    _signs(frame)
    _sold_on(frame)
    numbers = frame.values.get("line_no", ())
    if any("/" in number for number in numbers if number):  # documents may hold one: the two would run together
        for at, number in enumerate(numbers):
            if number and "/" in number:
                frame.fail(at, "line_no", _("A line number holds no slash."), _("Write it with a point or a dash."))


def _signs(frame: Frame) -> None:
    """What comes back is negative in quantity and amount, and a discount has the sign of what it is taken off."""
    quantities, amounts = frame.values["quantity"], frame.values["gross"]
    discounts = frame.column("discount", 0)
    if min((*quantities, *amounts, *discounts), default=0) >= 0:
        return
    for at, (quantity, gross, off) in enumerate(zip(quantities, amounts, discounts, strict=True)):
        if quantity * gross < 0:
            words = _("Quantity and amount disagree: one is negative, the other is not.")
            frame.fail(at, "gross", words, _("A return is negative in both."))
        elif off * gross < 0:
            words = _("The discount has another sign than the amount.")
            frame.fail(
                at, "discount", words, _("Write what is taken off, positive for a sale and negative for a return.")
            )


def _sold_on(frame: Frame) -> None:
    """The day of the sale that a return takes back: only of a return, and not after it."""
    days = frame.column("sold_on", None)
    if not any(days):
        return
    for at, (day, back, quantity) in enumerate(
        zip(days, frame.values["business_date"], frame.values["quantity"], strict=True)
    ):
        if day and quantity >= 0:
            frame.fail(at, "sold_on", _("Only a return takes back an earlier sale."), _("Leave the cell empty."))
        elif day and day > back:
            frame.fail(at, "sold_on", _("The sale is later than its return."), _("Check both dates."))


def stock_declarations(frame: Frame, known: Known) -> None:
    """A declaration is of a known distributor and product."""
    _party(frame, known)
    _product(frame, known)


def distributors(frame: Frame, known: Known) -> None:
    """A distributor sits in a known region, is not above itself, and its credit code is sound."""
    codes, parents = frame.values["code"], frame.column("parent", "")
    for at, (code, parent) in enumerate(zip(codes, parents, strict=True)):
        if parent and code == parent:
            frame.fail(at, "parent", _("A distributor cannot be above itself."), _("Check the code."))
    _region(frame, known, "region")
    for at, letters in enumerate(frame.column("uscc", "")):
        if letters and not sound(letters):
            words = _("The credit code is not right: its check character does not fit.")
            frame.fail(at, "uscc", words, _("Compare it with the business licence."))


def sound(letters: str) -> bool:
    """Whether a unified social credit code is of 18 letters with the right last one (GB 32100-2015).

    >>> sound("91110000600037341L"), sound("91110000600037341M")
    (True, False)
    """
    if len(letters) != 18 or any(letter not in CREDIT_LETTERS for letter in letters):
        return False
    total = sum(CREDIT_LETTERS.index(letter) * 3**at for at, letter in enumerate(letters[:17]))
    return CREDIT_LETTERS[-total % 31] == letters[17]


def price_lists(frame: Frame, known: Known) -> None:
    """A price is for everybody, a region, a level or a distributor, for a pack the product has, and ends after it begins."""
    _product(frame, known)
    _scope(frame, known)
    _pack(frame, known)
    ends = frame.column("valid_to", None)
    for at, (start, end) in enumerate(zip(frame.values["valid_from"], ends, strict=True)):
        if end is not None and start is not None and end <= start:
            words = _("The price ends before it begins.")
            frame.fail(at, "valid_to", words, _("The last day is not included: write the day after it."))


def _scope(frame: Frame, known: Known) -> None:
    """Whom a price is for: at most one code, which is known and agrees with the scope where one is written."""
    columns = [(kind, frame.column(kind, "")) for kind in ("region", "level", "party")]
    for at, scope in enumerate(frame.column("scope", "")):
        named = [(kind, codes[at]) for kind, codes in columns if codes[at]]
        if len(named) > 1:
            words = _("A price is for one of region, level and distributor, not for several.")
            frame.fail(at, named[0][0], words, _("Leave all of them empty but one."))
        elif scope and scope != "network" and not named:
            frame.fail(
                at,
                scope,
                _("The scope is written, and its code is not."),
                _("Fill in the code, or empty the scope."),
            )
        elif scope and named and named[0][0] != scope:
            words = _("The scope says one thing and the code another.")
            frame.fail(
                at, "scope", words, _("Correct the scope, or empty it: the code says whom the price is for.")
            )
        elif named:
            _whose(frame, known, at, *named[0])


def _whose(frame: Frame, known: Known, at: int, kind: str, code: str) -> None:
    """The code of a scope is one that is there."""
    if kind == "party" and code not in known.parties:
        _fail_code(frame, at, "party", code)
    elif kind == "region" and code not in known.regions:
        frame.fail(at, "region", _("There is no region %(code)s."), _("Check the code."), code=code[:40])
    elif kind == "level" and code not in known.levels:
        words, remedy = _("No distributor has the level %(code)s."), _("Check the code, or give levels first.")
        frame.fail(at, "level", words, remedy, code=code[:40])


def _pack(frame: Frame, known: Known) -> None:
    """The pack a price is for, by its code or as people call it; the base unit is no pack."""
    given = frame.values.get("pack")
    if given is None or not any(given):
        return
    found = []
    for at, (text, product) in enumerate(zip(given, frame.values["product"], strict=True)):
        pack = PACK_WORDS.get(text.lower(), text) if text else ""
        if pack and pack == known.units.get(product, ""):
            pack = ""
        if pack and product is not None and (product, pack) not in known.packs:
            words, remedy = (
                _("The product has no pack %(code)s."),
                _("Check the code, or load the product's packs first."),
            )
            frame.fail(at, "pack", words, remedy, code=text[:40])
        found.append(pack)
    frame.values["pack"] = found


def targets(frame: Frame, known: Known) -> None:
    """A target is asked of a distributor or of a salesperson, for all goods or for a known group."""
    codes, sellers = frame.column("party", ""), frame.column("seller", "")
    for at, (party, seller) in enumerate(zip(codes, sellers, strict=True)):
        if bool(party) == bool(seller):
            words = _("A target is asked of a distributor or of a salesperson.")
            frame.fail(at, "party", words, _("Fill in one of the two."))
    _party(frame, known)
    for at, group in enumerate(frame.column("category", "")):
        if group and group not in known.groups:
            words, remedy = _("There is no product group %(code)s."), _("Check the code, or load products first.")
            frame.fail(at, "category", words, remedy, code=group[:40])


def _fail_code(frame: Frame, at: int, name: str, code: str) -> None:
    words, remedy = _("There is no distributor %(code)s."), _("Check the code, or load distributors first.")
    frame.fail(at, name, words, remedy, code=code[:40])


def _party(frame: Frame, known: Known) -> None:
    words, remedy = _("There is no distributor %(code)s."), _("Check the code, or load distributors first.")
    frame.look_up("party", known.parties, words, remedy)


def _region(frame: Frame, known: Known, name: str) -> None:
    """A region that is named is known; most files name none."""
    for at, region in enumerate(frame.values.get(name, ())):
        if region and region not in known.regions:
            frame.fail(at, name, _("There is no region %(code)s."), _("Check the code."), code=region[:40])


def _product(frame: Frame, known: Known) -> None:
    words, remedy = _("There is no product %(code)s."), _("Check the code, or load products first.")
    frame.look_up("product", known.products, words, remedy)


JUDGE: dict[str, Callable[[Frame, Known], None]] = {
    "distributors": distributors,
    "sell_in": lines,
    "sell_through": lines,
    "sell_out": lines,
    "price_lists": price_lists,
    "targets": targets,
    "stock_declarations": stock_declarations,
}
