"""Certificates, diversion and limits by turnover: what distributors hold, one case that was dismissed and one that is open, and credit
that follows the days of inventory.
"""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from PIL import Image, ImageDraw

from gongying.areas.certificates import actions as certificates
from gongying.areas.credit import actions as credit
from gongying.areas.diversion import actions as diversion
from gongying.areas.diversion import queries as cases
from gongying.areas.diversion.actions import Found
from gongying.books.goods import read as goods
from gongying.books.lake import post as lake
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf

from . import funding, house
from .terms import Drafted
from .trading import Trader

NOTICE, AFTER = 14, 10  # days of the binding of limits
LICENCE, FITTER = "LIC", "FITTER"
HOLDERS = 6  # distributors that send their licence, one of them soon to renew it
ISSUER = "市场监督管理局"


def kinds(codes: list[str]) -> dict[str, Any]:
    """The kinds of certificates; these distributors need the licence."""
    return {
        "kinds": [
            {
                "code": LICENCE, "name": "家电安装服务资质", "name_en": "Appliance service licence", "needed": "parties", "whom": codes,
                "reminders": [60, 30, 7],
            },
            {"code": FITTER, "name": "安装维修工程师证", "name_en": "Fitter's certificate", "personal": True, "reminders": [30, 7]},
        ]
    }  # fmt: skip


BINDING: dict[str, Any] = {
    "period": "month",
    "benchmark": "45",
    "slope": "0.002",
    "low": "0.95",
    "high": "1.1",
    "most_change": "0.05",
    "unknown": "one",
    "after_days": AFTER,
    "notice_days": NOTICE,
}


def scan(number: str) -> bytes:
    """The copy of a certificate: a frame, a seal and its number."""
    shown = Image.new("RGB", (480, 340), (252, 250, 240))
    pen = ImageDraw.Draw(shown)
    pen.rectangle([14, 14, 466, 326], outline=(150, 40, 40), width=4)
    pen.ellipse([340, 210, 440, 310], outline=(190, 30, 30), width=5)
    pen.text((60, 150), number, fill=(30, 30, 30))
    out = io.BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()


