"""The day after the story ends: open work in every queue of order to cash, as a visitor finds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongying.areas.billing import actions as billing
from gongying.areas.billing import queries as billed
from gongying.areas.connections import actions as connections
from gongying.areas.credit import actions as credit
from gongying.areas.credit import queries as standings
from gongying.areas.orders import actions as orders
from gongying.areas.orders.actions import DraftLine
from gongying.areas.pricing import actions as pricing
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.areas.warehouse import actions as warehouse
from gongying.areas.warehouse import queries as warehouses
from gongying.books.money import read as money
from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM, Actor

from .. import actions
from . import ground, settled, terms
from .brand import Product
from .festivals import next_working
from .house import LOADER, enact
from .network import Part
from .trading import Trader


@dataclass(slots=True)
class Today:
    """What everybody does in the morning after the last day of the story."""

    trader: Trader
    goods: Sequence[int]
    today: date

    def everything(self) -> None:
        """Fill every queue."""
        star = self.owner(self.direct[0])
        hook = settled.listen(star)
        self.offers()
        self.warehouse()
        self.orders()
        settled.hear(self.trader)
        self.scarce()
        self.given()
        self.goods_back()
        self.money()
        self.others()
        settled.decide(self.trader, self.today, self.direct)
        settled.fall_silent(self.trader, star, hook)

    # who and what

    @property
    def direct(self) -> list[str]:
        """Distributors that buy from the brand and have a log-in, the star first."""
        t = self.trader
        held = [code for code in t.owners if code in t.parties]
        return sorted(held, key=lambda code: (t.story.truth.parts[code] is not Part.STAR, code))

    def owner(self, party: str) -> Actor:
        """The owner of a distributor."""
        return self.trader.who(self.trader.owners[party])

    def alive(self, *categories: str) -> list[tuple[Product, int]]:
        """Products that are sold today with their ids, the best sellers first."""
        found = [
            (product, pk)
            for product, pk in zip(self.trader.story.catalogue, self.goods, strict=True)
            if product.retire is None and (product.launch is None or product.launch <= self.trader.story.end)
        ]
        found = [each for each in found if not categories or each[0].category in categories]
        return sorted(found, key=lambda each: -each[0].popularity)

    def place(self, party: str, *wanted: tuple[Product, int], note: str = "") -> Any:
        """An order of so many cases of some products, by the distributor himself where he has a log-in."""
        t = self.trader
        lines = [DraftLine(p.code, cases, "CS") if p.case > 1 else DraftLine(p.code, cases) for p, cases in wanted]
        return t.do(
            "place", t.buyer(party), party_id=t.ids[party], lines=lines, ship_to_id=t.sites[f"{party}-1"], note=note,
            requested_on=next_working(self.today + timedelta(days=2)), reference=f"PO{self.today:%y%m%d}-{party[1:]}",
        )  # fmt: skip

    # the queues

    def offers(self) -> None:
        """Promotions and discounts that begin today; special prices: one that holds, one that waits."""
        t = self.trader
        actions.enter_prices(LOADER, rows=list(terms.case_rows(self.alive("EK", "RC"), t.story, self.today)))
        for each in terms.current(t.story, self.today):
            enact(t.who, each)
        enact(t.who, terms.next_spring(self.today), publish=False)
        until = self.today + timedelta(days=45)
        for turn, (product, pk) in enumerate(self.alive("BL", "VC")[:3]):
            party = self.direct[turn % len(self.direct)]
            dealer = Decimal(product.at(t.story.end)[1]) / 100
            made = pricing.request_special(
                self.owner(party), party_id=t.ids[party], product_id=pk, price=(dealer * Decimal("0.93")).quantize(Decimal("0.1")),
                packs=400, valid_from=self.today, valid_to=until, reason="年底商超堆头活动，竞品已降价",
                competitor="云朵电器", competitor_price=dealer * Decimal("0.9"),
            )  # fmt: skip
            if not turn:
                pricing.approve_special(t.who("director"), special_id=made, answer="同意，限活动期")

    def warehouse(self) -> None:
        """Regional warehouses, lots that are over, a count under way, an adjustment that waits, a recall."""
        t, planner = self.trader, self.trader.who("planner")
        for receipt in ground.regional(t.story, self.today):
            t.receive(receipt)
        warehouse.block_expired(planner)
        site = t.sites[ground.SOUTH]
        lots = [
            (p.code, b.lot, b.quantity)
            for p, pk in self.alive("EK", "AF")
            for b in stock.lots(SYSTEM, None, site, pk)
        ]
        if lots:
            warehouse.adjust(
                planner, site_id=site, reason="damage", note="卸货时托盘倾倒",
                lines=[warehouse.MoveLine(code, -min(held, 60), lot) for code, lot, held in lots[:3]],
            )  # fmt: skip
        count = warehouse.start_count(planner, site_id=t.sites[ground.WEST], category="AP")
        tally = warehouses.tally_of(SYSTEM, count)
        lines = list(tally.lines.for_actor(SYSTEM).select_related("product"))
        half = [
            warehouse.TallyEntry(x.product.code, x.lot, max(0, x.expected - n % 2))
            for n, x in enumerate(lines[: len(lines) // 2])
        ]
        if half:
            warehouse.enter_count(planner, count_id=count, entries=half)
        self.recall()

    def recall(self) -> None:
        """A lot of a robot vacuum is called back: some have answered, two have read it, the others have not."""
        t = self.trader
        held: dict[tuple[str, str], set[int]] = {}
        rows = stock.balances(SYSTEM).filter(holder__isnull=False, product__category__code="RV").exclude(lot="")
        for row in rows:
            held.setdefault((row.product.code, row.lot), set()).add(row.holder_id or 0)
        if not held:
            return
        product, lot = max(held, key=lambda key: (len(held[key]), key))
        made = warehouse.open_recall(
            t.who("director"), product=product, lots=[lot], title="充电座电源适配器过热", title_en="Charger overheats",
            severity="safety", instruction="立即下架并单独存放，等待换货；已售出的请联系用户停用充电座。",
        )  # fmt: skip
        codes = {pk: code for code, pk in t.ids.items()}
        asked = [(codes[each.party_id], each) for each in warehouses.notices(SYSTEM, made)]
        for turn, (party, notice) in enumerate((code, each) for code, each in asked if code in t.owners):
            if turn < 6:
                apart = notice.received // 3
                warehouse.answer(
                    self.owner(party), notice_id=notice.pk, kept_apart=apart, sold_on=notice.received - apart, note="已逐一联系用户"
                )  # fmt: skip
            elif turn < 8:
                warehouse.acknowledge(self.owner(party), notice_id=notice.pk)

    def orders(self) -> None:
        """Drafts, orders that wait for a person or for credit, orders ready to ship, and some that left today."""
        t, star = self.trader, self.direct[0]
        kettles, cookers, fryers = self.alive("EK"), self.alive("RC"), self.alive("AF")
        orders.draft(
            self.owner(star), party_id=t.ids[star], note="等月底促销价再下单",
            lines=[DraftLine(kettles[0][0].code, 6, "CS"), DraftLine(cookers[1][0].code, 10, "CS")],
        )  # fmt: skip
        orders.draft(
            self.owner(self.direct[1]),
            party_id=t.ids[self.direct[1]],
            lines=[DraftLine(fryers[0][0].code, 20, "CS")],
        )
        special = self.alive("BL", "VC")[0][0]
        self.place(star, (special, 30), (kettles[1][0], 4), note="活动堆头用")
        self.place(self.direct[2 % len(self.direct)], (kettles[2][0], 3), (cookers[3][0], 6))
        roomy = sorted(self._standings(), key=lambda each: -each.available_minor)
        codes = {pk: code for code, pk in t.ids.items()}
        for each in roomy[:1]:
            self.place(codes[each.party_id], *self._worth(terms.LOOKED_AT * 112, "RC", "VC"), note="春节备货")
        fader = t.story.truth.fader
        if fader in t.parties:
            self.place(fader, (cookers[0][0], 20), (kettles[0][0], 5))
        for each in roomy[-1:]:
            self.place(codes[each.party_id], *self._worth(max(0, each.available_minor) + 15_000_000, "RC", "AF"))
        for turn, party in enumerate([star, *self.direct[1:9], star]):
            made = self.place(party, (cookers[2 + turn][0], 3), (fryers[1 + turn][0], 4), (kettles[3 + turn][0], 2))
            if turn % 3 != 2 and made.state == "allocated":
                self.sent(made.id, turn)

    def given(self) -> None:
        """Goods that cost nothing: samples that were delivered, display goods that wait for a second person, a replacement on its way."""
        t, planner, day = self.trader, self.trader.who("planner"), self.today - timedelta(days=9)
        asked = (
            ("sample", "RV", 2, "新品上市体验机"),
            ("display", "EK", 6, "旺季门头陈列"),
            ("replacement", "AF", 3, "到货磕碰补发"),
        )
        for turn, (purpose, category, packs, reason) in enumerate(asked):
            product, _pk = self.alive(category)[turn]
            party = self.direct[turn % len(self.direct)]
            made = t.do(
                "give", planner, party_id=t.ids[party], purpose=purpose, reason=reason, on=day,
                lines=[DraftLine(product.code, packs)],
            )  # fmt: skip
            state = made.state
            if state == "submitted" and purpose != "display":
                state = t.do("approve", t.who("director"), order_id=made.id, on=day)
            if state == "allocated" and purpose == "sample":
                sent = t.do(
                    "ship",
                    planner,
                    order_id=made.id,
                    carrier="顺丰",
                    tracking=f"SF{1330000000000 + made.id}",
                    on=day,
                )
                signed = day + timedelta(days=2)
                t.do("deliver", planner, shipment_id=sent.id, signed_by=t.story.companies[party].contact, on=signed)
            elif state == "allocated":
                self.sent(made.id, turn)

    def _standings(self) -> list[Any]:
        """How everybody stands, without the fader."""
        fader = self.trader.ids.get(self.trader.story.truth.fader)
        mine = {self.trader.ids[code] for code in self.trader.parties}
        found = standings.standings(SYSTEM, on=self.today)
        return [
            each for each in found if each.currency == "CNY" and each.party_id in mine and each.party_id != fader
        ]

    def _worth(self, fen: int, *categories: str) -> list[tuple[Product, int]]:
        """Cases of the best sellers that come to about an amount before tax."""
        picked = self.alive(*categories)[:6]
        part = fen // len(picked)
        return [(p, max(1, -(-part // (p.at(self.trader.story.end)[1] * p.case)))) for p, _pk in picked]

    def sent(self, order_id: int, turn: int) -> None:
        """An order leaves, and its carrier tells something of it."""
        t = self.trader
        made = t.do("ship", t.who("planner"), order_id=order_id, carrier="顺丰", tracking=f"SF{1330000000000 + order_id}",
                    eta=self.today + timedelta(days=2))  # fmt: skip
        at = timezone.make_aware(datetime.combine(self.today, time(9)))
        told = [("picked_up", "杭州", ""), ("in_transit", "杭州转运中心", "")]
        told += (
            [("exception", "合肥转运中心", "外包装受潮，待确认")]
            if turn == 3
            else [("arrived", "派送网点", "")]
            if turn == 0
            else []
        )
        for step, (kind, place, note) in enumerate(told[: 1 + turn % 4] if turn else told):
            supply.carrier_event(
                t.who("planner"), shipment_id=made.id, event_id=f"SF-{order_id}-{step + 1}", kind=kind,
                at=at + timedelta(minutes=20 * step), place=place, note=note,
            )  # fmt: skip

    def scarce(self) -> None:
        """Everybody wants the robots there are too few of: one is shared out already, of the other the planner has drawn how."""
        t = self.trader
        free = stock.available(
            SYSTEM, site_id=t.sites[ground.MAIN], product_ids=[pk for _p, pk in self.alive("RV")]
        )
        scarcest = sorted(self.alive("RV")[:10], key=lambda each: (free[each[1]][0] - free[each[1]][1], each[1]))
        for place, (product, pk) in enumerate(scarcest[:2]):
            made = self.share(product, pk, free[pk][0] - free[pk][1])
            if made and place:
                t.do("apply", t.who("director"), allocation_id=made)

    def share(self, product: Product, pk: int, there: int) -> int:
        """More of a product is ordered than there is, and a run is drawn that shares two thirds of it out. Returns the run, or 0."""
        t, star = self.trader, self.direct[0]
        wishes = []
        for turn, party in enumerate([*sorted(t.parties - {t.story.truth.fader, star})[:5], star]):
            cases = max(2, (there // 3 + 2 + turn) // product.case)
            made = self.place(party, (product, cases))
            if made.state in ("approved", "allocated") and made.owing:
                wishes.append(supply.WishIn(f"{made.number}/1", t.ids[party], pk, made.owing, made.number))
        if not wishes:
            return 0
        return supply.draft_allocation(
                t.who("planner"), site_id=t.sites[ground.MAIN], wishes=wishes, title=f"{product.name} 到货分配",
                reason="首批到货不足，按等级分配",
                supplies=[supply.SupplyIn(pk, sum(w.quantity for w in wishes) * 2 // 3, product.case)],
            )  # fmt: skip

    def goods_back(self) -> None:
        """Returns: one that waits for an answer, one that is on its way to be inspected, one that was allowed in part."""
        t = self.trader
        for turn, party in enumerate(self.direct[:4]):
            rows = list(supplied.shipments(SYSTEM).filter(party_id=t.ids[party], state="delivered")[:6])
            line = next((x for row in rows[2:] for x in supplied.lines(SYSTEM, row) if x.quantity > 4), None)
            if line is None:
                continue
            made = supply.request_return(
                self.owner(party), party_id=t.ids[party], note="客户开箱验机不良",
                lines=[supply.ReturnLineIn(line.product_id, 2 + turn, ("defect", "damaged")[turn % 2], line.lot, line.pk)],
            )  # fmt: skip
            if turn in (1, 3):
                supply.decide_return(t.who("director"), return_id=made, answer="同意退回检验")
            if turn == 1:
                supply.send_return(self.owner(party), return_id=made, carrier="德邦", tracking="DPK8801")

    def money(self) -> None:
        """Reminders, money that nobody has matched, limits that wait, a document that finance would give up."""
        t, finance = self.trader, self.trader.who("finance")
        waiting = [each.party.pk for each in billed.to_remind(SYSTEM, self.today)]
        billing.remind(finance, party_ids=waiting[: max(3, len(waiting) - 2)])  # the last two are for the visitor
        for turn, party in enumerate(self.direct[1:3]):
            billing.record_payment(
                finance, party_id=t.ids[party], currency="CNY", amount_minor=8_886_600 + turn * 1_240_000, on=self.today,
                method="bank", reference=f"{self.today:%Y%m%d}99{turn}", text="货款",
            )  # fmt: skip
        rows = ["交易日期,贷方金额,对方户名,摘要,交易流水号"]
        for turn, party in enumerate(self.direct[:3]):
            name = t.story.companies[party].name
            rows.append(f"{self.today},{123_456 + turn * 7_001}.00,{name},货款,{self.today:%Y%m%d}88{turn:04d}")
        rows.append(f"{self.today},18800.00,个人汇款,往来款,{self.today:%Y%m%d}889999")
        billing.read_bank(finance, name=f"招商银行 {self.today}.csv", text="\n".join(rows))
        party = self.direct[-1]
        credit.set_limit(
            finance, party_id=t.ids[party], currency="CNY", amount_minor=900_000_000, valid_from=self.today,
            reason="春节备货，上年回款准时", terms_days=45,
        )  # fmt: skip
        credit.grant_temporary(
            t.who("regional") if t.story.seats and party[1:3] in ("31", "32", "33", "34", "36") else finance,
            party_id=t.ids[party], currency="CNY", amount_minor=50_000_000, valid_from=self.today,
            valid_to=self.today + timedelta(days=30), reason="大促备货临时额度",
        )  # fmt: skip
        late = [each for each in money.open_items(SYSTEM, on=self.today) if each.days > 0 and each.open_minor > 0]
        east = t.who("regional").parties or frozenset()
        late.sort(key=lambda each: each.holder_id not in east)
        if late:
            billing.ask_writeoff(
                finance,
                item_id=late[0].id,
                amount_minor=min(1_286, late[0].open_minor),
                reason="尾差，金额小于催收成本",
            )

    def others(self) -> None:
        """Goods offered from one distributor to another, an agreement over a year, and what other systems are told."""
        t, star = self.trader, self.direct[0]
        held = (
            stock.balances(SYSTEM)
            .filter(holder_id=t.ids[self.direct[1]], quantity__gte=12, lot="")
            .order_by("-quantity")
        )
        row = held.first()
        if row is not None:
            made = supply.offer_transfer(
                self.owner(self.direct[1]), giver_id=t.ids[self.direct[1]], reason="本地滞销，愿平价调出",
                lines=[supply.TransferLineIn(row.product_id, 12, Decimal(180))],
            )  # fmt: skip
            supply.name_taker(t.who("planner"), transfer_id=made, taker_id=t.ids[star])
        product, pk = self.alive("RC")[0]
        dealer = Decimal(product.at(t.story.end)[1]) / 100
        made = supply.draft_agreement(
            t.who("planner"), party_id=t.ids[star], product_id=pk, quantity=2_400, start=f"{self.today:%Y-%m}", months=12,
            unit_value=dealer, tolerance=Decimal("0.05"), penalty=Decimal("0.02"), note="年度供货保障协议",
        )  # fmt: skip
        supply.start_agreement(t.who("director"), agreement_id=made)
        connections.make_key(
            t.who("admin"),
            name="ERP interface",
            scopes=["orders.view"],
            expires_on=self.today + timedelta(days=365),
        )
