"""What the loader enters into the books, one verb for each; a person would use the pages and the imports."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import post as goods
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.places import post as places
from gongying.books.plans import post as plans
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.doors import action, words
from gongying.core.people.models import User
from gongying.core.refusal import Refused

SOURCE = "erp"  # whose numbering the documents carry
LOADERS = ("admin",)


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_network(
    actor: Actor,
    *,
    regions: list[parties.RegionIn],
    distributors: list[parties.PartyIn],
    supplied_by: dict[str, str],
    since: date,
) -> dict[str, int]:
    """Post the geography, the distributors and who supplies whom. Returns the distributors' ids by code.

    Refuses a half-loaded story: posted lines cannot be taken back to begin again.
    """
    codes = [row.code for row in distributors]
    if parties_read.ids_by_code(codes):
        raise Refused(
            _("An earlier load of the demonstration was cut off."),
            code="unfinished",
            remedy=_("Remove the data directory and load again."),
        )
    parties.regions(actor, regions)
    parties.parties(actor, distributors)
    ids = parties_read.ids_by_code(codes)
    for child, parent in supplied_by.items():
        parties.link(actor, parent_id=ids[parent], child_id=ids[child], valid_from=since)
    return ids


@action(needs="demo.load", roles=LOADERS, secret=("password",), exposed=False)
def print_password(actor: Actor, *, login: str, password: str) -> None:
    """Give a log-in of the demonstration the password that is printed; the house refuses what everybody can guess."""
    user = User.objects.get(login=login)
    user.set_password(password)
    user.save(update_fields=["password"])


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_products(actor: Actor, *, rows: list[goods.ProductIn]) -> int:
    """Post the catalogue. Returns how many products are new."""
    return sum(state == "created" for state in goods.products(actor, rows).values())


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_lines(actor: Actor, *, rows: list[trade.LineIn]) -> int:
    """Post sales lines as they became known. Returns how many were written or corrected."""
    done = trade.lines(actor, rows, source=SOURCE)
    return done.created + done.corrected


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_prices(actor: Actor, *, rows: list[prices.PriceIn]) -> int:
    """Post the price lists. Returns how many prices are new."""
    return prices.prices(actor, rows, source=SOURCE).created


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_territories(actor: Actor, *, rows: list[places.TerritoryIn]) -> int:
    """Post who may sell where. Returns how many grants are new."""
    return places.territories(actor, rows)


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_sites(actor: Actor, *, rows: list[places.SiteIn]) -> dict[str, int]:
    """Open the warehouses and the addresses. Returns their ids by code."""
    return places.sites(actor, rows)


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_targets(actor: Actor, *, rows: list[plans.TargetIn]) -> int:
    """Post what was asked of the distributors. Returns how many targets are new."""
    return plans.targets(actor, rows, source="plan").created


@action(needs="demo.load", roles=LOADERS, exposed=False)
def enter_counts(actor: Actor, *, rows: list[stock.CountIn]) -> int:
    """Post the distributors' stock declarations of a month. Returns how many are new."""
    return stock.counts(actor, rows, source="declared").created


words(
    "demo",
    _("Demonstration"),
    {
        "load": _("Load the demonstration"),
    },
)
