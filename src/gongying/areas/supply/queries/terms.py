"""The terms of supply that hold for somebody on a day."""

from datetime import date

from gongying.core.policies import read as policies
from gongying.core.refusal import Missing

from ..rules import KIND, Supply


def terms(party_id: int | None, on: date) -> Supply:
    """How returns and scarce goods are handled for a distributor (or the network) on a day: the policy, or what it says unsaid."""
    try:
        found = policies.value(KIND, KIND, on, party_id).document
    except Missing:
        return Supply()
    return found if isinstance(found, Supply) else Supply()
