"""What the linter says of a tier programme."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.kinds import Finding
from gongying.engines.levels import falling, leaps

from .document import FACTS, TierProgramme

LEAP = Decimal(4)  # more than four times the level below: hardly anybody will climb that in one period


def lint(programme: TierProgramme, known: Collection[str]) -> list[Finding]:
    """Errors: an unknown figure, a level that asks less than the one below. Warning: a level that brings nothing.
    Note: a level so far above the one below that hardly anybody will reach it."""
    needs = {need.metric for step in programme.levels for need in step.needs}
    found = [
        Finding("error", "unknown_figure", _("There is no figure %(code)s.") % {"code": code}, code)
        for code in programme.metrics()
        if code not in known and (code in needs or code not in FACTS)
    ]
    for level, metric in falling(programme.ladder()):
        text = _("%(level)s asks less of %(metric)s than the level below it.") % {"level": level, "metric": metric}
        found.append(Finding("error", "falling", text, level))
    for level, metric, factor in leaps(programme.ladder(), LEAP):
        text = _("%(level)s asks %(factor)s times the %(metric)s of the level below it.") % {
            "level": level,
            "metric": metric,
            "factor": round(factor, 1),
        }
        found.append(Finding("note", "leap", text, level))
    for step in programme.levels:
        if not step.benefits:
            found.append(
                Finding("warning", "no_benefit", _("%(level)s brings nothing.") % {"level": step.name}, step.code)
            )
    return found
