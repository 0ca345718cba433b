"""The brand's tier programme as a document a planner would draft, and when it is reviewed."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

KEY = "distributor_tiers"
TITLE, TITLE_EN = "经销商等级方案", "Distributor tiers"
FUND_KEY, FUND_TITLE, FUND_TITLE_EN = "level_fund", "等级推广基金", "Fund of the levels"
FUND: dict[str, Any] = {"source": "grants", "period": "year"}


def _benefit(name: str, name_en: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "name_en": name_en, **more}


def _level(
    code: str, name: str, name_en: str, sales: str, coverage: str, *benefits: dict[str, Any]
) -> dict[str, Any]:
    needs = [{"metric": "sell_in", "at_least": sales}, {"metric": "coverage", "at_least": coverage}]
    return {"code": code, "name": name, "name_en": name_en, "needs": needs, "benefits": list(benefits)}


_NEW = _benefit("新品优先供货", "New products first", value="20000")
_GOLD = _level(
    "gold", "金牌", "Gold", "18000000", "0.85",
    _benefit("账期 60 天", "60 days' credit", value="60000"), _NEW,
    _benefit("市场推广基金", "Market fund", kind="fund", key=FUND_KEY, amount="120000"),
    _benefit("产品培训名额 10 个", "10 training places", kind="seats", count=10, value="15000"),
    _benefit("专属技术服务 80 小时", "80 hours of service", kind="service", count=80, value="24000"),
)  # fmt: skip
_GOLD["needs"] += [
    {"metric": "growth", "at_least": "0.03", "group": "momentum"},
    {"metric": "attainment", "at_least": "0.9", "group": "momentum"},
]
_GOLD["groups"] = [{"code": "momentum", "hold": 1}]

DOCUMENT: dict[str, Any] = {
    "period": "year",
    "currency": "CNY",
    "grace_months": 6,
    "soft_landing": True,
    "protect_months": 12,
    "review_after_days": 20,
    "interim": "quarter",
    "announce_days": 14,
    "cover_weeks": "10",
    "gates": [{"metric": "overdue_days", "at_most": "90", "cap": "silver"}],
    "levels": [
        _level(
            "bronze", "铜牌", "Bronze", "1000000", "0.6", _benefit("账期 30 天", "30 days' credit", value="15000"),
            _benefit("产品培训名额 2 个", "2 training places", kind="seats", count=2, value="3000"),
        ),
        _level(
            "silver", "银牌", "Silver", "9000000", "0.75", _benefit("账期 45 天", "45 days' credit", value="35000"), _NEW,
            _benefit("市场推广基金", "Market fund", kind="fund", key=FUND_KEY, amount="40000"),
            _benefit("产品培训名额 5 个", "5 training places", kind="seats", count=5, value="7500"),
        ),
        _GOLD,
    ],
}  # fmt: skip


def harder() -> dict[str, Any]:
    """Next year's programme, which the planner has on the desk: gold asks for more."""
    document = deepcopy(DOCUMENT)
    document["levels"][2]["needs"][0]["at_least"] = "20000000"
    document["levels"][1]["needs"][0]["at_least"] = "9500000"
    return document


def reviewed(start: date, end: date) -> list[tuple[date, str, bool]]:
    """(day, period, approved): last year's review in January (in a story that does not reach back an interim one), and the one
    on the table now."""
    if start < date(end.year, 1, 1):
        return [(date(end.year, 1, 20), str(end.year - 1), True), (end, str(end.year), False)]
    return [(end - timedelta(days=40), str(end.year), True), (end, str(end.year), False)]
