"""Lots that are called back: blocked at once wherever they lie, every distributor that received some is told and answers."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Recall, RecallLot, RecallNotice
from ..rules import SEVERITIES, faults_of_answer
from .slips import DECIDERS

ANSWERERS = ("admin", "director", "regional", "planner", "owner", "clerk")  # head office on somebody's behalf
MOST_LOTS = 100


@action(needs="warehouse.recall", roles=DECIDERS)
def open_recall(
    actor: Actor,
    *,
    product: str,
    lots: list[str],
    title: str,
    severity: str,
    title_en: str = "",
    instruction: str = "",
) -> int:
    """Call lots of a product back: they are blocked at once, promises of them are taken back, and every distributor that
    received some is told. Returns the recall's id. Raises Refused for a product or lot that nobody knows."""
    found = goods.products().filter(code=product).first()
    if found is None:
        raise Refused(_("There is no product %(code)s.") % {"code": product}, field="product")
    if severity not in dict(SEVERITIES):
        raise Refused(_("There is no such severity."), field="severity")
    if not title.strip():
        raise Refused(_("Say what is wrong with the goods."), field="title")
    codes = _lots(found, lots)
    day = timezone.localdate()
    recall = Recall.objects.create(
        number=next_number("ZH", on=day),
        product=found,
        title=title.strip()[:160],
        title_en=title_en.strip()[:160],
        severity=severity,
        instruction=instruction.strip()[:4000],
        business_date=day,
        opened_by=actor.name,
    )
    RecallLot.objects.bulk_create(RecallLot(recall=recall, lot=code) for code in codes)
    stock.block(actor, product_id=found.pk, lots=codes, reason="recall", document=recall.number, on=day)
    told = _tell(recall)
    book.record(
        actor,
        facts.RecallOpened(recall.pk, recall.number, found.pk, codes, severity, [row.party_id for row in told]),
    )
    return int(recall.pk)


@action(needs="warehouse.recall", roles=DECIDERS)
def trace_again(actor: Actor, *, recall_id: int) -> int:
    """Look again who received goods of an open recall (some may have arrived since) and tell those who were not told.
    Returns how many."""
    return len(_tell(_open(recall_id)))


@action(needs="warehouse.answer", roles=ANSWERERS)
def acknowledge(actor: Actor, *, notice_id: int) -> None:
    """Say that a notice was read."""
    notice = _notice(actor, notice_id)
    if notice.state == "sent":
        notice.state, notice.acknowledged_by, notice.acknowledged_at = "acknowledged", actor.name, timezone.now()
        notice.save(update_fields=["state", "acknowledged_by", "acknowledged_at"])


@action(needs="warehouse.answer", roles=ANSWERERS)
def answer(
    actor: Actor,
    *,
    notice_id: int,
    kept_apart: int = 0,
    returned: int = 0,
    destroyed: int = 0,
    sold_on: int = 0,
    note: str = "",
) -> int:
    """Say what became of the goods, in base units; a later answer replaces it while the recall is open. Returns how much of
    what was received is not accounted for. Raises Refused when it adds up to more."""
    notice = _notice(actor, notice_id)
    fault = faults_of_answer(notice.received, (kept_apart, returned, destroyed, sold_on))
    if fault == "negative":
        raise Refused(_("A quantity is not below zero."), field="returned")
    if fault:
        raise Refused(
            _("That is more than the %(received)s you received.") % {"received": notice.received}, field="sold_on"
        )
    if notice.state == "sent":
        notice.acknowledged_by, notice.acknowledged_at = actor.name, timezone.now()
    notice.kept_apart, notice.returned, notice.destroyed, notice.sold_on = kept_apart, returned, destroyed, sold_on
    notice.note, notice.state = note.strip()[:400], "answered"
    notice.answered_by, notice.answered_at = actor.name, timezone.now()
    notice.save()
    told = (notice.recall_id, notice.party_id, kept_apart, returned, destroyed, sold_on)
    book.record(actor, facts.RecallAnswered(*told))
    return notice.received - notice.accounted


@action(needs="warehouse.recall", roles=DECIDERS)
def close_recall(actor: Actor, *, recall_id: int, note: str, free: bool = False) -> None:
    """End a recall; with `free` its lots may be promised again. Raises Refused while somebody has not answered, unless the
    note says why it is closed all the same."""
    recall = _open(recall_id)
    silent = RecallNotice.objects.unscoped("all who were told").filter(recall=recall).exclude(state="answered")
    if silent.exists() and not note.strip():
        raise Refused(
            _("%(count)s distributors have not answered.") % {"count": silent.count()},
            code="unanswered",
            field="note",
            remedy=_("Remind them, or say why it is closed all the same."),
        )
    recall.state, recall.closed_by, recall.closed_at = "closed", actor.name, timezone.now()
    recall.closing_note, recall.freed = note.strip()[:400], free
    recall.save()
    if free:
        lots = list(recall.lots.values_list("lot", flat=True))
        stock.unblock(
            actor, product_id=recall.product_id, lots=lots, document=recall.number, on=timezone.localdate()
        )
    book.record(actor, facts.RecallClosed(recall.pk, recall.number, free))


def _lots(product: goods.Product, lots: list[str]) -> list[str]:
    """The lots, each once and known."""
    codes = sorted({lot.strip() for lot in lots if lot.strip()})
    if not codes or len(codes) > MOST_LOTS:
        raise Refused(_("Name the lots, at most %(most)s.") % {"most": MOST_LOTS}, field="lots")
    known = goods.known_lots((product.pk, code) for code in codes) | queries.seen_lots(product.pk, codes)
    missing = [code for code in codes if (product.pk, code) not in known]
    if missing:
        raise Refused(_("There is no lot %(code)s of this product.") % {"code": missing[0]}, field="lots")
    return codes


def _tell(recall: Recall) -> list[RecallNotice]:
    """Notices to the distributors that received some and were not told yet."""
    known = set(
        RecallNotice.objects.unscoped("all who were told").filter(recall=recall).values_list("party_id", flat=True)
    )
    fresh = [
        RecallNotice(recall=recall, party_id=party, received=received, held=held)
        for party, (received, held) in queries.distributors_of(recall).items()
        if party not in known
    ]
    RecallNotice.objects.bulk_create(fresh)
    for row in RecallNotice.objects.unscoped("all who were told").filter(recall=recall).exclude(party__in=known):
        bell.tell(
            party_id=row.party_id,
            title=f"召回 {recall.number}：{recall.title}",
            title_en=f"Recall {recall.number}: {recall.title_en or recall.title}",
            body="请立即停止销售相关批次，并回复处理情况。",
            body_en="Stop selling these lots at once and say what became of them.",
            link=f"/warehouse/notices/{row.pk}/",
            level="danger",
        )
    return fresh


def _open(recall_id: int) -> Recall:
    recall = one(Recall.objects.select_for_update(), pk=recall_id)
    if recall.state != "open":
        raise Refused(_("This recall is closed."), code="closed")
    return recall


def _notice(actor: Actor, notice_id: int) -> RecallNotice:
    rows = RecallNotice.objects.for_actor(actor).select_related("recall").select_for_update(of=("self",))
    notice: RecallNotice = one(rows, pk=notice_id)
    if notice.recall.state != "open":
        raise Refused(_("This recall is closed."), code="closed")
    return notice
