"""A hash chain over canonical JSON: change one byte of the past and every later link breaks.

    link_n = SHA-256("gongying-chain" NUL version NUL link_(n-1) NUL nonce_n NUL canonical(body_n))

The preimage carries a version, so that a later form can never be mistaken for this one. The nonce, random
and made by the caller, keeps a small, guessable body from being found by trying; it may also stand in the
body, or be left out where nothing can be guessed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from .fault import Fault

GENESIS: Final = "0" * 64
VERSION: Final = 1
_HEX: Final = frozenset("0123456789abcdef")


class Entry(NamedTuple):
    """One sealed entry: what was decided, the link that was stored for it, and its nonce (hex) if any."""

    body: Mapping[str, object]
    link: str
    nonce: str = ""


def canonical(value: object) -> bytes:
    """The one UTF-8 text of a JSON value: keys sorted by code point, no blanks, nothing escaped needlessly.

    Refused with `Fault`: floats (languages print them differently: write a decimal as text), keys that are
    not text (1 and "1" would become one key), lone surrogates, and anything JSON has no word for.

    >>> canonical({"b": 1, "a": "返利", "c": [True, None]}).decode()
    '{"a":"返利","b":1,"c":[true,null]}'
    """
    _refuse_unclear(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Fault("chain.surrogate", "text with half a character has no UTF-8 form") from error


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, in hex: the name of a document's exact content.

    >>> digest({"rate": "0.03"})[:16]
    '00e7dbc7be9fb8c1'
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def preimage(previous: str, body: Mapping[str, object], nonce: str = "") -> bytes:
    """The exact bytes that are hashed for a link, so that another program can check them.

    >>> preimage(GENESIS, {"n": 1}, "c0ffee")[-16:]
    b'0\\x00c0ffee\\x00{"n":1}'
    """
    if len(previous) != 64 or not _HEX.issuperset(previous):
        raise Fault("chain.link", "a link is 64 lower-case hex characters", link=previous)
    if not _HEX.issuperset(nonce):
        raise Fault("chain.nonce", "a nonce is lower-case hex", nonce=nonce)
    fields = (b"gongying-chain", str(VERSION).encode(), previous.encode(), nonce.encode(), canonical(body))
    return b"\x00".join(fields)


def link(previous: str, body: Mapping[str, object], nonce: str = "") -> str:
    """The link of `body` after `previous` (64 hex characters; the first follows `GENESIS`).

    >>> one = link(GENESIS, {"told": "settled", "minor": 940})
    >>> one == link(GENESIS, {"minor": 940, "told": "settled"}) != link(one, {"minor": 940, "told": "settled"})
    True
    """
    return hashlib.sha256(preimage(previous, body, nonce)).hexdigest()


def first_broken(entries: Iterable[Entry], previous: str = GENESIS) -> int | None:
    """The place (0 = first) of the first entry whose stored link does not follow, or None when all hold.

    Reads a stream once, one entry in memory at a time. A chain alone cannot show that its end was cut off:
    compare its last link with one kept elsewhere.

    >>> first = link(GENESIS, {"n": 1})
    >>> chain = [Entry({"n": 1}, first), Entry({"n": 2}, link(first, {"n": 2}))]
    >>> first_broken(chain), first_broken([Entry({"n": 9}, first), chain[1]])
    (None, 0)
    """
    for place, entry in enumerate(entries):
        try:
            expected = link(previous, entry.body, entry.nonce)
        except Fault:
            return place
        if entry.link != expected:
            return place
        previous = expected
    return None


def _refuse_unclear(value: object) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise Fault("chain.key", f"{key!r} is not a text key", key=repr(key))
            _refuse_unclear(inner)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for inner in value:
            _refuse_unclear(inner)
    elif isinstance(value, float):
        raise Fault("chain.float", f"{value!r}: write a decimal as text", value=repr(value))
    else:
        raise Fault("chain.type", f"{type(value).__name__} has no canonical form", type=type(value).__name__)
