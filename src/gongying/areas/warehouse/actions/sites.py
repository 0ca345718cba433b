"""Sites of the house and of distributors."""

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.places import post as places
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Forbidden, Refused


@action(needs="warehouse.sites", roles=("admin", "director"))
def save_site(
    actor: Actor,
    *,
    code: str,
    name: str,
    name_en: str = "",
    kind: str = "warehouse",
    party_id: int | None = None,
    region: str = "",
    address: str = "",
    contact: str = "",
    phone: str = "",
    active: bool = True,
    main: bool = False,
    capacity_units: int | None = None,
    capacity_minor: int | None = None,
    currency: str = "CNY",
) -> int:
    """Open or change a site by its code; without a party it is the house's. Capacities are in base units and minor units.
    Returns its id.
    """
    code = code.strip().upper()
    if not code or not name.strip():
        raise Refused(_("A site has a code and a name."), field="code" if not code else "name")
    if any(n is not None and n < 0 for n in (capacity_units, capacity_minor)):
        raise Refused(_("A capacity is not below zero."), field="capacity_units")
    if party_id is not None:
        parties.party(actor, party_id)
    elif not actor.whole_network:
        raise Forbidden("warehouse.sites")
    row = places.SiteIn(
        code, name.strip(), name_en.strip(), party_id, kind, region, address.strip(), contact.strip(), phone.strip(),
        active, capacity_units, capacity_minor, currency,
    )  # fmt: skip
    site_id = places.sites(actor, [row])[code]
    if kind == "warehouse" and party_id is None:
        places.house(actor)  # the first warehouse brings the place of goods on their way
    if main:
        places.make_main(actor, site_id=site_id)
    return site_id
