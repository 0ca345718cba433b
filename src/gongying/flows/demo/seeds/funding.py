"""The marketing of the story: three funds, activities and claims in every state, a photograph that was used twice, an agreement with
an end customer, and a price that falls on the morning after.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from django.db.models import Sum
from PIL import Image, ImageDraw

from gongying.areas.funds import actions as funds
from gongying.areas.funds import queries
from gongying.books.prices import post as price_post
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.policies import actions as policies

from .. import actions
from .house import LOADER
from .network import Part
from .story import SEED
from .trading import Trader

MARKET, COOP, GRANTS = "market", "coop", "loyalty"
BEGINS = 52  # days before the end
PLACES = ((30.2741, 120.1551), (31.2304, 121.4737), (22.5431, 114.0579), (39.9042, 116.4074), (30.5728, 104.0668))
WALLS = ((228, 224, 214), (208, 220, 228), (232, 214, 206))

FUNDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        MARKET,
        "市场推广基金",
        "Market fund",
        {
            "budget": "2000000",
            "steps": [{"start": "0", "share": "0.6"}, {"start": "30000", "share": "0.4"}],
            "submit_days": 30,
            "expire_days": 45,
        },
    ),
    (
        COOP,
        "联合广告基金",
        "Co-op advertising fund",
        {
            "source": "sell_in",
            "rate": "0.02",
            "own": True,
            "types": ["advert", "promotion"],
            "step_by": "goal",
            "steps": [
                {"start": "0", "share": "0.4"},
                {"start": "0.8", "share": "0.5"},
                {"start": "1", "share": "0.6"},
            ],
        },
    ),
    (GRANTS, "专项发展基金", "Development fund", {"source": "grants", "submit_days": 60, "expire_days": 120}),
)
TYPES: tuple[dict[str, Any], ...] = (
    {"code": "display", "name": "陈列", "name_en": "Display", "proofs": ["photo", "agreement"], "photos": 2, "auto_up_to": "3000"},
    {"code": "promotion", "name": "促销活动", "name_en": "Promotion", "proofs": ["photo", "invoice"], "most_m": 3000, "most": "60000"},
    {"code": "advert", "name": "广告宣传", "name_en": "Advertising", "proofs": ["photo", "invoice"], "most_m": 0, "after_days": 7},
    {"code": "training", "name": "人员培训", "name_en": "Training", "proofs": ["list", "invoice"], "photos": 0, "most_m": 0},
    {"code": "digital", "name": "数字化工具", "name_en": "Digital tools", "proofs": ["invoice"], "photos": 0, "most_m": 0},
)  # fmt: skip


def shot(turn: int, taken: datetime | None, place: tuple[float, float] | None, *, width: int = 640) -> bytes:
    """A photograph of a shelf as a telephone makes it: its own goods by `turn`, the time and the place in its tags."""
    rng = Random(f"{SEED}/shelf/{turn}")
    shown = Image.new("RGB", (640, 480), rng.choice(WALLS))
    pen = ImageDraw.Draw(shown)
    for row in range(4):
        top, x = 18 + row * 112, rng.randrange(10, 40)
        pen.rectangle([0, top + 96, 640, top + 104], fill=(120, 104, 88))
        while x < 610:
            wide, high = rng.randrange(26, 74), rng.randrange(38, 92)
            tone = (rng.randrange(30, 240), rng.randrange(30, 240), rng.randrange(30, 240))
            pen.rounded_rectangle([x, top + 96 - high, x + wide, top + 95], 6, fill=tone, outline=(60, 60, 60))
            x += wide + rng.randrange(4, 30)
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[36867] = f"{taken:%Y:%m:%d %H:%M:%S}"
    if place is not None:
        tags = {1: "N", 2: _degrees(place[0]), 3: "E", 4: _degrees(place[1])}
        exif.get_ifd(0x8825).update(tags)
    out = io.BytesIO()
    shown.resize((width, width * 3 // 4)).save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = int((value - whole) * 60)
    return float(whole), float(minutes), round((value - whole - minutes / 60) * 3600, 3)


@dataclass(slots=True)
class Marketing:
    """What distributors, regional managers and finance do about funds."""

    trader: Trader
    made: dict[str, int] = field(default_factory=dict)

    def plan(self) -> None:
        """Publish the funds at once and write the timetable of everything else."""
        self._policies()
        begin, turns = self.trader.story.end - timedelta(days=BEGINS), self._turns()
        at = self.trader.at
        at(begin, 5, self._budgets)
        for offset, what in turns:
            at(begin + timedelta(days=offset), 6, what)

    def _turns(self) -> list[tuple[int, Callable[[], object]]]:
        """Day by day: asked, decided, claimed, decided, paid."""
        ask, claim = self._ask, self._claim
        return [
            (1, partial(ask, "rack", 0, "display", "国庆堆头陈列", 8_000, 2, 14)),
            (1, partial(ask, "fair", 1, "promotion", "商场路演", 42_000, 3, 10, category="RC")),
            (2, partial(ask, "copy", 2, "display", "门店端架陈列", 6_000, 3, 14)),
            (2, partial(ask, "tiny", 3, "display", "收银台小堆头", 3_000, 3, 7)),
            (3, partial(ask, "never", 4, "advert", "车身广告", 90_000, 5, 20)),
            (3, partial(ask, "unused", 5, "promotion", "社区地推", 12_000, 4, 3)),
            (4, partial(self._decide, "rack", "fair", "copy", "tiny", "unused")),
            (4, partial(self._no, "never", "与品牌投放重复，建议改做门店活动")),
            (18, partial(claim, "rack", [("堆头制作", 6_500, ""), ("鲜花", 1_500, "")], [1, 2])),
            (20, partial(self._approve, "rack")),
            (21, partial(self._pay, "rack")),
            (22, partial(claim, "copy", [("端架租金", 6_000, "")], [1, 3], width=360)),
            (23, partial(self._reject, "copy", "与其他经销商的陈列照片为同一张")),
            (24, partial(claim, "fair", [("场地", 30_000, "24432000-0717"), ("主持与礼品", 12_000, "24432000-0718")], [5], papers=1)),
            (26, partial(self._cut, "fair", 7_000, "礼品数量与方案不符")),
            (27, partial(self._pay, "fair")),
            (27, partial(claim, "tiny", [("小堆头", 3_000, "")], [7, 8])),
            (28, partial(ask, "late", 6, "display", "旗舰店陈列升级", 26_000, 2, 12)),
            (29, partial(self._decide, "late")),
            (30, partial(self._close, "unused")),
            (31, self._grants),
            (33, partial(ask, "school", 0, "training", "导购产品培训", 9_000, 1, 2, fund=GRANTS)),
            (34, partial(self._decide, "school")),
            (40, partial(claim, "school", [("讲师与场地", 9_000, "24432000-0901")], [], papers=2)),
            (42, partial(claim, "late", [("展柜制作", 26_000, "")], [10, 11], astray=True)),
            (43, partial(ask, "drive", 1, "promotion", "双十二促销", 6_000, 12, 14, fund=COOP, goal=400_000, category="RC")),
            (44, partial(ask, "regret", 2, "promotion", "年末路演", 15_000, 20, 5)),
            (45, partial(self._withdraw, "regret")),
            (46, partial(self._approve, "tiny")),
        ]  # fmt: skip

    def morning(self) -> None:
        """What waits on the morning after: a request, an appeal, a claim that was approved, an agreement, a fall of a price."""
        self._ask("new", 3, "display", "元旦主题陈列", 10_000, 20, 14)
        if "drive" in self.made:
            self._decide("drive")
        self._guard("appeal", self._appeal)
        self._guard("school", lambda: self._approve("school"))
        self._agree()
        self._fall()

    # people and policies

    @property
    def today(self) -> date:
        """The day of the story it is."""
        return self.trader.clock.today

    def _owner(self, turn: int) -> tuple[str, Actor]:
        """A distributor that buys from the brand and has a log-in, in turn, with its owner."""
        t = self.trader
        truth = t.story.truth
        held = sorted(
            (code for code in t.owners if code in t.parties and code != truth.fader),
            key=lambda code: (truth.parts[code] is not Part.STAR, code),
        )
        code = held[turn % len(held)]
        return code, t.who(t.owners[code])

    def _policies(self) -> None:
        planner, director, since = self.trader.who("planner"), self.trader.who("director"), self.trader.story.start
        rows = [("funds.fund", key, title, title_en, document) for key, title, title_en, document in FUNDS]
        rows.append(("funds.claim_types", "claim_types", "核销类型", "Types of claims", {"types": list(TYPES)}))
        for kind, key, title, title_en, document in rows:
            version = policies.draft(
                planner, kind=kind, key=key, title=title, title_en=title_en, document=document, effective_from=since
            )
            policies.publish(director, version_id=version)

    def _budgets(self) -> None:
        finance = self.trader.who("finance")
        for year in {
            self.today.year,
            self.trader.story.end.year,
            (self.trader.story.end + timedelta(days=40)).year,
        }:
            on = self.today if year == self.today.year else date(year, 1, 1)
            if on <= self.today:
                funds.budget(finance, fund=MARKET, on=on, reason=f"{year} 年度预算")
        funds.accrue(finance, fund=COOP, on=self.today)

    def _grants(self) -> None:
        for turn, (amount, why) in enumerate(
            ((3_000_000, "超额完成反哺市场"), (1_500_000, "数字化工具升级"), (1_200_000, "人员培训"))
        ):
            code, _owner = self._owner(turn)
            funds.grant(
                self.trader.who("director"), fund=GRANTS, party_id=self.trader.ids[code], amount_minor=amount, currency="CNY",
                source="over_target" if not turn else "by hand", reason=why, on=self.today,
            )  # fmt: skip

    # what they do

    def _ask(
        self, name: str, turn: int, kind: str, title: str, yuan: int, ahead: int, days: int, *, fund: str = MARKET,
        goal: int = 0, category: str = "",
    ) -> None:  # fmt: skip
        code, owner = self._owner(turn)
        lat, lon = PLACES[turn % len(PLACES)]
        start = self.today + timedelta(days=ahead)
        self.made[name] = funds.request(
            owner, party_id=self.trader.ids[code], fund=fund, kind=kind, title=title, cost_minor=yuan * 100, start=start,
            end=start + timedelta(days=days), reason="配合旺季促销，提升门店动销", place=f"{title}门店",
            latitude=Decimal(str(lat)), longitude=Decimal(str(lon)), goal_minor=goal * 100, category=category,
        )  # fmt: skip

    def _decide(self, *names: str) -> None:
        for name in names:
            funds.approve_request(self.trader.who("director"), commitment_id=self.made[name], answer="同意")

    def _no(self, name: str, why: str) -> None:
        funds.reject_request(self.trader.who("director"), commitment_id=self.made[name], answer=why)

    def _withdraw(self, name: str) -> None:
        funds.withdraw_request(self._whose(name), commitment_id=self.made[name])

    def _close(self, name: str) -> None:
        funds.close(self.trader.who("finance"), commitment_id=self.made[name])

    def _whose(self, name: str) -> Actor:
        """The owner of the distributor whose activity it is."""
        row = queries.commitment(SYSTEM, self.made[name])
        return self.trader.who(self.trader.owners[row.party.code])

    def _claim(
        self, name: str, lines: list[tuple[str, int, str]], shots: list[int], *, papers: int = 1, width: int = 640,
        astray: bool = False,
    ) -> None:  # fmt: skip
        row, owner = queries.commitment(SYSTEM, self.made[name]), self._whose(name)
        where = (
            None if row.latitude is None or row.longitude is None else (float(row.latitude), float(row.longitude))
        )
        taken = datetime.combine(row.start - timedelta(days=9 if astray else -1), time(10, 20))
        if astray and where is not None:
            where = (where[0] + 0.21, where[1])
        proofs = [
            funds.ProofIn(self._file(owner, row.party_id, f"{name}-{n}.jpg", shot(n, taken, where, width=width), "image/jpeg"))
            for n in shots
        ]  # fmt: skip
        kinds = {"display": ["agreement"], "training": ["invoice", "list"]}.get(row.type_code, ["invoice"])
        for kind in kinds[:papers]:
            paper = f"%PDF-1.4\n% {name} {kind}\n".encode()
            proofs.append(
                funds.ProofIn(self._file(owner, row.party_id, f"{name}-{kind}.pdf", paper, "application/pdf"), kind)
            )
        costs = [
            funds.LineIn(text, yuan * 100, invoice, row.start if invoice else None, yuan * 100 if invoice else None)
            for text, yuan, invoice in lines
        ]
        self.made[f"{name}/claim"] = funds.submit(owner, commitment_id=row.pk, costs=costs, proofs=proofs)

    def _file(self, owner: Actor, party_id: int, name: str, data: bytes, kind: str) -> int:
        file = shelf.store(owner, name=name, chunks=[data], purpose="funds", content_type=kind, party_id=party_id)
        return int(file.pk)

    def _approve(self, name: str) -> None:
        funds.approve(self.trader.who("director"), claim_id=self.made[f"{name}/claim"], answer="凭证齐全")

    def _cut(self, name: str, yuan: int, why: str) -> None:
        """Of the last cost only so much is accepted."""
        row = queries.claim(SYSTEM, self.made[f"{name}/claim"])
        lines = list(row.lines.for_actor(SYSTEM).order_by("id"))
        verdicts = [funds.Verdict(line.pk, line.amount_minor) for line in lines[:-1]]
        verdicts.append(funds.Verdict(lines[-1].pk, yuan * 100, why))
        funds.approve(self.trader.who("director"), claim_id=row.pk, lines=verdicts)

    def _reject(self, name: str, why: str) -> None:
        funds.reject(self.trader.who("director"), claim_id=self.made[f"{name}/claim"], answer=why)

    def _pay(self, name: str) -> None:
        funds.pay(self.trader.who("finance"), claim_ids=[self.made[f"{name}/claim"]])

    def _guard(self, name: str, work: Callable[[], object]) -> None:
        """Do what depends on a claim that was made; a short story may have none."""
        if f"{name}/claim" in self.made or (name == "appeal" and "fair/claim" in self.made):
            work()

    def _appeal(self) -> None:
        reason = "礼品签收单已补齐，请复核被核减的 5000 元"
        funds.appeal(self._whose("fair"), claim_id=self.made["fair/claim"], reason=reason)

    def _agree(self) -> None:
        """A hotel buys from a distributor below what the goods cost him."""
        code, owner = self._owner(0)
        product = self._most_held()
        if product is None:
            return
        found = prices.price(SYSTEM, product, self.today, party_id=self.trader.ids[code])
        if found is None:
            return
        made = funds.ask_debit(
            owner, party_id=self.trader.ids[code], product_id=product, customer="湖畔酒店集团", fund=MARKET,
            acquisition=found.price / found.per, agreed=(found.price / found.per * Decimal("0.92")).quantize(Decimal("0.01")),
            units=300, start=self.today, end=self.today + timedelta(days=60), reason="酒店集采投标，竞品报价更低",
        )  # fmt: skip
        funds.decide_debit(self.trader.who("director"), agreement_id=made, verdict="approved", answer="同意")

    def _most_held(self) -> int | None:
        """The product distributors hold most of."""
        rows = stock.balances(SYSTEM).filter(holder__isnull=False, quantity__gt=0).order_by()
        best = rows.values_list("product_id").annotate(n=Sum("quantity")).order_by("-n", "product_id").first()
        return best[0] if best else None

    def _fall(self) -> None:
        """The price of what everybody has falls this morning; finance draws the protection, the director has not looked yet."""
        product = self._most_held()
        found = prices.price(SYSTEM, product, self.today) if product is not None else None
        if product is None or found is None:
            return
        row = price_post.PriceIn(
            "LANHE-CUT", "dealer", product, "CNY", (found.price * Decimal("0.95")).quantize(Decimal("0.01")),
            valid_from=self.today, pack=found.pack, per=found.per,
        )  # fmt: skip
        actions.enter_prices(LOADER, rows=[row])
        total = queries.preview(SYSTEM, on=self.today, product_ids=[product]).total
        free = sum(bar.free for bar in queries.bars(b.pk for b in queries.of_fund(SYSTEM, MARKET)).values())
        if 0 < total <= free:
            funds.protect(
                self.trader.who("finance"), fund=MARKET, title="调价补差", on=self.today, product_ids=[product]
            )
