"""What a decision wants, how grave a risk is, what an interview asks, and what the figures suggest.

>>> severity(4, 4), severity(2, 3), severity(1, 2)
('high', 'medium', 'low')
>>> finance_level("safe", disputed=True, wrong=0), finance_level("distress", disputed=False, wrong=3)
(4, 1)
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

DECISIONS: dict[str, Any] = {
    "accepted": _("Accept"), "conditional": _("Accept on conditions"), "rejected": _("Reject"),
}  # fmt: skip
CATEGORIES: dict[str, Any] = {
    "finance": _("Finance"), "legal": _("Law and disputes"), "market": _("Market"), "conflict": _("Conflict of channels"),
    "people": _("People"), "compliance": _("Compliance"),
}  # fmt: skip
LACKS: dict[str, Any] = {
    "papers": _("papers that a decision waits for are not verified"),
    "expired": _("papers have expired"),
    "checks": _("registries were not asked, or too long ago"),
    "bad": _("a registry speaks against the company"),
    "statements": _("statements of three years are not entered"),
    "wrong": _("the statements contradict themselves"),
    "ratings": _("two people have not rated every criterion"),
    "talks": _("raters are more than a level apart and have not talked"),
    "interview": _("no interview was signed by a second person"),
    "risks": _("no risk was looked at"),
    "grave": _("a risk is too grave even with what is done against it"),
    "score": _("the score is below what acceptance asks for"),
    "deposit": _("a decision on conditions names a deposit, a limit or a condition"),
}
# What an interview goes through; gaps of the file are asked besides.
SECTIONS: dict[str, tuple[Any, Any]] = {
    "strategy": (
        _("Strategy"),
        _("Where shall the company be in three years, and what is our brand's part in it?"),
    ),
    "brands": (_("Brands"), _("Which brands do you sell, which compete with us, what would you give up?")),
    "team": (_("People"), _("Who decides when you are away, who left last year, how are people trained?")),
    "money": (_("Money"), _("Who finances stock and receivables, what happens when customers pay a month later?")),
    "logistics": (_("Logistics"), _("What does the warehouse hold, how soon is an outlet served?")),
    "digital": (_("Data and systems"), _("Which system, who keeps it, what can be sent to us every week?")),
    "expectations": (_("Expectations"), _("What do you expect of us, what would make you leave?")),
}
GAPS: dict[str, Any] = {
    "papers": _("Why does a paper lack, and by when is it here?"),
    "wrong": _("How do the differences between statements, tax and bank come about?"),
    "receivables": _("Why do receivables grow faster than sales?"),
    "inventory": _("Why does stock grow faster than sales?"),
    "margin": _("What moved the gross margin?"),
    "bad": _("What is behind the entries in registries?"),
    "zone": _("How is the company financed, and who stands behind it?"),
    "breach": _("What would you do in the month in which money runs out?"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a file holds when a decision is proposed."""

    papers_missing: int = 0
    papers_expired: int = 0
    checks_missing: int = 0
    checks_bad: int = 0
    years: int = 0
    wrong: int = 0
    unrated: int = 0
    apart: int = 0
    interviews: int = 0
    risks: int = 0
    worst_left: int = 0
    score: Decimal | None = None
    named: bool = False


def lacks(verdict: str, held: Standing, *, accept_from: Decimal, condition_from: Decimal, worst: int) -> list[str]:
    """What a file lacks for a decision. To reject nothing but a reason is wanted; to accept on conditions a registry entry or a
    contradiction may stand where the conditions answer for it."""
    if verdict == "rejected":
        return []
    whole = verdict == "accepted"
    bound = accept_from if whole else condition_from
    wanted = {
        "papers": held.papers_missing == 0,
        "expired": held.papers_expired == 0,
        "checks": held.checks_missing == 0,
        "bad": held.checks_bad == 0 or not whole,
        "statements": held.years >= 3,
        "wrong": held.wrong == 0 or not whole,
        "ratings": held.unrated == 0,
        "talks": held.apart == 0,
        "interview": held.interviews > 0,
        "risks": held.risks > 0,
        "grave": held.worst_left < worst,
        "score": held.score is not None and held.score >= bound,
        "deposit": whole or held.named,
    }
    return [code for code, fine in wanted.items() if not fine]


def severity(likelihood: int, impact: int) -> str:
    """How grave a risk is: the product of both, low below 6, high from 15 on (the usual 5 × 5 matrix)."""
    product = likelihood * impact
    return "low" if product < 6 else "high" if product >= 15 else "medium"


def finance_level(zone: str, *, disputed: bool, wrong: int) -> int:
    """The level of financial strength: by the zone of Z'' safe 5, grey 3, distress 1; one less where public readings disagree, one
    less where the statements contradict themselves; 1 at least."""
    base = {"safe": 5, "grey": 3, "distress": 1}[zone]
    return max(1, base - int(disputed) - int(wrong > 0))


def suggested(
    equity_minor: int, monthly_cost_minor: int, *, share: Decimal, deposit_share: Decimal
) -> tuple[int, int]:
    """A limit and a deposit that follow from the statements, in minor units rounded down to whole hundreds: the limit is the lesser
    of a share of equity and a month of purchases, the deposit a share of it. The practice of credit desks."""
    limit = max(Decimal(0), min(equity_minor * share, Decimal(monthly_cost_minor)))
    limit_minor = int((limit / 10_000).to_integral_value(ROUND_DOWN)) * 10_000
    deposit = int((limit_minor * deposit_share / 10_000).to_integral_value(ROUND_DOWN)) * 10_000
    return limit_minor, deposit


def guide(gaps: Collection[str]) -> list[tuple[str, Any]]:
    """The questions that the gaps of a file ask, by their codes."""
    return [(code, GAPS[code]) for code in GAPS if code in gaps]
