"""The tables of tiers and the words of decisions."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.ui import links
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick
from gongying.engines.levels import Placement
from gongying.engines.money import exponent

from .. import queries
from ..models import Standing
from ..rules import TierProgramme

REASONS = (
    ("first", _("first level")),
    ("up", _("moved up")),
    ("kept", _("kept")),
    ("open", _("at risk")),
    ("grace", _("kept for now")),
    ("new", _("kept as new")),
    ("down", _("moved down")),
    ("soft", _("lowered already")),
    ("none", _("no level")),
)
REASON_NAMES = dict(REASONS)
WHY = {
    "first": _("Every requirement of the level is met; there was no level before."),
    "up": _("Every requirement of a higher level is met: it holds at once."),
    "kept": _("Every requirement of the level held is met."),
    "open": _("The figures do not reach the level held yet, but the period still runs: the level stays."),
    "grace": _("The figures of the period fall short of the level held: it is kept for the months of grace."),
    "new": _("The figures fall short of the level held: who is new keeps it for the months of protection."),
    "soft": _(
        "The figures fall short of this level too, but a review of the period lowered it already: one level at a time."
    ),
    "down": _("The figures fall short of the level held, and the months of grace are over."),
    "none": _("The requirements of the lowest level are not met."),
}
KINDS_OF = {"money": "money", "ratio": "percent", "days": "days"}


def _figure(code: str, currency: str) -> Column:
    """A figure a level rests on."""
    label, unit = queries.figure_named(code)

    def value(row: Standing) -> Any:
        found = queries.figures(row).get(code)
        if found is None or unit != "money":
            return found
        return found.scaleb(exponent(currency)), currency

    def sort(row: Standing) -> Any:
        return queries.figures(row).get(code)

    return Column(code, label, value, KINDS_OF.get(unit, "num"), sort, phone=False)


def _area(row: Standing) -> tuple[str, str]:
    """Code and name of the sales region of a distributor."""
    found = parties.area(row.party)
    return (found.code, pick(found.name, found.name_en)) if found else ("", "")


def _explained(row: Standing) -> str:
    return reverse("tiers:explain", args=(row.review_id, row.party_id))


def _distance(ahead: dict[str, Placement]) -> Column:
    """How far the next level is reached by the running period; nothing at the top."""

    def reached(row: Standing) -> Any:
        found = ahead.get(row.party.code)
        return found.progress if found else Decimal(0)

    return Column("distance", _("Next level so far"), reached, "bar", reached)


def standings_table(
    name: str,
    document: TierProgramme,
    names: dict[str, str],
    rows: list[Standing],
    ahead: dict[str, Placement] | None = None,
) -> Table:
    """Standings of a programme; with the running period ahead of them where they hold, without it as a review decides them."""
    areas = sorted({_area(row) for row in rows} - {("", "")})
    order = {step.code: place for place, step in enumerate(document.levels)}

    def called(code: str) -> str:
        return names.get(code, code) or say("no level")

    levels = [(step.code, called(step.code)) for step in reversed(document.levels)] + [("none", _("no level"))]
    return Table(
        name,
        [
            Column("code", _("Code"), lambda s: s.party.code, sort=lambda s: s.party.code, phone=False),
            Column("name", _("Distributor"), lambda s: pick(s.party.name, s.party.name_en), sort=lambda s: s.party.code, href=_explained if ahead is None else lambda s: links.to("standing", s.party_id)),
            Column("region", _("Region"), lambda s: _area(s)[1], sort=lambda s: _area(s)[1], phone=False),
            Column("level", _("Level"), lambda s: called(s.level), sort=lambda s: order.get(s.level, -1)),
            Column("reason", _("Decision"), lambda s: REASON_NAMES[s.reason], sort=lambda s: s.reason, phone=ahead is None),
            Column("previous", _("Level before"), lambda s: called(s.previous), phone=False),
            *[_figure(code, document.currency) for code in document.metrics()],
            *([] if ahead is None else [_distance(ahead)]),
            Column("as_of", _("As of"), lambda s: s.review.as_of, "date", lambda s: s.review.as_of, phone=False),
        ],
        sort="-level",
        search=lambda rows, q: [s for s in rows if q.lower() in f"{s.party.code} {s.party.name} {s.party.name_en} {s.party.initials}".lower()],
        filters=[
            Filter("level", _("Level"), levels, lambda rows, value: [s for s in rows if (s.level or "none") == value]),
            Filter("region", _("Region"), areas, lambda rows, value: [s for s in rows if _area(s)[0] == value]),
            Filter("reason", _("Decision"), REASONS, lambda rows, value: [s for s in rows if s.reason == value]),
        ],
        views=[(_("Moved up"), "reason=up"), (_("Moved down"), "reason=down"), (_("At risk"), "reason=open"), (_("Kept for now"), "reason=grace")],
        key=lambda s: s.party_id,
        empty=_("No level was granted yet. Start a review below."),
    )  # fmt: skip


def reviews_table(titles: dict[int, str]) -> Table:
    """All reviews."""
    return Table(
        "tier_reviews",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("review", r.pk)),
            Column("programme", _("Tier programme"), lambda r: titles.get(r.version_id, r.programme), sort="programme", phone=False),
            Column("period", _("Period"), lambda r: r.period, sort="period"),
            Column("as_of", _("As of"), lambda r: r.as_of, "date", "as_of"),
            Column("count", _("Distributors"), lambda r: r.count, "num", "count", phone=False),
            Column("by", _("Submitted by"), lambda r: r.created_by, sort="created_by", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        empty=_("No review yet."),
    )  # fmt: skip
