"""Open a round, nominate, judge, close, publish, cancel: the only writers of awards."""

import hashlib
import json
import re
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import jury
from gongying.engines.money import minor_of

from . import facts, queries
from .models import Conflict, Juror, Mark, Nomination, Result, Round

LONGEST, MOST_FILES = 4000, 8


@action(needs="awards.open", roles=("admin", "director"))
def open_round(
    actor: Actor,
    *,
    category: str,
    year: int,
    title: str,
    nominate_until: date,
    judge_until: date,
    jurors: list[int],
    title_en: str = "",
    on: date | None = None,
) -> int:
    """Open a round of a category for nominations, with its jury (users by number, none of them the opener). Returns its number."""
    today = on or timezone.localdate()
    rules = queries.categories(today).get(category)
    if rules is None:
        raise Refused(_("There is no such category in force."), code="category", field="category")
    if not title.strip():
        raise Refused(_("Give the round a title."), code="title", field="title")
    if not today <= nominate_until < judge_until:
        raise Refused(
            _("Nominations end today or later, and judging after them."), code="days", field="nominate_until"
        )
    people = queries.judges(jurors)
    if len(people) < len(set(jurors)) or any(each.pk == actor.user_id for each in people):
        raise Refused(
            _("A juror is a person of head office, and never the one who opens the round."),
            code="jurors",
            field="jurors",
        )
    if len(people) < rules.document.min_jurors:
        said = {"count": rules.document.min_jurors}
        raise Refused(_("At least %(count)s jurors are wanted.") % said, code="jurors", field="jurors")
    row = Round.objects.create(
        number=next_number("PX", on=today),
        category=category,
        version_id=rules.version_id,
        policy_hash=rules.hash,
        year=year,
        title=title.strip()[:160],
        title_en=title_en.strip()[:160],
        nominate_from=today,
        nominate_until=nominate_until,
        judge_until=judge_until,
        opened_by=actor.name,
    )
    Juror.objects.bulk_create(
        [Juror(round=row, user_id=each.pk, name=each.login, shown=each.name) for each in people]
    )
    book.record(actor, facts.RoundOpened(row.pk, row.number, category, year, nominate_until.isoformat()))
    return row.pk


@action(needs="awards.nominate", roles=("admin", "director", "planner", "regional", "owner"))
def nominate(
    actor: Actor,
    *,
    round_id: int,
    party_id: int,
    summary: str,
    file_ids: list[int] | None = None,
    on: date | None = None,
) -> int:
    """Nominate a distributor in scope for a round that is open, and say what it did (without its name: the jury judges blind).
    Returns the number of the nomination."""
    party = parties.party(actor, party_id)
    row = _locked(round_id, "open")
    today = on or timezone.localdate()
    if today > row.nominate_until:
        raise Refused(_("Nominations ended on %(day)s.") % {"day": row.nominate_until.isoformat()}, code="late")
    if not summary.strip():
        raise Refused(_("Say what was done."), code="summary", field="summary")
    for name in (party.name, party.name_en, party.code):
        if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name), summary):
            raise Refused(
                _("The jury judges blind: the text must not name the distributor."),
                code="named",
                field="summary",
                remedy=_("Write “the distributor” instead."),
            )
    if Nomination.objects.unscoped("one nomination each").filter(round=row, party=party).exists():
        raise Refused(_("This distributor is nominated already."), code="twice", field="party_id")
    files = [shelf.find(actor, each).pk for each in (file_ids or [])[:MOST_FILES]]
    made = Nomination.objects.create(
        round=row, party=party, summary=summary.strip()[:LONGEST], files=json.dumps(files), by=actor.name
    )
    return int(made.pk)


