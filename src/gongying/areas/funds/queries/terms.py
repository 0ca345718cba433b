"""Which fund, which types and which protection hold for whom on a day."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing, Refused
from gongying.core.words import pick

from ..rules import FUND, PROTECTION, TYPES, ClaimType, ClaimTypes, Fund, Protection


@dataclass(frozen=True)
class Held:
    """A fund as it holds on a day: its key, title, document and version."""

    key: str
    title: str
    title_en: str
    fund: Fund
    version_id: int
    version: int

    @property
    def name(self) -> str:
        """Its title in the reader's language."""
        return pick(self.title, self.title_en)

    def period(self, on: date) -> str:
        """The code of the budget period of a day."""
        return calendar.NATURAL[self.fund.period](on).code


def fund(key: str, on: date) -> Held:
    """The fund of a key on a day. Refused when none is published."""
    rows = policies.candidates(FUND.code, key, on)
    if not rows:
        raise Refused(_("There is no fund %(key)s on this day.") % {"key": key}, code="fund", field="fund")
    row = rows[0]
    return Held(row.key, row.title, row.title_en, cast(Fund, policies.parsed(row)), row.pk, row.version)


def version(version_id: int) -> Held:
    """The fund as a version says it: a commitment keeps the one it was asked under."""
    row = policies.published(version_id)
    return Held(row.key, row.title, row.title_en, cast(Fund, policies.parsed(row)), row.pk, row.version)


def funds(on: date) -> list[Held]:
    """Every fund that holds on a day, by key."""
    keys = sorted({row.key for row in policies.held(FUND.code, on)})
    return [fund(key, on) for key in keys]


def fund_names() -> dict[str, str]:
    """The title of every fund there is or was, by key."""
    return policies.titles(FUND.code)[1]


def fund_choices() -> list[tuple[str, str]]:
    """(key, title) of every fund."""
    return sorted(fund_names().items())


def open_to(held: Held, party_id: int, on: date) -> bool:
    """Whether a distributor may use a fund on a day."""
    here = parties.placed(party_id, on)
    return held.fund.is_for(here.code, here.level, here.regions)


def funds_for(party_id: int, on: date) -> list[Held]:
    """The funds a distributor may use on a day."""
    return [each for each in funds(on) if open_to(each, party_id, on)]


def types(on: date) -> tuple[ClaimTypes, int]:
    """The types of claims on a day and their version (0: nobody published any, the house's own hold)."""
    rows = policies.candidates(TYPES.code, TYPES.key, on)
    if not rows:
        return ClaimTypes(), 0
    return cast(ClaimTypes, policies.parsed(rows[0])), rows[0].pk


def types_of(version_id: int) -> ClaimTypes:
    """The types as a version says them (0: the house's own)."""
    if not version_id:
        return ClaimTypes()
    return cast(ClaimTypes, policies.parsed(policies.published(version_id)))


def type_of(code: str, on: date) -> ClaimType:
    """A type on a day. Raises Missing."""
    found = types(on)[0].type_of(code)
    if found is None:
        raise Missing(f"no type {code}")
    return found


def type_names(on: date) -> dict[str, str]:
    """The types by code in the reader's language."""
    return {each.code: pick(each.name, each.name_en) for each in types(on)[0].types}


def protection(on: date, party_id: int | None = None) -> tuple[Protection, int]:
    """How prices are protected on a day, and the version (0: the house's own)."""
    rows = policies.candidates(PROTECTION.code, PROTECTION.key, on, party_id)
    if not rows:
        return Protection(), 0
    return cast(Protection, policies.parsed(rows[0])), rows[0].pk
