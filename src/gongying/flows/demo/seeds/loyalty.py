"""The points of the story: a programme and a catalogue, quarterly awards, rewards of every kind, one clearing with its notice."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from gongying.areas.points import actions as points
from gongying.areas.points import queries
from gongying.books.lake import post as lake
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

from .trading import Trader

AWARDED_AFTER = 13  # days after a quarter ends, a day after the rebates of the quarter
FUND = "loyalty"
NOTICE, GRACE = 30, 7
WISHES = ("SEAT", "FUND", "LIGHTBOX", "KETTLE", "RACK", "SEAT", "FUND", "KETTLE")


def _rule(code: str, name: str, name_en: str, kind: str, amount: str, per: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "name_en": name_en, "kind": kind, "points": amount, "per": per} | more


def programme(months: int) -> dict[str, Any]:
    """The programme as a planner would draft it: points are good for so many months."""
    return {
        "period": "quarter",
        "rules": [
            _rule("target", "目标完成", "Target reached", "target", "800", "1", at_least="0.8", cap=1000),
            _rule("outlets", "新增网点", "New outlets", "outlets", "20", "1", cap=400),
            _rule("purchases", "进货金额", "Purchases", "value", "1", "1000"),
            _rule("robots", "扫地机推广", "Robot vacuums", "pieces", "1", "5", group="RV", cap=600),
        ],
        "cap": 20000,
        "multipliers": [{"level": "silver", "factor": "1.1"}, {"level": "gold", "factor": "1.2"}],
        "method": "rolling",
        "months": months,
        "notice_days": NOTICE,
        "grace_days": GRACE,
        "keep": 100,
        "transfers": True,
        "value": "0.5",
        "breakage": "history",
        "breakage_rate": "0.08",
        "least_history": 5000,
        "budget": "120000",
        "margin": "0.01",
    }


def catalogue(kettle: str) -> dict[str, Any]:
    """Rewards of every kind; the goods are the best seller among the kettles."""
    rows: list[tuple[str, str, str, str, int, str, dict[str, Any]]] = [
        ("SEAT", "产品培训名额", "Training seat", "training", 700, "300", {"stock": 60}),
        ("FUND", "市场费用 1000 元", "Market fund of 1,000 yuan", "fund", 2000, "1000", {"target": FUND}),
        (
            "LIGHTBOX",
            "门店灯箱广告位",
            "Light box at the shop",
            "advert",
            2600,
            "1200",
            {"stock": 20, "per_party": 2},
        ),
        (
            "KETTLE",
            "电水壶 6 台（赠品）",
            "Six kettles, free",
            "goods",
            1200,
            "560",
            {"target": kettle, "units": 6},
        ),
        ("RACK", "陈列架设备补贴", "Display rack subsidy", "equipment", 3600, "1800", {"per_party": 3}),
    ]
    names = ("code", "name", "name_en", "kind", "points", "cost")
    return {"rewards": [{**dict(zip(names, row[:-1], strict=True)), **row[-1]} for row in rows]}


@dataclass(slots=True)
class Loyalty:
    """Puts the life of points on the timetable."""

    trader: Trader
    kettle: str = ""
    clearing: int = 0
    wished: int = 0
    days: list[tuple[date, str]] = field(default_factory=list)

    def plan(self) -> None:
        """Publish both policies, award each quarter of the last year, redeem after each award, clear what is over."""
        story = self.trader.story
        steady = [p for p in story.catalogue if p.category == "EK" and p.retire is None and p.launch is None]
        self.kettle = max(steady, key=lambda p: p.popularity).code
        first = max(story.start, calendar.quarter_of(story.end - timedelta(days=410)).start)
        span = calendar.quarter_of(first)
        while span.last_day + timedelta(days=AWARDED_AFTER) <= story.end:
            self.days.append((span.last_day + timedelta(days=AWARDED_AFTER), span.code))
            span = calendar.quarter_of(span.end)
        if not self.days:
            return
        due = (story.end - timedelta(days=NOTICE // 2 + GRACE)).replace(day=1) - timedelta(days=1)
        begun = self.days[0][0]
        months = max(1, (due.year - begun.year) * 12 + due.month - begun.month)
        self._publish(first, months)
        for day, code in self.days:
            self.trader.at(day, 9, partial(self.award, day, code))
            for later in (5, 19, 33):
                if day + timedelta(days=later) <= story.end:
                    self.trader.at(day + timedelta(days=later), 6, self.redeem)
        notice = due - timedelta(days=NOTICE - 6)
        if notice > begun:
            self.trader.at(notice, 5, partial(self.announce, due))
            clears = max(due + timedelta(days=1), notice + timedelta(days=NOTICE)) + timedelta(days=GRACE)
            self.trader.at(min(story.end, clears), 5, self.clear)

    def _publish(self, since: date, months: int) -> None:
        planner, director = self.trader.who("planner"), self.trader.who("director")
        fund = {"source": "grants", "types": ["display"]}
        for kind, key, title, title_en, document in (
            ("points.programme", "points.programme", "经销商积分方案", "Points of distributors", programme(months)),
            ("points.catalogue", "points.catalogue", "积分兑换目录", "Rewards for points", catalogue(self.kettle)),
            ("funds.fund", FUND, "积分兑换市场费用", "Market fund for points", fund),
        ):
            made = policies.draft(
                planner, kind=kind, key=key, title=title, title_en=title_en, document=document, effective_from=since
            )
            policies.publish(director, version_id=made)

    def award(self, day: date, period: str) -> None:
        """A quarter's points: by the planner, approved by the director."""
        lake.refresh()
        made = points.award(self.trader.who("planner"), period=period, as_of=day)
        if made.award_id is not None:
            points.approve(self.trader.who("director"), award_id=made.award_id)

    def redeem(self) -> None:
        """Two owners use some of their points for what comes next on the list of wishes."""
        prices = {each["code"]: each["points"] for each in catalogue(self.kettle)["rewards"]}
        owners = sorted(self.trader.owners)
        for _turn in range(2):
            wish = WISHES[self.wished % len(WISHES)]
            party = owners[self.wished * 3 % len(owners)]
            self.wished += 1
            if queries.balance(SYSTEM, self.trader.ids[party]) >= prices[wish]:
                points.redeem(self._owner(party), party_id=self.trader.ids[party], reward=wish)

    def announce(self, due: date) -> None:
        """Notice that the oldest points are over soon."""
        if queries.due_days(SYSTEM, due):
            self.clearing = points.announce(self.trader.who("planner"), due_on=due)

    def clear(self) -> None:
        """The director clears when notice and grace are over; one distributor appeals."""
        if not self.clearing or queries.clearing_row(self.clearing).clears_from > self.trader.clock.today:
            return
        points.clear(self.trader.who("director"), clearing_id=self.clearing)
        owners = {self.trader.ids[code]: code for code in self.trader.owners}
        for loss in queries.losses(SYSTEM, queries.clearing_row(self.clearing)):
            if loss.party_id in owners and loss.cleared > 1:
                owner = self._owner(owners[loss.party_id])
                reason = "我司旺季在年末，培训名额尚未排期，申请返还一半。"
                points.appeal(owner, clearing_id=self.clearing, points=loss.cleared // 2, reason=reason)
                return

    def morning(self) -> None:
        """The day after the story: a voucher was used, somebody changed his mind, the running quarter waits for approval."""
        planner, today = self.trader.who("planner"), self.trader.clock.today
        vouchers = list(queries.vouchers(SYSTEM).filter(state="issued").order_by("id"))
        if vouchers:
            points.use(planner, voucher_id=vouchers[0].pk, note="11 月产品培训班")
        if len(vouchers) > 2:
            row = vouchers[-1].redemption
            points.cancel(planner, redemption_id=row.pk, reason="经销商改期，退回积分")
        lake.refresh()
        if queries.awards().exists():
            points.award(planner, period=calendar.quarter_of(today - timedelta(days=1)).code, as_of=today)
            party = self.trader.ids[sorted(self.trader.owners)[0]]
            points.adjust(planner, party_id=party, points=150, reason="补录三季度陈列活动积分")

    def _owner(self, party: str) -> Actor:
        return self.trader.who(self.trader.owners[party])