@action(needs="awards.open", roles=("admin", "director"))
def begin_judging(actor: Actor, *, round_id: int, on: date | None = None) -> int:
    """End the nominations of a round: each gets an alias in an order that says nothing, and the jury may judge. Returns how many."""
    row = _locked(round_id, "open")
    if (on or timezone.localdate()) <= row.nominate_until:
        raise Refused(
            _("Nominations are open until %(day)s.") % {"day": row.nominate_until.isoformat()}, code="early"
        )
    rows = list(Nomination.objects.unscoped("giving aliases").filter(round=row))
    if not rows:
        raise Refused(_("Nobody is nominated."), code="empty", remedy=_("Cancel the round."))
    rows.sort(key=lambda each: hashlib.sha256(f"{row.number}/{each.pk}".encode()).hexdigest())
    for place, each in enumerate(rows, 1):
        each.alias = f"N{place:02d}"
    Nomination.objects.unscoped("giving aliases").bulk_update(rows, ["alias"])
    row.state = "judging"
    row.save(update_fields=["state"])
    return len(rows)


@action(needs="awards.judge", roles=("admin", "director", "planner", "regional", "finance"))
def declare_conflict(actor: Actor, *, nomination_id: int, note: str) -> None:
    """Keep out of a nomination, and say why: the juror's marks for it, if any, count no more."""
    found, juror = queries.judged_one(actor, nomination_id)
    _locked(found.round_id, "judging")
    if not note.strip():
        raise Refused(_("Say why."), code="note", field="note")
    Conflict.objects.unscoped("what a jury says").update_or_create(
        nomination=found, juror=juror, defaults={"note": note.strip()[:500]}
    )
    Mark.objects.unscoped("what a jury says").filter(nomination=found, juror=juror).delete()


@action(needs="awards.judge", roles=("admin", "director", "planner", "regional", "finance"))
def mark(actor: Actor, *, nomination_id: int, given: dict[str, int], note: str = "") -> None:
    """Mark a nomination by every criterion, from 1 to the top of the scale; until the round is closed it may be changed."""
    found, juror = queries.judged_one(actor, nomination_id)
    row = _locked(found.round_id, "judging")
    document = queries.category_of(row)
    if same(actor, found.by):
        raise Refused(_("Whoever nominated does not judge it."), code="own")
    if Conflict.objects.unscoped("what a jury says").filter(nomination=found, juror=juror).exists():
        raise Refused(_("You keep out of this nomination."), code="conflict")
    for each in document.criteria:
        if not 1 <= given.get(each.code, 0) <= document.scale:
            said = {"name": each.name, "top": document.scale}
            raise Refused(_("%(name)s: a mark from 1 to %(top)s.") % said, code="mark", field=each.code)
    kept = json.dumps({each.code: given[each.code] for each in document.criteria})
    Mark.objects.unscoped("what a jury says").update_or_create(
        nomination=found, juror=juror, defaults={"given": kept, "note": note.strip()[:LONGEST]}
    )


@action(needs="awards.open", roles=("admin", "director"))
def close(actor: Actor, *, round_id: int, on: date | None = None) -> int:
    """Put the marks together: when everybody has judged or the time is over, and every nomination has marks enough. Another
    person publishes. Returns the number of winners."""
    row = _locked(round_id, "judging")
    document = queries.category_of(row)
    if queries.outstanding(row) and (on or timezone.localdate()) <= row.judge_until:
        raise Refused(_("The jury judges until %(day)s.") % {"day": row.judge_until.isoformat()}, code="early")
    if queries.juror_of(actor, row) is not None:
        raise Refused(_("A juror does not close the round."), code="juror")
    marks, weights = queries.marks_of(row), document.weights()
    rows = list(Nomination.objects.unscoped("closing the round").filter(round=row).order_by("alias"))
    for each in rows:
        if len(marks.get(each.pk, {})) < document.min_jurors:
            said = {"alias": each.alias, "count": document.min_jurors}
            raise Refused(_("%(alias)s has fewer than %(count)s marks.") % said, code="marks")
    judged = {each.alias: jury.judge(marks[each.pk], weights, trim=document.trim) for each in rows}
    ranked = {each.key: each for each in jury.rank(judged, weights, document.tie)}
    prize = minor_of(document.prize, document.currency)
    made = []
    for each in rows:
        place, won = ranked[each.alias], ranked[each.alias].rank <= document.winners
        parts = _parts(judged[each.alias], marks[each.pk], place)
        made.append(
            Result(nomination=each, round=row, score=place.score, rank=place.rank, won=won, prize_minor=prize if won else 0, parts=parts)
        )  # fmt: skip
    Result.objects.unscoped("closing the round").bulk_create(made)
    said_all = [(r.nomination_id, str(r.score), r.rank, r.won, r.prize_minor, r.parts) for r in made]
    row.digest = hashlib.sha256(json.dumps(said_all).encode()).hexdigest()
    row.state, row.closed_by, row.closed_at = "decided", actor.name, timezone.now()
    row.save(update_fields=["digest", "state", "closed_by", "closed_at"])
    book.record(actor, facts.RoundClosed(row.pk, row.number, row.policy_hash, len(made), row.digest))
    return sum(each.won for each in made)


