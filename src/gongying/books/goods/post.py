"""The only writer of products, lots and serial numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.refusal import Refused

from . import facts
from .models import TRACKINGS, Category, Lot, Pack, Product, Serial


@dataclass(frozen=True, slots=True)
class ProductIn:
    """What is known of a product; `case` is the number of base units in a case (0: no case, None: as it is).

    `tracking` is "", "lot" or "serial"; `tax_rate` a fraction (0.13); `min_order` in packs; `weight_g` and
    `volume_ml` of one base unit; None leaves what is on record.
    """

    code: str
    name: str
    category: str
    category_name: str = ""
    name_en: str = ""
    category_name_en: str = ""
    base_unit: str = "EA"
    case: int | None = None
    tracking: str | None = None
    shelf_life_days: int | None = None
    tax_rate: Decimal | None = None
    active: bool | None = None
    min_order: int | None = None
    weight_g: int | None = None
    volume_ml: int | None = None
    case_barcode: str | None = None


class LotIn(NamedTuple):
    """A batch; without a day of expiry it expires the product's shelf life after it was made."""

    product_id: int
    code: str
    made_on: date | None = None
    expires_on: date | None = None


class SerialIn(NamedTuple):
    """A piece by its number, and the code of the lot it was made in ("" when nobody knows)."""

    product_id: int
    code: str
    lot: str = ""


OPTIONAL = ("tracking", "shelf_life_days", "tax_rate", "active", "min_order", "weight_g", "volume_ml")
AT_ONCE = 1000  # rows in one statement


def products(actor: Actor, rows: Sequence[ProductIn]) -> dict[str, str]:
    """Create or update products by code, with their group and case. Returns the outcome of each code."""
    groups = {group.code: group for group in Category.objects.all()}
    known = {p.code: p for p in Product.objects.filter(code__in=[r.code for r in rows])}
    cases = dict(Pack.objects.filter(code="CS", product__in=known.values()).values_list("product_id", "factor"))
    outcome: dict[str, str] = {}
    for row in rows:
        if row.category not in groups:
            names = {"name": row.category_name or row.category, "name_en": row.category_name_en}
            groups[row.category] = Category.objects.create(code=row.category, **names)
        values: dict[str, Any] = {"name": row.name, "name_en": row.name_en, "base_unit": row.base_unit}
        values["category_id"] = groups[row.category].pk
        values |= {name: given for name in OPTIONAL if (given := getattr(row, name)) is not None}
        if values.get("tracking", "") not in TRACKINGS:
            raise Refused(_("Stock of a product names nothing, a lot or a serial number."), field="tracking")
        product = known.get(row.code)
        if product is None:
            product = known[row.code] = Product.objects.create(code=row.code, **values)
            outcome[row.code] = "created"
        elif any(getattr(product, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(product, name, value)
            product.save()
            outcome[row.code] = "updated"
        else:
            outcome.setdefault(row.code, "unchanged")
        if row.case is not None and row.case != cases.get(product.pk, 0):
            _pack(product, row.case)
            cases[product.pk] = row.case
            outcome[row.code] = "updated" if outcome[row.code] == "unchanged" else outcome[row.code]
        if row.case_barcode is not None:
            Pack.objects.filter(product=product, code="CS").update(barcode=row.case_barcode)
    changed = sum(state != "unchanged" for state in outcome.values())
    if changed:
        book.record(actor, facts.ProductsPosted(changed))
    return outcome


def _pack(product: Product, case: int) -> None:
    if case:
        Pack.objects.update_or_create(product=product, code="CS", defaults={"factor": case})
    else:
        Pack.objects.filter(product=product, code="CS").delete()


def remove(actor: Actor, codes: Sequence[str]) -> int:
    """Take products back that were entered by mistake. Returns how many. Refuses when one is in use."""
    rows = Product.objects.filter(code__in=codes)
    count = rows.count()
    try:
        rows.delete()
    except ProtectedError as held:
        raise Refused(_("One of these products is in use already."), code="rests") from held
    book.record(actor, facts.ProductsRemoved(count))
    return count


def lots(actor: Actor, rows: Sequence[LotIn]) -> dict[tuple[int, str], int]:
    """Make lots known: their ids by (product, code). What a known lot lacks is filled in.

    Raises Refused when a day contradicts the one on record: stock was promised by it.
    """
    lives = dict(
        Product.objects.filter(pk__in={row.product_id for row in rows}).values_list("pk", "shelf_life_days")
    )
    wanted = {(row.product_id, row.code): _with_expiry(row, lives) for row in rows}
    known = _known(Lot, wanted)
    filled = [_filled(known[key], row) for key, row in wanted.items() if key in known]
    changed = [row for row in filled if row is not None]
    Lot.objects.bulk_update(changed, ["made_on", "expires_on"], batch_size=AT_ONCE)
    fresh = [Lot(**row._asdict()) for key, row in wanted.items() if key not in known]
    Lot.objects.bulk_create(fresh, batch_size=AT_ONCE)
    if fresh or changed:
        book.record(actor, facts.LotsPosted(len(fresh) + len(changed), 0))
    return {key: row.pk for key, row in known.items()} | {(row.product_id, row.code): row.pk for row in fresh}


def serials(actor: Actor, rows: Sequence[SerialIn]) -> int:
    """Make serial numbers known. Returns how many are new. Raises Refused when one names another lot than before."""
    homes = lots(actor, [LotIn(row.product_id, row.lot) for row in rows if row.lot])
    wanted = {(row.product_id, row.code): row for row in rows}
    known = _known(Serial, wanted)
    for key, held in known.items():
        lot = wanted[key].lot
        if lot and held.lot_id != homes[key[0], lot]:
            raise Refused(_("The serial number %(code)s belongs to another lot.") % {"code": key[1]}, code="serial")
    fresh = [
        Serial(product_id=row.product_id, code=row.code, lot_id=homes.get((row.product_id, row.lot)))
        for key, row in wanted.items()
        if key not in known
    ]
    Serial.objects.bulk_create(fresh, batch_size=AT_ONCE)
    if fresh:
        book.record(actor, facts.LotsPosted(0, len(fresh)))
    return len(fresh)


def _with_expiry(row: LotIn, lives: dict[int, int | None]) -> LotIn:
    life = lives.get(row.product_id)
    if row.expires_on is None and row.made_on is not None and life is not None:
        row = row._replace(expires_on=row.made_on + timedelta(days=life))
    if row.made_on and row.expires_on and row.expires_on < row.made_on:
        raise Refused(_("A lot cannot expire before it was made."), code="lot", field="expires_on")
    return row


def _filled(held: Lot, row: LotIn) -> Lot | None:
    """The lot with what it lacked, None when nothing is new."""
    changed = False
    for name in ("made_on", "expires_on"):
        given, before = getattr(row, name), getattr(held, name)
        if given is None or given == before:
            continue
        if before is not None:
            said = {"code": held.code, "day": before}
            raise Refused(_("Lot %(code)s is on record with another day: %(day)s.") % said, code="lot", field=name)
        setattr(held, name, given)
        changed = True
    return held if changed else None


def _known(model: type[Any], keys: dict[tuple[int, str], Any]) -> dict[tuple[int, str], Any]:
    """Rows by (product, code), of those asked for."""
    found: dict[tuple[int, str], Any] = {}
    codes = sorted({code for _product, code in keys})
    for at in range(0, len(codes), AT_ONCE):
        rows = model.objects.filter(code__in=codes[at : at + AT_ONCE], product__in={key[0] for key in keys})
        found.update({(row.product_id, row.code): row for row in rows if (row.product_id, row.code) in keys})
    return found
