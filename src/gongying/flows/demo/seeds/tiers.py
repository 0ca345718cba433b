"""The brand's tier programme as a document a planner would draft, and when it is reviewed."""

from datetime import date
from typing import Any

KEY = "distributor_tiers"
TITLE, TITLE_EN = "经销商等级方案", "Distributor tiers"


def _level(
    code: str, name: str, name_en: str, sales: str, coverage: str, *benefits: tuple[str, str]
) -> dict[str, Any]:
    needs = [{"metric": "sell_in", "at_least": sales}, {"metric": "coverage", "at_least": coverage}]
    return {
        "code": code,
        "name": name,
        "name_en": name_en,
        "needs": needs,
        "benefits": [{"name": zh, "name_en": en} for zh, en in benefits],
    }


DOCUMENT: dict[str, Any] = {
    "period": "year",
    "currency": "CNY",
    "grace_months": 6,
    "levels": [
        _level("bronze", "铜牌", "Bronze", "1000000", "0.6", ("账期 30 天", "30 days' credit"), ("产品培训名额 2 个", "2 training places")),
        _level("silver", "银牌", "Silver", "9000000", "0.75", ("账期 45 天", "45 days' credit"), ("新品优先供货", "New products first"), ("产品培训名额 5 个", "5 training places")),
        _level("gold", "金牌", "Gold", "18000000", "0.85", ("账期 60 天", "60 days' credit"), ("新品优先供货", "New products first"), ("市场费用额度 1.5%", "Market fund of 1.5 %"), ("专属客户经理", "A manager of your own")),
    ],
}  # fmt: skip


def reviewed(start: date, end: date) -> list[tuple[date, str, bool]]:
    """(day, period, approved): last year's review in January, if the story reaches back, and the one on the table now."""
    last = [(date(end.year, 1, 20), str(end.year - 1), True)] if start < date(end.year, 1, 1) else []
    return [*last, (end, str(end.year), False)]
