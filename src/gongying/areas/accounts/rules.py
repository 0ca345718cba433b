"""Thresholds of identity, and what a role may be given. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, field_validator

from gongying.core.doors import PORTAL, ROLES

WINDOW = timedelta(minutes=15)
PER_LOGIN = 5  # failures of one login from one address
PER_ADDRESS = 50  # failures of everybody behind one address
CODES = 10
FACTOR = "accounts.second_factor"  # the kind of policy that demands one, and its only key
RESERVED = ("system", "nobody")  # names the house signs with itself
LOGIN = re.compile(r"[\w.@+-]{2,120}")
HOUSE_WORDS = ("gongying", "共赢")
SHORTEST = 8  # characters of a password, as the settings have it too
NARROW = ("regional", *PORTAL)  # roles that never see the whole network
OF_ADMINISTRATORS = ("accounts.grant", "accounts.set_role")  # with these one could give oneself everything


class SecondFactorPolicy(BaseModel):
    """A policy: who of these `roles` has no second factor sets one up before anything else. No role: nobody."""

    model_config = ConfigDict(extra="forbid")
    roles: list[str]

    @field_validator("roles")
    @classmethod
    def _known(cls, roles: list[str]) -> list[str]:
        unknown = sorted(set(roles) - set(ROLES))
        if unknown:
            raise ValueError(f"unknown roles: {', '.join(unknown)}")
        return [role for role in ROLES if role in roles]


def wait_until(failures: Sequence[tuple[str, datetime]], login: str, now: datetime) -> datetime | None:
    """Until when an address may not try this login, from its failures (login, time); None when it may.

    >>> start = datetime(2026, 1, 1)
    >>> wait_until([("li", start)] * 5, "li", start)
    datetime.datetime(2026, 1, 1, 0, 15)
    """
    recent = sorted((at, who) for who, at in failures if now - at < WINDOW)
    mine = [at for at, who in recent if who == login]
    everybody = [at for at, _who in recent]
    for times, most in ((mine, PER_LOGIN), (everybody, PER_ADDRESS)):
        if len(times) >= most:
            return times[-most] + WINDOW
    return None


def spelled(code: str) -> str:
    """A code as it is compared: full-width digits of an input method are digits, gaps and dashes are nothing.

    >>> spelled("１２３ 456")
    '123456'
    """
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code)).lower()


def guessable(password: str, about: Iterable[str]) -> bool:
    """Whether a password is little more than what everybody knows: the house and the person (`about`). What is left
    without their names must be as long as a password.

    >>> [guessable(each, ["li.wei@brand.cn"]) for each in ("LiWei-2026!", "gongying888", "grain-river-lamp-42")]
    [True, True, False]
    """
    whole = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", password).lower())
    known = {part for text in (*HOUSE_WORDS, *about) for part in re.split(r"[\W\d_]+", text.lower())}
    left = whole
    for part in sorted(known, key=len, reverse=True):
        if len(part) > 2 or (part and not part.isascii()):  # two letters are in half of all words
            left = left.replace(part, "")
    return left != whole and len(left) < SHORTEST


def misfit(role: str, scope_kind: str) -> bool:
    """Whether a role cannot be held with a kind of scope: a distributor's people see one company, a regional manager
    his regions, everybody else the network.

    >>> misfit("regional", "all"), misfit("owner", "party")
    (True, False)
    """
    wanted = "party" if role in PORTAL else "region" if role == "regional" else "all"
    return scope_kind != wanted


def no_grant(role: str, permission: str, made_for: Collection[str]) -> str:
    """Why a role may not be given a permission: a code, or "". `made_for` are the roles its verbs were written for.

    >>> no_grant("owner", "rewards.settle", ("admin", "finance")), no_grant("planner", "rewards.rule", ("director",))
    ('narrow', '')
    >>> no_grant("regional", "rewards.confirm", ("owner",)), no_grant("director", "accounts.grant", ("admin",))
    ('distributors', 'administrators')
    """
    if role not in ROLES or not made_for:
        return "unknown"
    if permission in OF_ADMINISTRATORS and role != "admin":
        return "administrators"
    if role not in PORTAL and set(made_for) <= set(PORTAL):
        return "distributors"
    alike = PORTAL if role in PORTAL else NARROW if role in NARROW else ROLES
    return "" if set(alike) & set(made_for) else "narrow"


def no_withdrawal(role: str, permission: str) -> str:
    """Why a permission may not be taken from a role: a code, or "".

    >>> no_withdrawal("clerk", "accounts.self"), no_withdrawal("admin", "accounts.grant")
    ('self', 'locked')
    """
    if permission == "accounts.self":
        return "self"
    return "locked" if role == "admin" and permission.startswith("accounts.") else ""
