"""How often a key may call: a bucket of 120 calls that fills again by ten in a second, so 600 in a minute go on and on.

It is counted in the memory of this process: several web processes count each for themselves, and a restart begins anew. That is
enough against a program in a loop; who means harm is met by the proxy in front.
"""

import threading
import time
from math import ceil

BURST = 120
PER_SECOND = 10.0
MOST_KEYS = 10_000
_lock = threading.Lock()
_buckets: dict[int, tuple[float, float]] = {}  # by key: (calls left, when that was)


def wait(key_id: int, now: float | None = None) -> int:
    """Take one call of a key's bucket: 0 when there was one, else the whole seconds until there is one again."""
    at = time.monotonic() if now is None else now
    with _lock:
        left, since = _buckets.get(key_id, (float(BURST), at))
        left = min(float(BURST), left + max(0.0, at - since) * PER_SECOND)
        if left < 1:
            _buckets[key_id] = (left, at)
            return max(1, ceil((1 - left) / PER_SECOND))
        if key_id not in _buckets and len(_buckets) >= MOST_KEYS:
            _buckets.clear()
        _buckets[key_id] = (left - 1, at)
    return 0


def forget() -> None:
    """Begin anew (tests)."""
    with _lock:
        _buckets.clear()
