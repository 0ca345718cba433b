"""A fund of everybody and one of everybody's own, with photographs that say when and where they were taken."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from gongying.areas.funds import actions, queries
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

HERE = (30.2741, 120.1551)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
CASHIER = Actor("cashier", role="finance", may=frozenset({"*"}), parties=None)
ALL = frozenset({"funds.view", "funds.own", "funds.request", "funds.claim"})


@action(needs="tests.moves", roles=("admin",), name="tests.moves", exposed=False)
def _moves(actor: Actor, *, rows: list[stock.MoveIn]) -> None:
    """Post movements."""
    stock.moves(actor, rows, source="test")


@action(needs="tests.listing", roles=("admin",), name="tests.listing", exposed=False)
def _listing(actor: Actor, *, rows: list[prices.PriceIn]) -> None:
    """Post prices."""
    prices.prices(actor, rows, source="test")


for _name in ("tests.moves", "tests.listing"):
    ACTIONS.pop(_name, None)


def photo(seed=0, *, taken=None, where=HERE, size=(640, 480), quality=85, kind="JPEG"):
    """A picture like no other of another seed, with the tags of a camera."""
    shown = Image.new("RGB", (640, 480), (200, 200, 190))
    pen, mix = ImageDraw.Draw(shown), seed * 7919 + 13
    for _n in range(24):
        mix = (mix * 1103515245 + 12345) % 2**31
        x, y, tone = mix % 560, mix // 560 % 400, mix // 7 % 256
        pen.rectangle([x, y, x + 60 + mix % 90, y + 50 + mix % 70], fill=(tone, 255 - tone, mix % 200))
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[36867] = taken.strftime("%Y:%m:%d %H:%M:%S")
    if where is not None:
        lat, lon = where
        exif.get_ifd(0x8825).update({1: "N", 2: degrees(lat), 3: "E", 4: degrees(lon)})
    out = io.BytesIO()
    more = {"exif": exif} if kind == "JPEG" else {}
    shown.resize(size).save(out, kind, quality=quality, **more)
    return out.getvalue()


def degrees(value):
    whole = int(value)
    minutes = int((value - whole) * 60)
    return (float(whole), float(minutes), round((value - whole - minutes / 60) * 3600, 4))


def publish(key, since=None, kind="funds.fund", **document):
    version = policies.draft(
        SYSTEM, kind=kind, key=key, title=f"{key} 基金", title_en=f"{key} fund", document=document,
        effective_from=since or date(2026, 1, 1),
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    return version


def world(network, tmp_path, settings):
    """The network with two funds, and how people of it ask and claim."""
    settings.DATA_DIR = tmp_path
    today = timezone.localdate()
    network.today = today
    network.owner = {
        code: Actor(f"owner-{code}", role="owner", may=ALL, parties=frozenset({network.ids[code]}), user_id=None)
        for code in ("D1", "D2")
    }
    publish("market", budget="100000", steps=[{"start": "0", "share": "0.6"}, {"start": "50000", "share": "0.4"}])
    publish("growth", source="grants", steps=[{"start": "0", "share": "1"}])
    actions.budget(SYSTEM, fund="market", on=today, reason="budget of the year")

    def ask(code="D1", by=None, **more):
        asked = {
            "party_id": network.ids[code], "fund": "market", "kind": "display", "title": "Shelf by the entrance",
            "cost_minor": 1_000_00, "start": today, "end": today + timedelta(days=10), "reason": "new products",
            "place": "West Lake store", "latitude": Decimal(str(HERE[0])), "longitude": Decimal(str(HERE[1])),
        }  # fmt: skip
        return actions.request(by or network.owner[code], **(asked | more))

    def committed(code="D1", **more):
        made = ask(code, **more)
        actions.approve_request(DIRECTOR, commitment_id=made)
        return made

    def file(data, name="photo.jpg", kind="image/jpeg", code="D1"):
        stored = shelf.store(
            network.owner[code], name=name, chunks=[data], purpose="funds", content_type=kind,
            party_id=network.ids[code],
        )  # fmt: skip
        return stored.pk

    def now():
        return datetime.combine(today, datetime.min.time()).replace(hour=10)

    def good(code="D1", seed=0):
        """Two photographs and a paper, with nothing wrong."""
        shots = [file(photo(seed * 10 + n, taken=now()), code=code) for n in (1, 2)]
        paper = file(f"signed {seed} {code}".encode(), "agreement.pdf", "application/pdf", code)
        return [*(actions.ProofIn(shot, "photo") for shot in shots), actions.ProofIn(paper, "agreement")]

    def claim(commitment, amount=1_000_00, code="D1", proofs=None, by=None, seed=0, **line):
        cost = actions.LineIn("rack", amount, **line)
        return actions.submit(
            by or network.owner[code], commitment_id=commitment, costs=[cost],
            proofs=good(code, seed) if proofs is None else proofs,
        )  # fmt: skip

    network.ask, network.committed, network.file, network.good, network.claim = ask, committed, file, good, claim
    network.now, network.publish, network.photo = now, publish, photo
    network.moves = lambda *rows: _moves(SYSTEM, rows=list(rows))
    network.price = lambda *rows: _listing(SYSTEM, rows=list(rows))
    network.bar = lambda key="market": sum(
        queries.bars([row.pk for row in queries.of_fund(SYSTEM, key)]).values(), queries.Bar()
    )
    network.people = SimpleNamespace(director=DIRECTOR, finance=FINANCE, cashier=CASHIER)
    return network


@pytest.fixture
def funds(network, tmp_path, settings):
    return world(network, tmp_path, settings)


@pytest.fixture
def committed_funds(committed_network, tmp_path, settings):
    return world(committed_network, tmp_path, settings)


@pytest.fixture
def people(funds):
    """A browser of somebody: a role of head office, or of a distributor's people."""
    sync_roles()

    def browser(role, code=""):
        user = User.objects.create_user(
            f"{role}{code}", None, name=role, role=role, language="en",
            party_id=funds.ids[code] if role in ("owner", "clerk") else None,
        )  # fmt: skip
        kind = "region" if role == "regional" else "party" if code else "all"
        key = {"region": {"D1": "HD", "D2": "HN"}.get(code, ""), "party": str(funds.ids.get(code, "")), "all": ""}
        UserScope.objects.create(user=user, kind=kind, key=key[kind])
        found = Client(headers={"accept-language": "en"})
        found.force_login(user)
        return found

    return browser
