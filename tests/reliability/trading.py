"""A small network that trades: a warehouse full of goods, distributors with limits, prices by level and two promotions.

Used by the crash harness, the model test and the bench; everything is entered through verbs.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongying.areas.credit import actions as credit
from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.places import post as places
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies

SINCE = date(2026, 1, 1)
PLENTY = 1_000_000
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
CLERK = Actor("clerk", role="planner", may=frozenset({"*"}), parties=None)


@dataclass(frozen=True)
class Trading:
    """The numbers of the world: parties and products by code, the warehouse."""

    parties: dict[str, int]
    products: dict[str, int]
    site_id: int


@action(needs="tests.trading", roles=("admin",), name="tests.trading", exposed=False)
def _enter(actor: Actor, *, distributors: int, products: int, each: int) -> dict[str, dict[str, int]]:
    """Post parties, goods, prices, the warehouse and what lies in it."""
    parties.regions(
        actor, [parties.RegionIn("CN", "全国", level="country"), parties.RegionIn("HD", "华东", parent="CN")]
    )
    who = [f"T{n:03d}" for n in range(1, distributors + 1)]
    parties.parties(actor, [parties.PartyIn(code, f"{code} 商贸有限公司", code, region="HD") for code in who])
    what = [f"G{n:03d}" for n in range(1, products + 1)]
    goods.products(
        actor, [goods.ProductIn(code, f"{code} 货品", f"GRP{n % 3}", case=4) for n, code in enumerate(what)]
    )
    ids, skus = parties_read.ids_by_code(who), goods_read.ids_by_code(what)
    rows = []
    for n, code in enumerate(what, 1):
        for step, share in ((1, 1), (50, Decimal("0.97"))):
            rows.append(
                prices.PriceIn(
                    "D26", "dealer", skus[code], "CNY", n * 10 * share, min_quantity=step, valid_from=SINCE
                )
            )
    prices.prices(actor, rows, source="trading")
    parties.set_levels(actor, {ids[code]: "gold" for code in who[::2]}, since=SINCE, document="trading")
    site = places.sites(actor, [places.SiteIn("W1", "总仓", "Main warehouse")])["W1"]
    opening = [
        stock.MoveIn(f"open/{code}", None, skus[code], SINCE, each, "opening", site_id=site) for code in what
    ]
    stock.moves(actor, opening, source="trading")
    return {"parties": ids, "products": skus, "sites": {"W1": site}}


ACTIONS.pop("tests.trading", None)


def _publish(kind, key, document):
    version = policies.draft(
        SYSTEM, kind=kind, key=key, title=key, title_en=key, document=document, effective_from=SINCE
    )
    policies.publish(SYSTEM, version_id=version)


def build(*, distributors=8, products=12, each=PLENTY, limit=10**12):
    """The world. `each` is what lies in the warehouse of every product, `limit` what everybody may owe in minor units."""
    made = _enter(SYSTEM, distributors=distributors, products=products, each=each)
    _publish("prices.terms", "prices.terms", {"rows": [{"level": "gold", "rate": "0.02"}]})
    _publish("prices.promotion", "TEN1", {"form": "buy_get", "products": ["G001", "G002"], "buy": "10", "get": 1})
    steps = [{"start": "0", "end": "20", "rate": "0"}, {"start": "20", "rate": "0.05"}]
    _publish(
        "prices.promotion",
        "STEP",
        {"form": "steps", "reward": "percent", "categories": ["GRP2"], "steps": steps, "after": ["TEN1"]},
    )
    for party in made["parties"].values():
        grant = credit.set_limit(
            FINANCE,
            party_id=party,
            currency="CNY",
            amount_minor=limit,
            valid_from=SINCE,
            reason="opening",
            terms_days=30,
        )
        credit.approve(DIRECTOR, grant_id=grant)
    return Trading(made["parties"], made["products"], made["sites"]["W1"])
