"""Distributors and products: entered as the file says, and taken back as they were before."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.core.actor import Actor
from gongying.core.intake.columns import Frame
from gongying.core.posting import Posted
from gongying.core.refusal import Refused

from ..models import Batch, Before

LONG_AGO = date(2000, 1, 1)
Values = dict[str, Any]


def distributors(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Parties with their region and supplier; a supplier may stand below those it supplies.

    What the file has no column for stays as it is.
    """
    rows = [(at, row, row.pop("parent", "")) for at, row in enumerate(frame.each())]
    before = _parties_before(actor, [row["code"] for _at, row, _parent in rows])
    free = [row for _at, row, parent in rows if not parent]
    told = parties.parties(actor, [_party(row, before) for row in free])
    links: dict[str, tuple[str, str]] = {}
    known = set(parties_read.all_ids())
    waiting = [each for each in rows if each[2]]
    while waiting:
        here = {row["code"] for _at, row, _parent in waiting}
        # Whoever waits for nobody of the file goes first; those who wait for each other are found out by the link.
        ready = [each for each in waiting if each[2] not in here] or waiting
        for at, row, parent in ready:
            if parent not in known:
                words, remedy = (
                    _("There is no distributor %(code)s."),
                    _("Check the code, or load distributors first."),
                )
                frame.fail(at, "parent", words, remedy, code=parent)
                continue
            try:
                with transaction.atomic():
                    told |= _under(actor, row, parent, before, links)
            except Refused as no:
                frame.fail(at, no.field, no.message, no.remedy)
            else:
                known.add(row["code"])
        done = {at for at, _row, _parent in ready}
        waiting = [each for each in waiting if each[0] not in done]
    _keep(batch, told, before, links)
    return _posted(told)


def _under(
    actor: Actor, row: Values, parent: str, before: dict[str, Values], links: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """A party with its supplier, or neither. Returns what became of it."""
    told = parties.parties(actor, [_party(row, before)])
    ids = parties_read.ids_by_code([row["code"], parent])
    on = row.get("opened_on") or LONG_AGO
    if ids[parent] in parties_read.ancestors(ids[row["code"]], on)[:1]:
        return told
    parties.link(actor, parent_id=ids[parent], child_id=ids[row["code"]], valid_from=on)
    links[row["code"]] = (parent, on.isoformat())
    return {code: "updated" if state == "unchanged" else state for code, state in told.items()}


def _parties_before(actor: Actor, codes: list[str]) -> dict[str, Values]:
    """What is known of parties, as their fields in a file."""
    held = parties_read.parties(actor).filter(code__in=codes)
    names = [name for name in parties.PartyIn.__dataclass_fields__ if name != "region"]
    return {
        each.code: {name: getattr(each, name) for name in names}
        | {"region": each.region.code if each.region else ""}
        for each in held
    }


def _party(row: Values, before: dict[str, Values]) -> parties.PartyIn:
    return parties.PartyIn(**(before.get(row["code"], {}) | row))


def products(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Products with their group and case. What the file has no column for stays as it is."""
    rows = list(frame.each())
    before = _products_before([row["code"] for row in rows])
    for row in rows:
        row["base_unit"] = row.get("base_unit") or before.get(row["code"], {}).get("base_unit", "EA")
    told = goods.products(actor, [goods.ProductIn(**(before.get(row["code"], {}) | row)) for row in rows])
    _keep(batch, told, before, {})
    return _posted(told)


def _products_before(codes: list[str]) -> dict[str, Values]:
    """What is known of products, as their fields in a file."""
    return {
        each.code: {
            "code": each.code,
            "name": each.name,
            "name_en": each.name_en,
            "category": each.category.code,
            "base_unit": each.base_unit,
            "weight_g": each.weight_g,
            "volume_ml": each.volume_ml,
            "case": next((pack.factor for pack in each.packs.all() if pack.code == "CS"), 0),
        }
        for each in goods_read.products().filter(code__in=codes).prefetch_related("packs")
    }


def _keep(batch: Batch, told: dict[str, str], before: dict[str, Values], links: dict[str, tuple[str, str]]) -> None:
    """Remember what the batch changed, so that it can be taken back."""
    rows = []
    for code, state in told.items():
        if state != "unchanged":
            values: Values = {}
            if state == "updated":
                said = {
                    name: value.isoformat() if isinstance(value, date) else value
                    for name, value in before[code].items()
                }
                values = {"said": said, "link": links.get(code)}
            rows.append(Before(batch=batch, code=code, values=values))
    Before.objects.bulk_create(rows)


def _posted(told: dict[str, str]) -> Posted:
    states = list(told.values())
    return Posted(states.count("created"), states.count("unchanged"), states.count("updated"))


def changed_since(batch_id: int) -> bool:
    """Whether a later batch changed what this one brought or changed."""
    mine = Before.objects.filter(batch=batch_id)
    others = Before.objects.filter(batch__gt=batch_id, batch__kind__in=mine.values("batch__kind"))
    return others.filter(code__in=mine.values("code")).exclude(batch__state="undone").exists()


def take_distributors_back(actor: Actor, *, batch_id: int) -> int:
    """Parties the batch brought go, the others say what they said before. Returns how many. Refuses when one is in use."""

    def again(code: str, values: Values) -> None:
        said, link = values["said"], values["link"]
        opened = said["opened_on"]
        parties.parties(
            actor, [parties.PartyIn(**(said | {"opened_on": date.fromisoformat(opened) if opened else None}))]
        )
        if link:
            ids = parties_read.ids_by_code([code, link[0]])
            parties.unlink(
                actor, parent_id=ids[link[0]], child_id=ids[code], valid_from=date.fromisoformat(link[1])
            )

    return _take_back(actor, batch_id, again, parties.remove)


def take_products_back(actor: Actor, *, batch_id: int) -> int:
    """Products the batch brought go (their groups stay), the others say what they said before. Refuses when one is in use."""

    def again(code: str, values: Values) -> None:
        goods.products(actor, [goods.ProductIn(**values["said"])])

    return _take_back(actor, batch_id, again, goods.remove)


def _take_back(
    actor: Actor,
    batch_id: int,
    again: Callable[[str, Values], None],
    remove: Callable[[Actor, list[str]], int],
) -> int:
    held = list(Before.objects.filter(batch=batch_id).order_by("-pk").values_list("code", "values"))
    for code, values in held:
        if values:
            again(code, values)
    new = [code for code, values in held if not values]
    if new:
        remove(actor, new)
    return len(held)
