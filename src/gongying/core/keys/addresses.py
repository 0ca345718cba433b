"""Where a request comes from, and whether a key may be used from there."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

MOST = 20
Network = IPv4Network | IPv6Network


def of(request: HttpRequest) -> str:
    """The client's address. What the last of our own proxies was told counts; what a client writes itself does not."""
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(told) >= settings.PROXIES:
        return told[-settings.PROXIES][:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def network(text: str) -> Network | None:
    """An address or a network as people write it; None for anything else.

    >>> str(network(" 10.1.2.3 ")), str(network("10.1.2.3/16")), network("office")
    ('10.1.2.3/32', '10.1.0.0/16', None)
    """
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def allowed(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of the networks; no network at all allows every address.

    >>> allowed("10.1.9.9", ["10.1.0.0/16"]), allowed("::ffff:10.1.9.9", ["10.1.0.0/16"]), allowed("8.8.8.8", [])
    (True, True, True)
    >>> allowed("10.2.0.1", ["10.1.0.0/16"]), allowed("somewhere", ["10.1.0.0/16"])
    (False, False)
    """
    held = [found for each in networks if (found := network(each)) is not None]
    if not held:
        return not list(networks)
    try:
        given = ip_address(address)
    except ValueError:
        return False
    if isinstance(given, IPv6Address) and given.ipv4_mapped is not None:
        given = given.ipv4_mapped
    return any(given in each for each in held)
