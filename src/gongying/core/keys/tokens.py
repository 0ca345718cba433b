"""The text a program sends: `gy_<prefix>_<32 random bytes>`. Only its hash is kept: such a secret cannot be guessed, so a
quick hash is as good as a slow one. The prefix finds the row, and names the key to people who must not see the rest."""

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

SHAPE = re.compile(r"gy_([a-z2-7]{10})_([\w-]{43})", re.ASCII)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class Token(NamedTuple):
    """A new secret: the whole text (shown once), its prefix and its hash (kept)."""

    text: str
    prefix: str
    digest: str


def new() -> Token:
    """Draw a secret."""
    prefix = "".join(secrets.choice(LETTERS) for _ in range(10))
    text = f"gy_{prefix}_{secrets.token_urlsafe(32)}"
    return Token(text, prefix, digest_of(text))


def digest_of(text: str) -> str:
    """The SHA-256 of a token, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def prefix_of(text: str) -> str:
    """The part that finds a key's row; "" for what is no token.

    >>> prefix_of("gy_abcdefghij_" + "x" * 43), prefix_of("gy_abc_x")
    ('abcdefghij', '')
    """
    found = SHAPE.fullmatch(text)
    return found[1] if found else ""


def same(text: str, digest: str) -> bool:
    """Whether a token is the one that was hashed, in a time that tells nothing."""
    return hmac.compare_digest(digest_of(text), digest)
