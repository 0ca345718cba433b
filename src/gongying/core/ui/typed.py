"""What people type into forms and send with them, read the same way on every page."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.files import pictures, shelf
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from .pages import Request

LARGEST = 10 * 1024 * 1024
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
PAPERS = {".pdf": "application/pdf"}


def day(text: str, field: str) -> date:
    """A typed day. Raises Refused for what is none.

    >>> day("2026-01-31", "on")
    datetime.date(2026, 1, 31)
    """
    found = calendar.typed(text)
    if found is None:
        raise Refused(_("Write the date as 2026-01-31."), field=field)
    return found


def maybe_day(text: str, field: str) -> date | None:
    """The same; None where nothing was typed."""
    return day(text, field) if text.strip() else None


def money(text: str, currency: str, field: str, *, empty: int | None = None) -> int:
    """A typed amount in major units as minor units; `empty` is what nothing stands for. Raises Refused, also for parts of a
    minor unit.

    >>> money("1,250.5", "CNY", "cost"), money("", "CNY", "cost", empty=0)
    (125050, 0)
    """
    clean = text.replace(",", "").replace("，", "").replace("¥", "").strip()
    if not clean and empty is not None:
        return empty
    try:
        scaled = Decimal(clean).scaleb(exponent(currency))
        fine = scaled.is_finite() and scaled % 1 == 0 and abs(scaled) <= 10**15
    except InvalidOperation:
        fine = False
    if not fine:
        raise Refused(_("Write the amount as a number, such as 125000."), field=field)
    return int(scaled)


def copy_sent(
    request: Request, actor: Actor, *, purpose: str, party_id: int | None, papers: bool = True
) -> int | None:
    """Keep the picture (or, with `papers`, the PDF) that came with a form as `file`; None when none came. Without a `party_id` it
    belongs to who sent it alone. Raises Refused for what is too large or cannot be read."""
    sent = request.FILES.get("file")
    if sent is None:
        return None
    wanted = _("Bring a picture (JPG, PNG, WebP) or a PDF.") if papers else _("Bring a picture (JPG, PNG, WebP).")
    suffix = PurePath(sent.name or "").suffix.lower()
    kind = (PICTURES | (PAPERS if papers else {})).get(suffix)
    if kind is None:
        raise Refused(wanted, code="type", field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(_("The file is larger than 10 MiB."), code="too_large", field="file")
    data = sent.read()
    if suffix in PICTURES:
        pictures.look(data)
    elif not data.startswith(b"%PDF-"):
        raise Refused(_("This is no PDF."), code="type", field="file", remedy=wanted)
    file = shelf.store(
        actor, name=sent.name or "file", chunks=[data], purpose=purpose, content_type=kind, party_id=party_id
    )
    return int(file.pk)


def tried(request: Request, work: Callable[[], Any], done: str = "Saved.") -> Refused | None:
    """Do what a form asks for and say so; gives the refusal that is shown beside the form."""
    try:
        work()
    except Refused as no:
        return no
    messages.success(request, say(done))
    return None
