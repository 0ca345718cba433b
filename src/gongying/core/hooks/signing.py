"""Signatures of messages, in the layout of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id.timestamp.body.

Secrets are `whsec_` and the base64 of 32 random bytes. They must be known to sign, so they are kept encrypted under the
installation's secret, not hashed.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PREFIX = "whsec_"
TOLERANCE = 300  # seconds a timestamp may differ from the receiver's clock


def new_secret() -> str:
    """Draw a secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """The signature of a message under one secret.

    Standard Webhooks gives this example:

    >>> sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...      b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(held: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed under every secret in force, the newest first."""
    marks = " ".join(sign(secret, message, timestamp, body) for secret in held)
    return {"webhook-id": message, "webhook-timestamp": str(timestamp), "webhook-signature": marks}


def verify(secret: str, given: Mapping[str, str], body: bytes, now: int) -> bool:
    """What a receiver does: the timestamp is near his clock and one of the signatures is right."""
    message, told, marks = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not told.isdecimal() or abs(now - int(told)) > TOLERANCE:
        return False
    right = sign(secret, message, int(told), body).encode()
    return any(hmac.compare_digest(right, mark.encode()) for mark in marks.split(" "))


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=b"gongying.webhooks", n=2**14, r=8, p=1, dklen=32)


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(settings.SECRET_KEY)))


def seal(secret: str) -> str:
    """A secret as it is kept."""
    return _cipher().encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """A kept secret; "" when it was sealed under another secret of the installation."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""
