"""What a row must agree with beyond its own cells: codes that are known, sides that fit together. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from gongying.core.intake.columns import Frame


@dataclass(frozen=True)
class Known:
    """What codes stand for: parties the sender sees, products, and the codes of regions and product groups."""

    parties: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[str, int] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def lines(frame: Frame, known: Known) -> None:
    """A sales line is of a known distributor and product."""
    _party(frame, known)
    _product(frame, known)


def price_lists(frame: Frame, known: Known) -> None:
    """A price is for everybody, for a region or for a distributor, and ends after it begins."""
    _product(frame, known)
    regions, parties = frame.column("region", ""), frame.column("party", "")
    for at, (region, party) in enumerate(zip(regions, parties, strict=True)):
        if party and party not in known.parties:
            frame.fail(
                at, "party", _("There is no such distributor."), _("Check the code, or load distributors first.")
            )
        elif party and region:
            words = _("A price is for a region or for a distributor, not for both.")
            frame.fail(at, "region", words, _("Leave one of the two empty."))
        elif region and region not in known.regions:
            frame.fail(at, "region", _("There is no such region."), _("Check the code."))
    ends = frame.column("valid_to", None)
    for at, (start, end) in enumerate(zip(frame.values["valid_from"], ends, strict=True)):
        if end is not None and end <= start:
            words = _("The price ends before it begins.")
            frame.fail(at, "valid_to", words, _("The last day is not included: write the day after it."))


def targets(frame: Frame, known: Known) -> None:
    """A target is asked of a distributor or of a salesperson, for all goods or for a known group."""
    codes, sellers = frame.column("party", ""), frame.column("seller", "")
    for at, (party, seller) in enumerate(zip(codes, sellers, strict=True)):
        if bool(party) == bool(seller):
            words = _("A target is asked of a distributor or of a salesperson.")
            frame.fail(at, "party", words, _("Fill in one of the two."))
    _party(frame, known)
    for at, group in enumerate(frame.column("category", "")):
        if group and group not in known.groups:
            frame.fail(
                at, "category", _("There is no such product group."), _("Check the code, or load products first.")
            )


def _party(frame: Frame, known: Known) -> None:
    frame.look_up(
        "party", known.parties, _("There is no such distributor."), _("Check the code, or load distributors first.")
    )


def _product(frame: Frame, known: Known) -> None:
    frame.look_up(
        "product", known.products, _("There is no such product."), _("Check the code, or load products first.")
    )


JUDGE: dict[str, Callable[[Frame, Known], None]] = {
    "sell_in": lines,
    "sell_through": lines,
    "sell_out": lines,
    "price_lists": price_lists,
    "targets": targets,
    "stock_declarations": lines,
}
