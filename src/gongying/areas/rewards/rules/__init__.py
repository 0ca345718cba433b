"""What a programme is, what the linter says of it, and how it is drawn and typed. Pure."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.kinds import Finding, Kind, register

from .answers import ANSWER_DAYS, Answers, Response
from .curve import curve
from .gates import GATES, Answer, GateKind, closed, enter, told_gates
from .lint import example_pays, lint, priced_cliffs
from .programme import LEVEL_OF, Example, Gate, Programme, Step, Turnover, plain
from .typed import NUMBERS, form_of, from_form

__all__ = [
    "ANSWERS", "ANSWER_DAYS", "GATES", "LEVEL_OF", "NUMBERS", "PROGRAMME", "RESPONSE", "Answer", "Answers", "Example", "Gate", "GateKind",
    "Programme", "Response", "Step", "Turnover", "closed", "curve", "enter", "example_pays", "form_of", "from_form", "lint", "plain",
    "priced_cliffs", "told_gates",
]  # fmt: skip

UNORDERED = Finding("error", "order", _("The low, the middle and the high answer must rise."), "low")

# A programme names its regions and distributors itself: two versions of one programme side by side could not be settled
# in one run under one hash.
PROGRAMME = register(
    Kind("rewards.programme", _("Rebate programme"), Programme, lint, scopes=("network",), four_eyes=True)
)
ANSWERS = register(Kind("rewards.answers", _("Time to answer objections"), Answers, key="rewards.answers"))
RESPONSE = register(
    Kind(
        "rewards.response",
        _("How volume answers a change of rates"),
        Response,
        lambda told: [] if told.low <= told.middle <= told.high else [UNORDERED],
        scopes=("network",),
        key="rewards.response",
    )
)
