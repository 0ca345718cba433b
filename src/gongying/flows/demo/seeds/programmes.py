"""The brand's rebate programmes, as documents a planner would draft, and when they are settled."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from .festivals import month_ends
from .geography import AREAS
from .plans import quarters

SETTLED_AFTER = 12  # days after a quarter ends
ACCRUED_AFTER = 8  # days after a month ends
ACCRUED = 12  # months
YEARLY = (1, 22)  # month and day on which the year before is settled


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme."""

    key: str
    title: str
    title_en: str
    since: date
    until: date | None
    document: dict[str, Any] = field(hash=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """A settlement of one programme and period on a day; `approved` says whether finance has decided."""

    day: date
    programme: str
    period: str
    approved: bool = True


def _ladder(*steps: tuple[int | str, str]) -> list[dict[str, str]]:
    """Half-open tiers from (start, rate) pairs.

    >>> _ladder((0, "0"), (100, "0.01"))
    [{'start': '0', 'rate': '0', 'end': '100'}, {'start': '100', 'rate': '0.01'}]
    """
    found = [{"start": str(start), "rate": rate} for start, rate in steps]
    for low, high in pairwise(found):
        low["end"] = high["start"]
    return found


def programmes(start: date, end: date) -> list[Programme]:
    """Every version in force during the story. The yearly ladder is drawn anew each January."""
    found = [_annual(year, start) for year in range(start.year, end.year + 1)]
    kitchen = {
        "method": "marginal",
        "categories": ["AF", "BL"],
        "tiers": _ladder((0, "0"), (300_000, "0.010"), (1_000_000, "0.018"), (2_500_000, "0.025")),
        "payout_cap": "60000",
    }
    robots = {
        "method": "per_unit",
        "basis": "quantity",
        "categories": ["RV"],
        "tiers": _ladder((0, "0"), (60, "15"), (300, "25")),
        "payout_cap": "80000",
    }
    east = {
        "method": "fixed",
        "regions": [AREAS[0].code],
        "tiers": _ladder((0, "0"), (1_500_000, "12000"), (4_000_000, "30000"), (8_000_000, "60000")),
        "payout_cap": "50000",
        "guarantee": "3000",
    }
    push = {
        "method": "excess",
        "measure": "target",
        "tiers": _ladder(("1", "0.020"), ("1.1", "0.030"), ("1.25", "0.040")),
        "payout_cap": "40000",
        "net_of": ["east"],
        "gates": [{"gate": "days_late_below", "limit": "60"}],
        "turnover": {"benchmark": "60", "slope": "0.004", "low": "0.8", "high": "1.2"},
        "claw_back": "when_covered",
        "wait_days": 30,
        "text": "季度目标达成后，超出目标的净进货额按达到档的比例奖励；周转快的多得，逾期超过 60 天的不得。",
        "examples": [{"base": "1200000", "reference": "1000000", "pays": "6000"}],
    }
    mix = {
        "method": "slab",
        "measure": "share",
        "focus_categories": ["RV", "AF"],
        "calculate": "month",
        "returns": "restate",
        "tiers": _ladder(("0", "0"), ("0.25", "0.002"), ("0.4", "0.004")),
        "payout_cap": "15000",
        "text": "每月单独计算：扫地机器人与空气炸锅占净进货额四分之一以上即得；退货追溯到原销售月。",
    }
    return [
        *found,
        Programme("mix", "重点品类结构奖", "Focus Range Bonus", start, None, mix, "按月计算、按季结算"),
        Programme("kitchen", "厨房双星季度超额返利", "Kitchen Duo Quarterly Rebate", start, None, kitchen, "空气炸锅与破壁机"),
        Programme("robots", "扫地机器人推广奖", "Robot Vacuum Push", start, None, robots, "按台奖励"),
        Programme("east", "华东季度达量奖", "East China Quarterly Bonus", start, None, east, "含保底与封顶"),
        Programme("push", "季度目标超额奖", "Quarterly Over-Target Bonus", start, None, push, "超额部分、周转与信用挂钩"),
    ]  # fmt: skip


def drafted(start: date, end: date) -> Programme:
    """Next year's ladder with its conditions, which the planner still has on the desk."""
    next_year = _annual(end.year + 1, start)
    asked = {"gates": [{"gate": "certificate_held", "of": "LIC"}, {"gate": "no_open_diversion_case"}]}
    return replace(next_year, document=next_year.document | asked)


def _annual(year: int, start: date) -> Programme:
    """The yearly slab; each January the steps move up a little."""
    raised = 1 + 0.05 * max(0, year - start.year - 1)
    steps = [(round(value * raised, -5), rate) for value, rate in _STEPS]
    document = {
        "method": "slab",
        "period": "year",
        "tiers": _ladder(*((int(value), rate) for value, rate in steps)),
    }
    since = max(start, date(year, 1, 1))
    title, title_en = f"{year} 年度进货阶梯返利", f"{year} Annual Purchase Rebate"
    return Programme("annual", title, title_en, since, date(year + 1, 1, 1), document)


_STEPS = (
    (0, "0"),
    (2_000_000, "0.008"),
    (5_000_000, "0.012"),
    (12_000_000, "0.016"),
    (24_000_000, "0.020"),
    (36_000_000, "0.024"),
)


def rounds(start: date, end: date) -> list[Round]:
    """Settlements in the order they happened: each quarter, with a second run that trues up the one before.

    The newest quarter of the kitchen programme still waits for finance.
    """
    found: list[Round] = []
    closed = [(code, last) for code, _first, last in quarters(start, end) if last + timedelta(SETTLED_AFTER) <= end]
    for place, (code, last) in enumerate(closed):
        day = last + timedelta(days=SETTLED_AFTER)
        newest = place == len(closed) - 1
        for key in ("kitchen", "robots", "east", "push", "mix"):
            if place:
                found.append(Round(day, key, closed[place - 1][0]))
            found.append(Round(day, key, code, approved=not (newest and key == "kitchen")))
    for year in range(start.year, end.year + 1):
        if date(year, 1, 1) >= start and date(year + 1, *YEARLY) <= end:
            found.append(Round(date(year + 1, *YEARLY), "annual", str(year)))
    return sorted(found, key=lambda each: (each.day, each.period))


def accruals(start: date, end: date) -> list[Round]:
    """The month ends of the last year at which rebates were accrued, a few days into the next month (before a quarter is settled);
    the newest still waits for finance. They are rounds without a programme."""
    days = [day for day in month_ends(start, end) if day + timedelta(days=ACCRUED_AFTER) <= end][-ACCRUED:]
    return [
        Round(day + timedelta(days=ACCRUED_AFTER), "", f"{day:%Y-%m}", approved=day != days[-1]) for day in days
    ]


def timetable(start: date, end: date) -> list[Round]:
    """Settlements and accruals in the order they happened."""
    return sorted([*rounds(start, end), *accruals(start, end)], key=lambda each: (each.day, each.period))
