"""Log-in, second factor, sessions. A log-in attempt has no actor yet: the view names the login in a nobody's stead."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.journal import book
from gongying.core.people.models import User
from gongying.core.refusal import Missing, Refused

from .. import facts
from ..models import Failure, OpenSession, RecoveryCode, SecondFactor
from ..rules import CODES, WINDOW, guessable, spelled

STEP = 30  # seconds of one code


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    """The key of stored secrets, from the installation's secret."""
    return hashlib.scrypt(secret.encode(), salt=b"gongying.second-factor", n=2**14, r=8, p=1, dklen=32)


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(settings.SECRET_KEY)))


def clock_of(factor: SecondFactor) -> pyotp.TOTP:
    """The generator of a factor's codes."""
    return pyotp.TOTP(_cipher().decrypt(factor.secret.encode()).decode())


@action(needs="accounts.log_in", roles=(), exposed=False)
def note_failure(actor: Actor, *, login: str, address: str) -> None:
    """Remember a failed attempt; forget those that count no more."""
    Failure.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    Failure.objects.create(login=login.strip().lower()[:120], address=address[:45])


@action(needs="accounts.log_in", roles=(), secret=("session_key",), exposed=False)
def open_session(actor: Actor, *, user_id: int, session_key: str, address: str, agent: str) -> None:
    """Keep a log-in where its owner can see and end it, and clear his failures from this address."""
    user = User.objects.get(pk=user_id)
    Failure.objects.filter(login=user.login, address=address[:45]).delete()
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    OpenSession.objects.filter(user=user).exclude(session_key__in=alive).delete()
    OpenSession.objects.create(user=user, session_key=session_key, address=address[:45], agent=agent[:200])
    book.record(actor, facts.SessionOpened(user_id))


@action(needs="accounts.log_in", roles=(), secret=("code",), exposed=False)
def use_factor(actor: Actor, *, user_id: int, code: str) -> bool:
    """Whether a code of the second factor (or a recovery code) is right; either is spent by it."""
    code = spelled(code)
    factor = SecondFactor.objects.select_for_update().filter(user_id=user_id, confirmed_at__isnull=False).first()
    if factor is None:
        return False
    step = _step_of(factor, code)
    if step is not None and step > factor.last_step:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True
    spare = RecoveryCode.objects.filter(user_id=user_id, digest=_digest(user_id, code), used_at__isnull=True)
    return bool(spare.update(used_at=timezone.now()))


def _step_of(factor: SecondFactor, code: str) -> int | None:
    """The step a code belongs to: this one or a neighbour, for clocks that differ. A factor that was sealed under another
    secret of the installation has no codes any more."""
    try:
        clock = clock_of(factor)
    except InvalidToken:
        return None
    now, given = int(timezone.now().timestamp()) // STEP, code.encode()
    steps = (now, now - 1, now + 1)
    return next((s for s in steps if hmac.compare_digest(clock.generate_otp(s).encode(), given)), None)


def _digest(user_id: int, code: str) -> str:
    """A recovery code as it is kept: without the installation's secret nobody can try codes against it."""
    return hmac.new(_key(settings.SECRET_KEY), f"{user_id}/{code}".encode(), hashlib.sha256).hexdigest()


@action(needs="accounts.self", roles=EVERYONE, exposed=False)
def start_factor(actor: Actor) -> str:
    """Begin a second factor anew. Returns the address an authenticator reads; it holds once a code confirms it."""
    user = _self(actor)
    secret = pyotp.random_base32()
    sealed = _cipher().encrypt(secret.encode()).decode()
    if SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise Refused(_("You have a second factor already."), remedy=_("Switch it off first."))
    SecondFactor.objects.update_or_create(user=user, defaults={"secret": sealed, "last_step": 0})
    return pyotp.TOTP(secret).provisioning_uri(name=user.login, issuer_name="Gongying")


