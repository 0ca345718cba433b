"""The rules that hold for a distributor on a day."""

from datetime import date

from gongying.core.policies import read as policies
from gongying.core.words import pick

from ..rules import RULES, DiversionRules


def rules_for(party_id: int | None, on: date) -> tuple[DiversionRules, int | None]:
    """The rules for a distributor (None: the network) with the id of their version; without a published version those of the
    schema."""
    rows = policies.candidates(RULES.code, RULES.key, on, party_id)
    if not rows:
        return DiversionRules(), None
    document = policies.parsed(rows[0])
    assert isinstance(document, DiversionRules)
    return document, rows[0].pk


def ground_names(party_id: int | None, on: date) -> dict[str, str]:
    """The grounds in the reader's language, by code."""
    return {each.code: pick(each.name, each.name_en) for each in rules_for(party_id, on)[0].grounds}
