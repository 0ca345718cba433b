"""The only writers of certificates."""

from .deciding import accept, reject, withdraw
from .entering import record, submit
from .reminding import remind

__all__ = ["accept", "record", "reject", "remind", "submit", "withdraw"]
