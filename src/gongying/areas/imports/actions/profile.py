"""Load a whole folder by a profile: a declaration of which file feeds what, read row by row and posted in large steps.

Amounts with more decimals than the currency are rounded so that nothing drifts: a file's total is the rounded total of its
amounts (carry rounding, `engines.money.CarryRounder`).
"""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.imports import seeds
from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.places import post as places
from gongying.books.plans import post as plans
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.posting import chunks
from gongying.core.refusal import Refused
from gongying.engines.money import CarryRounder, minor_of

HOME = Path(seeds.__file__).parent
MARK = re.compile(r"\{([^{}]+)\}")
ORDERS = ("into", "file", "when", "first_of")  # what a step says of itself; everything else is a value
Row = dict[str, str]
Report = Callable[[str, int], None]


@dataclass
class Profile:
    """A profile with its folder: the steps in order, and the look-up tables read once."""

    folder: Path
    source: str
    steps: list[dict[str, str]]
    tables: dict[str, dict[str, Row]] = field(default_factory=dict)
    known: dict[str, dict[str, int]] = field(default_factory=dict)
    row: Row = field(default_factory=dict)  # that is being read, to be named when it cannot be


def open_profile(name: str, folder: Path) -> Profile:
    """A profile of the house by name, or one's own by the path of its TOML file. Raises Refused."""
    home = HOME / f"{name}.toml" if re.fullmatch(r"[a-z_]+", name) else Path(name)
    if not home.exists():
        raise Refused(_("There is no profile %(name)s.") % {"name": name}, field="profile")
    try:
        told = tomllib.loads(home.read_text(encoding="utf-8"))
    except ValueError as bad:  # not TOML, or not UTF-8
        raise Refused(_("The profile cannot be read: %(fault)s.") % {"fault": bad}, field="profile") from bad
    lacking = [name for name in ("source", "steps") if name not in told]
    lacking += [name for step in told.get("steps", []) for name in ("into", "file") if name not in step]
    wrong = [step["into"] for step in told.get("steps", []) if step.get("into") not in INTO]
    if lacking or wrong:
        words = _("The profile lacks %(names)s, or names what is not known.") % {
            "names": ", ".join(lacking + wrong)
        }
        raise Refused(
            words, field="profile", remedy=_("A step feeds one of: %(names)s.") % {"names": ", ".join(INTO)}
        )
    found = Profile(folder, told["source"], told["steps"])
    for code, table in told.get("tables", {}).items():
        found.tables[code] = {row[table["key"]]: row for row in rows_of(folder / table["file"])}
    return found


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a CSV file by header, with their number as a spreadsheet counts under `#`. Raises Refused without a file."""
    if not path.exists():
        raise Refused(_("The file %(name)s is missing.") % {"name": path.name}, field="file")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            row["#"] = str(number)
            yield row


@lru_cache(maxsize=1000)
def parts_of(template: str) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """A template as (text before, default, path) pieces; a path is (table, column) pairs, the first without table.

    >>> parts_of("T{A>b.C|0}")
    (('T', '0', (('', 'A'), ('b', 'C'))), ('', '', ()))
    """
    found, at = [], 0
    for mark in MARK.finditer(template):
        inner, _bar, default = mark[1].partition("|")
        first, *others = inner.split(">")
        steps = [("", first), *((o.split(".", 1)[0], o.split(".", 1)[1]) for o in others)]
        found.append((template[at : mark.start()], default, tuple(steps)))
        at = mark.end()
    return (*found, (template[at:], "", ()))


def fill(profile: Profile, template: str, row: Row) -> str:
    """The text of a template for a row; what cannot be followed gives the default."""
    profile.row, out = row, []
    for before, default, steps in parts_of(template):
        out.append(before)
        value = ""
        for table, column in steps:
            here = profile.tables[table].get(_key(value), {}) if table else row
            value = here.get(column) or ""
        out.append(value or default)
    return "".join(out)


def _key(value: str) -> str:
    """Keys that a spreadsheet made a fraction are whole again: 18.0 is 18."""
    return value.removesuffix(".0")


def load(actor: Actor, name: str, folder: Path, report: Report = lambda what, rows: None) -> dict[str, int]:
    """Load a folder by a profile. Returns the number of rows of each step; loading again changes nothing."""
    profile, counts = open_profile(name, folder), dict[str, int]()
    for place, step in enumerate(profile.steps, 1):
        carry, seen = Carry(), set[str]()
        what = f"{place} {step['file']} → {step['into']}"
        rows = (row for row in rows_of(folder / step["file"]) if _wanted(profile, step, row, seen))
        counts[what] = 0
        for part in chunks(rows):
            enter(actor, profile=profile, step=step, rows=part, carry=carry)
            counts[what] += len(part)
            report(what, counts[what])
    return counts


def _wanted(profile: Profile, step: dict[str, str], row: Row, seen: set[str]) -> bool:
    """Whether a step reads a row: `when` is neither empty nor zero, and it is the first of its `first_of`."""
    if "when" in step and re.fullmatch(r"-?0*\.?0*", fill(profile, step["when"], row)):
        return False
    if "first_of" not in step:
        return True
    whose, before = fill(profile, step["first_of"], row), len(seen)
    seen.add(whose)
    return len(seen) > before


class Carry:
    """The running rounding of a step: one rounder for each kind of amount."""

    def __init__(self) -> None:
        self.rounders: dict[str, CarryRounder] = {}

    def take(self, name: str, text: str, currency: str) -> int:
        """Minor units of the next amount of a kind."""
        return self.rounders.setdefault(name, CarryRounder()).take(Decimal(text or 0), currency)


@action(needs="imports.load", roles=("admin",), secret=("profile", "rows", "carry"), exposed=False)
def enter(actor: Actor, *, profile: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    """Post some rows of a step. Raises Refused naming the row that cannot be read."""
    profile.known = {"party": parties_read.all_ids(), "product": goods_read.all_ids()}
    try:
        INTO[step["into"]](actor, profile, step, rows, carry)
    except (ArithmeticError, ValueError, LookupError) as bad:
        words = _("Row %(row)s of %(name)s cannot be read: %(fault)s.")
        told = {"row": profile.row.get("#", ""), "name": step["file"], "fault": bad}
        raise Refused(words % told, field="file", remedy=_("Compare the profile with the file.")) from bad


def _texts(profile: Profile, step: dict[str, str], row: Row, *names: str) -> dict[str, Any]:
    return {name: fill(profile, step[name], row) for name in names if name in step}


def _id(profile: Profile, kind: str, code: str) -> int:
    found = profile.known[kind].get(code)
    if found is None:
        words = _("Row %(row)s: there is no %(code)s.") % {"row": profile.row.get("#", ""), "code": code}
        raise Refused(words, field=kind, remedy=_("Load it by an earlier step."))
    return found


def _regions(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    made = {}
    for row in rows:
        each = parties.RegionIn(**_texts(p, step, row, "code", "name", "name_en", "level", "parent"))
        made[each.code] = each
    parties.regions(actor, list(made.values()))


def _distributors(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    names = ("code", "name", "name_en", "uscc", "currency", "region", "contact", "phone")
    parties.parties(actor, [parties.PartyIn(**_texts(p, step, row, *names)) for row in rows])


def _territories(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    made = []
    for row in rows:
        t = _texts(p, step, row, "party", "region", "channel", "category")
        made.append(places.TerritoryIn(_id(p, "party", t.pop("party")), **t))
    places.territories(actor, made)


def _products(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    names = ("code", "name", "name_en", "category", "category_name", "category_name_en")
    newest = {}
    for row in rows:
        each = goods.ProductIn(**_texts(p, step, row, *names))
        newest[each.code] = each
    goods.products(actor, list(newest.values()))


def _prices(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    made = []
    for row in rows:
        t = _texts(p, step, row, "list_code", "kind", "product", "currency", "price", "valid_from")
        first = date.fromisoformat(t["valid_from"][:10])
        price = Decimal(t["price"])
        made.append(
            prices.PriceIn(
                t["list_code"], t["kind"], _id(p, "product", t["product"]), t["currency"], price, valid_from=first
            )
        )
    prices.prices(actor, made, source=p.source)


def _lines(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    made = []
    for row in rows:
        t = {name: fill(p, template, row) for name, template in step.items() if name not in ORDERS}
        currency = t["currency"]
        net, off, tax, freight = (
            carry.take(n, t.get(n, "0"), currency) for n in ("net", "discount", "tax", "freight")
        )
        quantity = int(Decimal(t["quantity"]))
        made.append(
            trade.LineIn(
                t["level"],
                date.fromisoformat(t["business_date"][:10]),
                _id(p, "party", t["party"]) if "party" in t else None,
                _id(p, "product", t["product"]),
                quantity,
                currency,
                net + off,
                off,
                t["document"],
                t.get("line_no", "1"),
                tax,
                freight,
                "return" if quantity < 0 else "sale",
                t.get("counterparty", ""),
                t.get("place", ""),
            )
        )
    trade.lines(actor, made, source=p.source)


def _targets(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    """Several amounts of one seller, group and period are one target: they add up."""
    made: dict[str, plans.TargetIn] = {}
    for row in rows:
        t = _texts(p, step, row, "period", "party", "seller", "category", "currency", "amount")
        whose = _id(p, "party", t["party"]) if t.get("party") else None
        amount = minor_of(Decimal(t["amount"]), t["currency"])
        asked = plans.TargetIn(
            t["period"], whose, t.get("seller", ""), t.get("category", ""), "sell_in", t["currency"], amount
        )
        before = made.get(asked.key)
        made[asked.key] = asked._replace(amount_minor=amount + (before.amount_minor if before else 0))
    plans.targets(actor, list(made.values()), source=p.source)


def _moves(actor: Actor, p: Profile, step: dict[str, str], rows: list[Row], carry: Carry) -> None:
    made = []
    for row in rows:
        t = _texts(p, step, row, "key", "kind", "product", "business_date", "quantity", "unit_cost", "currency")
        quantity = int(Decimal(t["quantity"]))
        worth = carry.take("worth", str(quantity * Decimal(t.get("unit_cost") or 0)), t["currency"])
        day = date.fromisoformat(t["business_date"][:10])
        made.append(
            stock.MoveIn(
                t["key"], None, _id(p, "product", t["product"]), day, quantity, t["kind"], "", worth, t["currency"]
            )
        )
    stock.moves(actor, made, source=p.source)


INTO: dict[str, Callable[[Actor, Profile, dict[str, str], list[Row], Carry], None]] = {
    "regions": _regions,
    "distributors": _distributors,
    "territories": _territories,
    "products": _products,
    "prices": _prices,
    "lines": _lines,
    "targets": _targets,
    "moves": _moves,
}