def _parts(judged: jury.Judged, marks: dict[str, dict[str, int]], place: jury.Ranked) -> str:
    return json.dumps(
        {
            "scores": {name: str(score) for name, score in judged.scores},
            "marks": marks,
            "left_out": list(judged.left_out),
            "mean": str(judged.mean),
            "criteria": {name: str(value) for name, value in judged.criteria},
            "tied": place.tied,
        }
    )


@action(needs="awards.publish", roles=("admin", "director", "finance"))
def publish(actor: Actor, *, round_id: int, on: date | None = None) -> int:
    """Make the winners of a closed round public and post their prizes to their rebate accounts. Whoever closed it cannot.
    Returns the prizes together, in minor units."""
    row = _locked(round_id, "decided")
    if same(actor, row.closed_by):
        raise Refused(_("Somebody else must publish what you closed."), code="four_eyes")
    today, document = on or timezone.localdate(), queries.category_of(row)
    won = list(
        Result.objects.unscoped("publishing the round").filter(round=row, won=True).select_related("nomination")
    )
    paid = [each for each in won if each.prize_minor]
    if paid:
        house = ledger.open_accounts(actor, kind="rebate_expense", currency=document.currency, holders=[None])[None]
        whom = [each.nomination.party_id for each in paid]
        theirs = ledger.open_accounts(actor, kind="rebate", currency=document.currency, holders=whom)
        wanted = [
            ledger.Wanted(
                f"awards/{row.number}/{each.nomination.party_id}",
                house,
                theirs[each.nomination.party_id],
                each.prize_minor,
            )
            for each in paid
        ]
        ledger.pay(actor, wanted, document=row.number, on=today)
    row.state, row.published_by, row.published_on = "published", actor.name, today
    row.save(update_fields=["state", "published_by", "published_on"])
    total: int = sum(each.prize_minor for each in won)
    winners = [each.nomination.party_id for each in won]
    book.record(actor, facts.PrizesAwarded(row.pk, row.number, winners, total, document.currency))
    return total


@action(needs="awards.open", roles=("admin", "director"))
def cancel(actor: Actor, *, round_id: int, reason: str) -> None:
    """End a round without a result, and say why."""
    turns.take(f"awards.round/{round_id}")
    row = one(Round.objects.select_for_update(), pk=round_id)
    if row.state in ("published", "cancelled"):
        raise Refused(_("This round is over."), code="state")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row.state, row.reason = "cancelled", reason.strip()[:LONGEST]
    row.save(update_fields=["state", "reason"])
    book.record(actor, facts.RoundCancelled(row.pk, row.number))


def _locked(round_id: int, state: str) -> Round:
    """A round in a state, for changing it. Raises Missing and Refused."""
    turns.take(f"awards.round/{round_id}")
    row = one(Round.objects.select_for_update(), pk=round_id)
    if row.state != state:
        raise Refused(_("This step is over or not yet due for this round."), code="state")
    return row