@dataclass(slots=True)
class Keeping:
    """Puts it on the timetable, by the people whose work it is."""

    trader: Trader
    owners: list[str] = field(default_factory=list)  # codes of distributors with a log-in
    case: int = 0

    def plan(self, since: date) -> None:
        """Publish the policies on the day the house begins to work; send, accept, report, rule and bind on their days."""
        story, at = self.trader.story, self.trader.at
        self.owners = sorted(self.trader.owners)
        first = calendar.first_of_month(since + timedelta(days=NOTICE), 1)
        at(since, 2, partial(self._publish, since, first))
        at(since + timedelta(days=2), 9, partial(self._certify, story.end))
        at(max(since + timedelta(days=3), story.end - timedelta(days=70)), 9, self._dismissed)
        at(max(since + timedelta(days=20), story.end - timedelta(days=9)), 9, self._told)
        at(max(since + timedelta(days=21), story.end - timedelta(days=8)), 9, self._opened)
        at(max(since + timedelta(days=22), story.end - timedelta(days=3)), 9, self._answered)
        month = first
        while (day := calendar.first_of_month(month, 1) + timedelta(days=AFTER)) <= story.end:
            at(day, 9, self._bind)
            at(day + timedelta(days=NOTICE), 0, partial(credit.begin, SYSTEM))
            month = calendar.first_of_month(month, 1)

    def _who(self, code: str) -> Actor:
        return self.trader.who(self.trader.owners[code])

    def _publish(self, since: date, first: date) -> None:
        who = self.trader.who
        named = kinds(self.owners)
        house.enact(who, Drafted("certificates.kinds", "certificates.kinds", "资质证书种类", "Kinds of certificates", named, since))  # fmt: skip
        house.enact(who, Drafted("diversion.rules", "diversion.rules", "窜货案件规则", "Rules of diversion cases", {}, since))  # fmt: skip
        house.enact(who, Drafted("credit.turnover", "credit.turnover", "信用额度与周转绑定", "Limits bound to turnover", BINDING, first))  # fmt: skip

    def _certify(self, end: date) -> None:
        """Six send their licence, one of which ends soon and one has ended; the star's fitter has a certificate; one copy waits."""
        lasts = [end + timedelta(days=days) for days in (25, -12, 210, 300, 420, 540)]
        for place, (code, until) in enumerate(zip(self.owners[:HOLDERS], lasts, strict=False)):
            made = self._send(code, LICENCE, f"浙安资-{2000 + place}", until)
            certificates.accept(self.trader.who("planner"), certificate_id=made, answer="已核对原件")
        star = self.trader.story.truth.star
        if star in self.owners:
            made = self._send(star, FITTER, "GC-88213", end + timedelta(days=180), holder="周建国")
            certificates.accept(self.trader.who("planner"), certificate_id=made)
        self.trader.at(end, 9, partial(self._renew, end))

    def _renew(self, end: date) -> None:
        """Whose licence has ended sends the next one; nobody has looked at it yet."""
        if len(self.owners) > 1:
            self._send(self.owners[1], LICENCE, "浙安资-2101", end + timedelta(days=730), since=end)

    def _send(self, code: str, kind: str, serial: str, until: date, *, holder: str = "", since: date | None = None) -> int:  # fmt: skip
        owner, party = self._who(code), self.trader.ids[code]
        copy = shelf.store(
            owner, name=f"{serial}.png", chunks=[scan(serial)], purpose="certificates", content_type="image/png", party_id=party
        )  # fmt: skip
        return certificates.submit(
            owner, party_id=party, kind=kind, serial=serial, issuer=ISSUER, valid_from=since or until - timedelta(days=1095),
            valid_to=until, holder=holder, file_id=copy.pk,
        )  # fmt: skip

    def _found(self, actor: Actor, turn: int, days: int, place: str, region: str, code: str) -> Found:
        taken = self.trader.clock.now().replace(tzinfo=None)
        copy = shelf.store(
            actor, name="shop.jpg", chunks=[funding.shot(900 + turn, taken, None)], purpose="diversion", content_type="image/jpeg"
        )  # fmt: skip
        product = next(p.code for p in self.trader.story.catalogue if p.category == "RV")
        assert goods.ids_by_code([product])
        on = self.trader.clock.today - timedelta(days=days)
        return Found(place, 24 * turn, on, product, code, region, "某电器批发部", copy.pk)

    def _dismissed(self) -> None:
        """The planner reports, the distributor answers, the director dismisses: the goods had been transferred with leave."""
        code, who = self.owners[-1], self.trader.who
        planner = who("planner")
        found = self._found(planner, 1, 2, "金华农贸城 3 区", "", "L24-0718")
        made = diversion.report(
            planner, party_id=self.trader.ids[code], text="市场走访发现非本区批次", evidence=found
        )
        diversion.open_case(
            planner, case_id=made, ground="territory", summary="在金华发现贵司所提批次的扫地机 24 台。"
        )
        diversion.answer(self._who(code), case_id=made, text="该批货为经批准的跨区调拨，调拨单随附。")
        diversion.rule(
            who("director"), case_id=made, verdict="dismissed", reasons="调拨手续齐全，货物流向与调拨单一致。"
        )

    def _told(self) -> None:
        """A distributor tells of goods in his territory."""
        teller = next((code for code in self.owners if code != self._accused()), None)
        if teller is None:
            return
        owner, story = self._who(teller), self.trader.story
        found = self._found(owner, 2, 3, "广州石井电器批发市场 B12", story.truth.diverts_to[0], "L25-1102")
        diversion.tell(
            owner, party_id=self.trader.ids[teller], text="有门店拿到外区货，箱码与我司不符。", evidence=found
        )
        self.case = max(row.pk for row in cases.cases(SYSTEM))

    def _accused(self) -> str:
        truth = self.trader.story.truth
        return truth.diverter if truth.diverter in self.owners else self.owners[0]

    def _opened(self) -> None:
        if self.case:
            diversion.open_case(
                self.trader.who("planner"), case_id=self.case, party_id=self.trader.ids[self._accused()], ground="territory",
                summary="在广州石井电器批发市场发现箱码对应贵司发货批次的扫地机 48 台，请说明去向。",
            )  # fmt: skip

    def _answered(self) -> None:
        if self.case:
            text = "该批次售予本地一家批发客户，正在核查其去向，已要求对方提供出库单。"
            diversion.answer(self._who(self._accused()), case_id=self.case, text=text)

    def _bind(self) -> None:
        """Finance announces what the month that is over makes of the limits."""
        lake.refresh()
        credit.bind(self.trader.who("finance"))
