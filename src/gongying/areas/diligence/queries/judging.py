"""Ratings of two people, risks, weights and the score; what a file lacks for a decision."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from gongying.engines import raters, weights

from ..models import Dossier, Risk
from ..rules import Criterion, Rules, Standing, finance_level, lacks, severity
from ..rules.checks import NEEDED
from .files import checklist, newest
from .sheet import Sheet, sheet

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rated:
    """A criterion with what the two raters said (level, evidence, who), what they agreed on, and what counts (None while they must
    talk, or one has not rated). Of a computed one only `level` is there."""

    criterion: Criterion
    said: tuple[tuple[int, str, str], ...]
    agreed: int | None
    level: Fraction | None
    apart: bool


def rated(row: Dossier, rules: Rules, found: Sheet) -> tuple[list[Rated], raters.Agreement]:
    """Every criterion with its ratings, and how far the two raters agree."""
    said: dict[str, list[tuple[int, str, str]]] = {}
    order = list(dict.fromkeys(row.ratings.order_by("id").values_list("rater", flat=True)))[:2]
    for each in row.ratings.filter(rater__in=order).order_by("id"):
        said.setdefault(each.criterion, []).append((each.level, each.evidence, each.rater))
    talks = dict(row.talks.values_list("criterion", "level"))
    answer = []
    for criterion in rules.criteria:
        if criterion.computed:
            answer.append(Rated(criterion, (), None, _finance(found), False))
            continue
        both = sorted(said.get(criterion.code, []), key=lambda each: order.index(each[2]))
        agreed = talks.get(criterion.code)
        level = raters.settled(both[0][0], both[1][0], agreed) if len(both) == 2 else None
        apart = len(both) == 2 and level is None
        answer.append(Rated(criterion, tuple(both), agreed, level, apart))
    sides = [
        {code: level for code, each in said.items() for level, _e, who in each if who == rater} for rater in order
    ]
    return answer, raters.agree(sides[0], sides[1]) if len(sides) == 2 else raters.agree({}, {})


def _finance(found: Sheet) -> Fraction | None:
    if found.score is None:
        return None
    return Fraction(finance_level(found.score.zone, disputed=found.score.disputed, wrong=len(found.wrong)))


def risks(row: Dossier) -> list[tuple[Risk, str, str]]:
    """The risks with how grave each is, before and after what is done against it; the gravest left first."""
    rows = list(row.risks.order_by("id"))
    rows.sort(key=lambda each: -each.likelihood_after * each.impact_after)
    return [
        (each, severity(each.likelihood, each.impact), severity(each.likelihood_after, each.impact_after))
        for each in rows
    ]


@dataclass(frozen=True)
class Matrix:
    """The matrix of risks: rows by likelihood from 5 down, cells by impact from 1 up: (gravity, titles left there)."""

    rows: list[tuple[int, list[tuple[str, list[str]]]]]


def matrix(row: Dossier) -> Matrix:
    """Where the risks of a file are left after what is done against them."""
    held = list(row.risks.order_by("id"))
    return Matrix(
        [
            (
                likelihood,
                [
                    (
                        severity(likelihood, impact),
                        [r.title for r in held if (r.likelihood_after, r.impact_after) == (likelihood, impact)],
                    )
                    for impact in range(1, 6)
                ],
            )
            for likelihood in range(5, 0, -1)
        ]
    )


@dataclass(frozen=True)
class Weighed:
    """The score: each criterion's weight, level and part, the sum; the weights by spread as a cross-check, and how the order of the
    companies bears changed weights (None for fewer than two)."""

    ahp: weights.Ahp
    parts: tuple[tuple[str, Decimal, Fraction | None, Decimal | None], ...]
    score: Decimal | None
    entropy: dict[str, float] | None
    stability: weights.Stability | None
    compared: int


def weighed(row: Dossier, rules: Rules, found: list[Rated]) -> Weighed:
    """The score of a file and how firm it is."""
    ahp = rules.weigh()
    share = {code: Decimal(f"{weight:.6f}") for code, weight in ahp.weights.items()}
    whole = sum(share.values(), Decimal(0))
    parts, total = [], Decimal(0)
    for each in found:
        code = each.criterion.code
        level = None if each.level is None else Decimal(each.level.numerator) / each.level.denominator
        part = None if level is None else share[code] / whole * level
        total += part or 0
        parts.append((code, share[code], each.level, part))
    score = None if any(level is None for _c, _w, level, _p in parts) else total.quantize(CENT, ROUND_HALF_UP)
    others = _others(row, rules)
    entropy = stability = None
    if score is not None and others:
        own = {
            code: Decimal(level.numerator) / level.denominator for code, _w, level, _p in parts if level is not None
        }
        table = others | {row.number: own}
        entropy = weights.entropy({code: [each[code] for each in table.values()] for code in share})
        stability = weights.stability(table, share)
    return Weighed(ahp, tuple(parts), score, entropy, stability, len(others) + 1)


def _others(row: Dossier, rules: Rules) -> dict[str, dict[str, Decimal]]:
    """The levels of other files of the same type of partner, as their memos keep them: those with the same criteria."""
    wanted, found = {each.code for each in rules.criteria}, dict[str, dict[str, Decimal]]()
    rows = Dossier.objects.filter(partner_type=row.partner_type, memos__state__in=("proposed", "approved"))
    for number, text in rows.exclude(pk=row.pk).order_by("-id").values_list("number", "memos__figures")[:50]:
        levels: dict[str, Any] = json.loads(text).get("levels", {})
        if set(levels) == wanted:
            found[number] = {code: Decimal(level) for code, level in levels.items()}
    return found


def gaps(row: Dossier, rules: Rules, on: date, found: Sheet) -> list[str]:
    """What an interview should ask about, by code."""
    items = checklist(row, rules, on)
    held = {
        "papers": any(item.state in ("missing", "refused", "expired") and item.kind.blocking for item in items),
        "wrong": bool(found.wrong or found.differing),
        "bad": any(each.verdict != "clear" for each in newest(row).values()),
        "zone": found.score is not None and (found.score.zone != "safe" or found.score.disputed),
        "breach": any(each.outcome.breach is not None for each in found.stressed),
    }
    return [code for code, there in held.items() if there] + sorted({code for code, _year, _by in found.flags})


def standing(row: Dossier, rules: Rules, on: date, *, named: bool = False, found: Sheet | None = None) -> Standing:
    """What a file holds, for a decision."""
    computed = found or sheet(row, rules)
    items = [item for item in checklist(row, rules, on) if item.kind.blocking]
    marks, _agreement = rated(row, rules, computed)
    asked, since = newest(row), on - timedelta(days=rules.recheck_days)
    fresh = [code for code in NEEDED if code in asked and asked[code].taken_at.date() >= since]
    left = [each.likelihood_after * each.impact_after for each in row.risks.all()]
    return Standing(
        papers_missing=sum(item.state in ("missing", "received", "refused") for item in items),
        papers_expired=sum(item.state == "expired" for item in items),
        checks_missing=len(NEEDED) - len(fresh),
        checks_bad=sum(each.verdict == "bad" for each in asked.values()),
        years=len(computed.years),
        wrong=len(computed.wrong),
        unrated=sum(len(each.said) < 2 for each in marks if not each.criterion.computed),
        apart=sum(each.apart for each in marks),
        interviews=row.interviews.exclude(signed_by="").count(),
        risks=len(left),
        worst_left=max(left, default=0),
        score=weighed(row, rules, marks).score,
        named=named,
    )


def lacking(verdict: str, held: Standing, rules: Rules) -> list[str]:
    """The codes of what a file lacks for a decision, by the bounds of the rules."""
    return lacks(
        verdict, held, accept_from=rules.accept_from, condition_from=rules.condition_from, worst=rules.worst
    )