@action(needs="accounts.self", roles=EVERYONE, secret=("code",), exposed=False)
def confirm_factor(actor: Actor, *, code: str) -> list[str]:
    """Switch the second factor on with its first code. Returns the recovery codes, which are shown once."""
    factor = (
        SecondFactor.objects.select_for_update()
        .filter(user_id=actor.user_id or 0, confirmed_at__isnull=True)
        .first()
    )
    step = _step_of(factor, spelled(code)) if factor else None
    if factor is None or step is None:
        raise Refused(
            _("The code is not right."),
            field="code",
            remedy=_("Check the clock of your telephone and try the next code."),
        )
    factor.confirmed_at, factor.last_step = timezone.now(), step
    factor.save()
    codes, own = [secrets.token_hex(6) for _each in range(CODES)], factor.user_id
    RecoveryCode.objects.filter(user_id=own).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=own, digest=_digest(own, code)) for code in codes)
    book.record(actor, facts.FactorChanged(actor.user_id or 0, True))
    return codes


@action(needs="accounts.self", roles=EVERYONE, secret=("password",), exposed=False)
def drop_factor(actor: Actor, *, password: str) -> None:
    """Switch the second factor off; the password is asked for again."""
    user = _self(actor)
    if not user.check_password(password):
        raise Refused(_("The password is not right."), field="password")
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    book.record(actor, facts.FactorChanged(user.pk, False))


@action(needs="accounts.self", roles=EVERYONE, exposed=False)
def revoke_session(actor: Actor, *, session_id: int) -> None:
    """End one of your log-ins; its next request is nobody's."""
    row = OpenSession.objects.filter(pk=session_id, user_id=actor.user_id or 0).first()
    if row is None:
        raise Missing("no such session")
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()


@action(needs="accounts.self", roles=EVERYONE, secret=("session_key",), exposed=False)
def close_session(actor: Actor, *, session_key: str) -> None:
    """Log out: this log-in of yours ends."""
    OpenSession.objects.filter(user_id=actor.user_id or 0, session_key=session_key).delete()
    Session.objects.filter(session_key=session_key).delete()


@action(needs="accounts.self", roles=EVERYONE, secret=("old", "new"), exposed=False)
def change_password(actor: Actor, *, old: str, new: str) -> None:
    """Change your own password; every log-in of yours ends."""
    user = _self(actor)
    if not user.check_password(old):
        raise Refused(_("The password is not right."), field="old")
    check_password_rules(new, "new", (user.login, user.name, user.name_en))
    user.set_password(new)
    user.save(update_fields=["password"])
    end_sessions(user.pk)


@action(needs="accounts.self", roles=EVERYONE, exposed=False)
def set_profile(actor: Actor, *, name: str, name_en: str = "", language: str = "zh-hans") -> None:
    """Change your own name and language."""
    if not name.strip() or language not in dict(settings.LANGUAGES):
        raise Refused(_("Give your name and one of the languages."), field="name")
    User.objects.filter(pk=actor.user_id or 0).update(
        name=name.strip()[:80], name_en=name_en.strip()[:80], language=language
    )


def check_password_rules(password: str, field: str, about: Iterable[str]) -> None:
    """Raises Refused when a password is short, common, or little more than the names of the house and the person."""
    if guessable(password, about):
        raise Refused(
            _("The password is little more than a name that everybody knows."),
            field=field,
            remedy=_("Use a few words that have nothing to do with you or the house."),
        )
    try:
        validate_password(password)
    except ValidationError as fault:
        raise Refused(" ".join(fault.messages), field=field) from fault


def end_sessions(user_id: int) -> None:
    """End every log-in of a user."""
    rows = OpenSession.objects.filter(user_id=user_id)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()


def _self(actor: Actor) -> User:
    user = User.objects.select_for_update().filter(pk=actor.user_id or 0).first()
    if user is None:
        raise Missing("no such user")
    return user
