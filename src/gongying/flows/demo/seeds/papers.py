"""What finance does by the calendar: reminders, statements of account, closing months."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from gongying.areas.billing import actions as billing
from gongying.areas.reconciliation import actions as reconciliation
from gongying.areas.reconciliation import queries as reconciled
from gongying.core.actor import SYSTEM, Actor
from gongying.core.closing import actions as closing

from .festivals import month_ends
from .network import Part
from .trading import Trader

STATED = 2  # months with statements of account
CLOSED_AFTER = 110  # days after which a month is closed: a quarter is settled once more when the next one is over
CLOSED = 3  # months that were closed at most


@dataclass(slots=True)
class Desk:
    """Puts the work of finance on the timetable."""

    trader: Trader

    def plan(self, end: date) -> None:
        """Statements of the last months, answered by those who have a log-in, and a reminder ten days before the end."""
        closed = month_ends(self.trader.story.start, end)[-STATED:]
        for month_end in closed:
            last = month_end == closed[-1]
            day = (
                max(month_end + timedelta(days=3), end - timedelta(days=5))
                if last
                else month_end + timedelta(days=3)
            )
            if day < end:
                self.trader.at(day, 8, partial(self.state, month_end, last=last))
                self.trader.at(min(end, day + timedelta(days=4)), 4, partial(self.answer, month_end, last=last))
        over = [
            day for day in month_ends(self.trader.story.start, end) if day + timedelta(days=CLOSED_AFTER) <= end
        ]
        for month_end in over[-CLOSED:]:
            self.trader.at(month_end + timedelta(days=CLOSED_AFTER), 9, partial(self.close, month_end))
        self.trader.at(end - timedelta(days=15), 9, lambda: billing.remind(self.trader.who("finance")))

    def close(self, month_end: date) -> None:
        """Close a month: its papers are handed over."""
        finance, month = self.trader.who("finance"), f"{month_end:%Y-%m}"
        billing.export_journal(finance, month=month)
        closing.close(finance, month=month, reason="月结完成，凭证已移交总账")

    def state(self, month_end: date, *, last: bool) -> None:
        """Draw and send the statements of a month: of the newest one to everybody, before that to those with a log-in."""
        t, finance = self.trader, self.trader.who("finance")
        ids = [t.ids[code] for code in sorted(t.parties) if last or code in t.owners]
        made = reconciliation.draw(finance, month=f"{month_end:%Y-%m}", party_ids=ids)
        reconciliation.send(finance, soa_ids=made.soa_ids)

    def answer(self, month_end: date, *, last: bool) -> None:
        """Of the last month some confirm, one objects to a line, one has a payment that we lack, others have only read it; the month
        before is confirmed by all of them."""
        t = self.trader
        rows = reconciled.statements(SYSTEM).filter(month=f"{month_end:%Y-%m}").order_by("number")
        codes = {pk: code for code, pk in t.ids.items()}
        held = [(codes[row.party_id], row) for row in rows if codes[row.party_id] in t.owners]
        for turn, (party, row) in enumerate(held):
            owner = t.who(t.owners[party])
            if last and turn % 5 == 4:
                continue  # not even read
            reconciliation.acknowledge(owner, soa_id=row.pk)
            if last and t.story.truth.parts[party] is Part.STAR:
                line = next((x for x in reconciled.lines(SYSTEM, row) if x.side == "ours" and x.amount_minor), None)
                if line is not None:
                    reconciliation.object_line(
                        owner, soa_line_id=line.pk, reason="我司入库少一台，发票金额应减少", their_minor=line.amount_minor * 98 // 100
                    )  # fmt: skip
            elif last and turn % 5 == 1:
                reconciliation.add_line(
                    owner, soa_id=row.pk, account="receivable", currency="CNY", day=month_end, number=f"HK{month_end:%Y%m%d}",
                    amount_minor=-3_680_000, reason="月末最后一天汇出的货款",
                )  # fmt: skip
            elif not last or turn % 5 in (0, 2):
                if not last and turn == 1:
                    self.let_stand(owner, row.pk, month_end)
                reconciliation.confirm(owner, soa_id=row.pk)

    def let_stand(self, owner: Actor, soa_id: int, month_end: date) -> None:
        """A few yuan of bank charges that only the distributor has: finance lets them stand."""
        reconciliation.add_line(
            owner, soa_id=soa_id, account="receivable", currency="CNY", day=month_end, number=f"SXF{month_end:%Y%m%d}",
            amount_minor=-2_860, reason="汇款手续费",
        )  # fmt: skip
        row = reconciled.differences(SYSTEM).filter(statement_id=soa_id).exclude(state="closed").first()
        if row is not None:
            reconciliation.waive(
                self.trader.who("finance"), difference_id=row.pk, reason="手续费由经销商承担，双方账面各自保留"
            )
