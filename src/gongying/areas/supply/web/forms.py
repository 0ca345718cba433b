"""What people type and send in the forms of supply."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.core import calendar
from gongying.core.files import kinds, shelf
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request

PURPOSE = "supply"
LARGEST_PHOTO = 20 * 1024 * 1024


def whole(text: str, field: str = "") -> int:
    """A whole number as typed, with or without thousands separators. Raises Refused."""
    clean = text.replace(",", "").replace("，", "").strip()
    if not clean.removeprefix("-").isdecimal() or len(clean) > 15:
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": text[:40]}, field=field)
    return int(clean)


def decimal(text: str, field: str = "") -> Decimal:
    """A number with decimals as typed. Raises Refused."""
    try:
        found = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise Refused(_("“%(text)s” is not a number.") % {"text": text[:40]}, field=field)
    return found


def day(text: str, field: str = "on") -> date:
    """A day as typed. Raises Refused."""
    found = calendar.typed(text)
    if found is None:
        raise Refused(_("Choose a day."), field=field)
    return found


def counts(form: Mapping[str, str], prefix: str) -> dict[str, int]:
    """The whole numbers of fields called `prefix` and a line's number, by that number; empty ones are left out."""
    found = {}
    for name, value in form.items():
        if name.startswith(f"{prefix}.") and value.strip():
            found[name.removeprefix(f"{prefix}.")[:20]] = whole(value, name)
    return found


def texts(form: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The texts of fields called `prefix` and a line's number, by that number."""
    return {k.removeprefix(f"{prefix}.")[:20]: v for k, v in form.items() if k.startswith(f"{prefix}.") and v}


def key_of(form: QueryDict, name: str) -> int | None:
    """A number of a thing chosen in a list; None when none was."""
    value = form.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


def rows(form: Mapping[str, str], names: tuple[str, ...], count: int) -> list[dict[str, str]]:
    """The rows of a form whose fields are called `name.1`, `name.2` …, as they were typed, with their number as `n`."""
    return [
        {"n": str(n)} | {name: form.get(f"{name}.{n}", "").strip() for name in names} for n in range(1, count + 1)
    ]


def products(codes: list[str]) -> list[int]:
    """The products of codes as typed or chosen. Refuses naming the one that is none."""
    clean = [code.split(" ")[0] for code in codes]
    known = goods.ids_by_code(clean)
    for code, wanted in zip(codes, clean, strict=True):
        if wanted not in known:
            raise Refused(
                _("There is no product %(code)s.") % {"code": code[:40] or "–"},
                code="product",
                field="product",
                remedy=_("Choose one from the list, or write its code."),
            )
    return [known[code] for code in clean]


def photos(request: Request, name: str, party_id: int, most: int = 10) -> list[int]:
    """Keep the pictures and papers that were sent, for a distributor. Refuses what is neither, and what is too large."""
    kept = []
    for sent in request.FILES.getlist(name)[: most + 1]:
        kind = kinds.of_sent(sent)
        if not kind or (sent.size or 0) > LARGEST_PHOTO:
            raise Refused(
                _("“%(name)s” is no picture or PDF of up to 20 MB.") % {"name": str(sent.name)[:60]},
                code="file",
                field=name,
                remedy=_("Send JPEG, PNG, GIF, WebP or PDF."),
            )
        file = shelf.store(
            request.actor, name=sent.name or "photo", chunks=sent.chunks(), purpose=PURPOSE, content_type=kind,
            party_id=party_id,
        )  # fmt: skip
        kept.append(int(file.pk))
    return kept
