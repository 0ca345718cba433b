"""The level of a distributor, for pages that show it beside other things."""

from functools import lru_cache

from django.utils import timezone

from gongying.areas.tiers import queries as tiers
from gongying.core.words import is_chinese

from .season import Season


@lru_cache(maxsize=16)
def _held(serial: int, chinese: bool) -> dict[int, tuple[str, str]]:
    """Code and name of the level of everybody who has one; it changes with a fact only, and so with the snapshot."""
    on = timezone.localdate()
    names = tiers.names(on)
    return {party_id: (code, names.get(code, code)) for party_id, code in tiers.levels_of(on).items()}


def levels(of: Season) -> dict[int, tuple[str, str]]:
    """(code, name in the reader's language) by distributor."""
    return _held(of.moment.serial, is_chinese())
