"""The only readers of certificates, in the actor's scope."""

from . import guards as guards
from .holding import CertificateView, LackView, held, held_on, lacking, last_day_of, mine
from .reading import (
    SOON,
    Missed,
    certificate,
    certificates,
    counts,
    expiring,
    file_of,
    kinds_on,
    missing,
    named,
    names,
    needs_of,
    of_state,
    state_of,
    to_remind,
)

__all__ = [
    "SOON", "CertificateView", "LackView", "Missed", "certificate", "certificates", "counts", "expiring", "file_of", "held", "held_on", "kinds_on", "lacking", "last_day_of", "mine", "missing", "named", "names", "needs_of", "of_state", "state_of", "to_remind",
]  # fmt: skip
