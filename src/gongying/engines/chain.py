"""A hash chain over canonical JSON: change one byte of the past and every later link breaks.

Source: the linked time-stamping of Haber and Stornetta (1991); SHA-256, with a version in the preimage.

>>> first = link(GENESIS, {"a": 1})
>>> link(first, {"a": 2}) == link(GENESIS, {"a": 2})
False
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64
VERSION = "1"


def canonical(value: Any) -> bytes:
    """One and only one spelling of a JSON value: sorted keys, no spaces, UTF-8. Floats are refused.

    >>> canonical({"b": 1, "a": "共"}).decode()
    '{"a":"共","b":1}'
    """
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def link(previous: str, body: Mapping[str, Any]) -> str:
    """The hash of an entry chained to the one before it, in hexadecimal."""
    preimage = f"{VERSION}|{previous}|".encode() + canonical(dict(body))
    return hashlib.sha256(preimage).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no exact spelling: use an integer or a decimal string")
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)
