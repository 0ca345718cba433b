"""The computed sheet of a file: checks, ratios, DuPont with its bridge, Z'' and what crosses its cut-offs, stress, peers."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from gongying.engines import ratios as maths
from gongying.engines import statements, stress, zscore
from gongying.engines.money import exponent

from ..models import Dossier, Year
from ..rules import Rules

PEERED = ("current", "debt", "net_margin", "roe", "dso", "dio", "dpo", "ccc")
MOST_PEERS, MOST_DAYS = 2000, 720


@dataclass(frozen=True)
class Peer:
    """A ratio beside those of comparable companies: the quartiles (None for a group that is too small) and in which quarter it
    stands (4 is best)."""

    code: str
    found: maths.Quartiles | None
    quarter: int | None
    count: int


@dataclass(frozen=True)
class Stressed:
    """A shock: what it comes to without chance, and how likely it ends badly."""

    outcome: stress.Outcome
    chance: stress.Chance


@dataclass(frozen=True)
class Sheet:
    """Everything that follows from the statements of a file. Years run from the newest to the oldest."""

    years: tuple[int, ...]
    lines: dict[int, dict[str, int]]
    checks: tuple[statements.Check, ...]
    flags: tuple[tuple[str, int, Decimal], ...]
    ratios: dict[int, dict[str, maths.Ratio]]
    trees: dict[int, maths.Tree]
    bridges: tuple[tuple[int, int, maths.Bridge], ...]
    scores: dict[int, zscore.Score]
    crossings: tuple[zscore.Crossing, ...]
    firm: stress.Firm | None
    stressed: tuple[Stressed, ...]
    breaking: dict[str, Decimal | None]
    peers: tuple[Peer, ...]
    seed: int

    @property
    def newest(self) -> int | None:
        """The newest year."""
        return self.years[0] if self.years else None

    @property
    def wrong(self) -> list[statements.Check]:
        """Checks in which the sheet contradicts itself."""
        return [each for each in self.checks if each.level == "error" and not each.holds]

    @property
    def differing(self) -> list[statements.Check]:
        """Checks in which two sources differ by more than the tolerance."""
        return [each for each in self.checks if each.level == "warning" and not each.holds]

    @property
    def score(self) -> zscore.Score | None:
        """Z'' of the newest year."""
        return self.scores.get(self.newest or 0)


def years(row: Dossier) -> dict[int, dict[str, int]]:
    """The statements of a file, the newest year first."""
    rows = row.years.order_by("-year")
    return {each.year: json.loads(each.lines) for each in rows}


def firm_of(lines: dict[str, int], found: dict[str, maths.Ratio]) -> stress.Firm | None:
    """The newest year as a month of the cash book: a twelfth of sales and costs, the days of its balances, what it has in cash.
    Days are rounded half up. None where a line lacks."""
    if not {"revenue", "cogs", "cash"} <= lines.keys() or any(
        found[code].value is None for code in ("dso", "dio", "dpo")
    ):
        return None
    dso, dio, dpo = (min(_whole(found[code].value or Fraction(0)), MOST_DAYS) for code in ("dso", "dio", "dpo"))
    fixed = lines.get("operating_expenses", 0) + lines.get("interest", 0)
    return stress.Firm(
        revenue=lines["revenue"] // 12, cost=lines["cogs"] // 12, fixed=fixed // 12, cash=lines["cash"],
        line=lines.get("credit_line", 0), receivables=lines.get("receivables"), payables=lines.get("payables"),
        stock=lines.get("inventory"), dso=dso, dio=dio, dpo=dpo,
    )  # fmt: skip


def _whole(value: Fraction) -> int:
    return int((Decimal(value.numerator) / value.denominator).to_integral_value(ROUND_HALF_UP))


def sheet(row: Dossier, rules: Rules, *, seed: int | None = None) -> Sheet:
    """The computed sheet of a file. The seed of the simulation is the file's number unless one is given: the same file says the
    same twice."""
    held = years(row)
    order = tuple(sorted(held, reverse=True))
    checks = sheet_checks(row, rules)
    found = {year: {each.code: each for each in maths.ratios(held[year], held.get(year - 1))} for year in order}
    trees = {year: tree for year in order if (tree := maths.dupont(held[year])) is not None}
    bridges = []
    for year in order:
        if year in trees and year - 1 in trees:
            old, new = trees[year - 1], trees[year]
            steps = (old.steps5, new.steps5) if old.steps5 and new.steps5 else (old.steps3, new.steps3)
            bridges.append((year - 1, year, maths.bridge(*steps)))
    scores = {year: score for year in order if (score := zscore.of_year(held[year])) is not None}
    top = order[0] if order else 0
    firm = firm_of(held[top], found[top]) if order else None
    drawn = row.pk if seed is None else seed
    return Sheet(
        order, held, tuple(checks), tuple(statements.flags(held)), found, trees, tuple(bridges), scores,
        tuple(zscore.crossings(scores[top], held[top])) if top in scores else (), firm, _stressed(firm, rules, drawn),
        stress.breaking(firm, months=rules.months) if firm else {}, tuple(peers(row, rules, found.get(top, {}))), drawn,
    )  # fmt: skip


def sheet_checks(row: Dossier, rules: Rules) -> list[statements.Check]:
    """The statements of a file held against themselves, tax returns and bank."""
    scale = Decimal(10) ** exponent(row.currency)
    out = int(rules.rounding * scale)
    return statements.check(years(row), tolerance=rules.tolerance, vat_rate=rules.vat_rate, rounding=out)


def _stressed(firm: stress.Firm | None, rules: Rules, seed: int) -> tuple[Stressed, ...]:
    if firm is None:
        return ()
    given = (rules.months, rules.runs, rules.demand_spread, rules.price_spread)
    return tuple(
        Stressed(stress.run(firm, shock, months=rules.months), _chance(firm, shock, seed, *given))
        for shock in stress.STANDARD
    )


@lru_cache(maxsize=1024)
def _chance(
    firm: stress.Firm, shock: stress.Shock, seed: int, months: int, runs: int, demand: Decimal, price: Decimal
) -> stress.Chance:
    """The drawings of a shock: the same question is answered from memory, for a page asks it again and again."""
    return stress.chance(firm, shock, seed=seed, months=months, runs=runs, demand_spread=demand, price_spread=price)


def peers(row: Dossier, rules: Rules, mine: dict[str, maths.Ratio]) -> list[Peer]:
    """The ratios beside those of other files of the same type of partner, whose names nobody sees: their newest year, a group of
    at least so many as the rules say."""
    newest: dict[int, Year] = {}
    others = (
        Year.objects.filter(dossier__partner_type=row.partner_type)
        .exclude(dossier=row.pk)
        .exclude(dossier__uscc=row.uscc)
    )
    for each in others.order_by("year", "id")[: MOST_PEERS * 3]:
        newest[each.dossier_id] = each
    sheets = [json.loads(each.lines) for each in newest.values()]
    answer = []
    for code in PEERED:
        values = [ratio.value for lines in sheets if (ratio := _of(lines, code)).value is not None]
        found = maths.quartiles([value for value in values if value is not None], rules.group)
        own = mine[code].value if code in mine else None
        good = code in maths.HIGH_IS_GOOD
        quarter = None if found is None or own is None else maths.standing(own, found, high_is_good=good)
        answer.append(Peer(code, found, quarter, len(values)))
    return answer


def _of(lines: dict[str, int], code: str) -> maths.Ratio:
    if code in maths.FORMULAS:
        return maths.ratio(lines, code)
    return next(each for each in maths.ratios(lines) if each.code == code)
