"""What is typed into the forms of billing."""

from decimal import InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused
from gongying.engines.money import minor_of


def amount(text: str, currency: str, field: str = "amount") -> int:
    """An amount in major units as minor units. Raises Refused where it is none."""
    try:
        return minor_of(text.replace(",", "").replace("，", "").strip(), currency)
    except (InvalidOperation, OverflowError, ValueError) as fault:
        raise Refused(_("Write the amount as a number, such as 125000."), field=field) from fault


def uses(form: Any, currency: str) -> list[tuple[int, int]]:
    """(number of the open item, amount) of the fields `item-<number>` that are filled in."""
    found = []
    for name, value in form.items():
        number = name.removeprefix("item-")
        if name.startswith("item-") and number.isdecimal() and value.strip():
            minor = amount(value, currency)
            if minor:
                found.append((int(number), minor))
    if not found:
        raise Refused(_("Write at least one amount."), field="uses")
    return found
