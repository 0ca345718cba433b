"""Send one message to an address outside, and nowhere else.

Whoever names an address could make the house call its own neighbours. So: https only, few ports, the name is resolved once,
every address it has must be public, the connection goes to that very address (a second look-up could answer otherwise) while
the certificate and the Host header are of the name, redirects are not followed, and everything has a limit.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused

CONNECT, READ, IN_ALL = 5.0, 10.0, 15.0  # seconds
MOST_READ = 64 * 1024
EXCERPT = 1000
LONGEST = 500
PORTS = (443, 8443)
HERE = ("127.0.0.1", "localhost")
AGENT = "Gongying-Webhooks/1"
# Beside what the library calls not global: what stands for other addresses, and machines that clouds put near everybody.
NEVER = [
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
        "::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8",
    )
]  # fmt: skip


class Unreachable(Exception):
    """The message could not be sent, in words for the log."""


@dataclass(frozen=True)
class Outcome:
    """What came of one sending: the answer's code (None: there was none), its beginning, and the fault in a few words."""

    code: int | None
    millis: int
    error: str = ""
    excerpt: str = ""
    retry_after: int = 0

    @property
    def fine(self) -> bool:
        """Whether the receiver took it."""
        return self.code is not None and 200 <= self.code < 300


def public(address: str) -> bool:
    """Whether an address is one of the public internet.

    >>> [public(each) for each in ("93.184.215.14", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in net for net in NEVER if net.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def checked(url: str) -> SplitResult:
    """An address that may be told facts, taken apart. Raises Refused in words for its owner; nothing is resolved yet."""
    field = "url"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise Refused(_("This is not an address."), field=field) from fault
    plain = parts.scheme == "http" and _local() and parts.hostname in HERE
    if (parts.scheme != "https" and not plain) or not parts.hostname or len(url) > LONGEST:
        raise Refused(_("An address begins with https:// and has at most 500 characters."), field=field)
    odd = not url.isascii() or not url.isprintable() or " " in url or "#" in url
    if odd or parts.username is not None or parts.password is not None:
        raise Refused(_("An address has no user, no password, no # and no letters beyond ASCII."), field=field)
    if not plain and (port or 443) not in _ports():
        ports = ", ".join(map(str, _ports()))
        raise Refused(_("Only these ports are open to addresses: %(ports)s.") % {"ports": ports}, field=field)
    if not plain and _is_address(parts.hostname) and not public(parts.hostname):
        raise Refused(_("This address is not one of the public internet."), field=field)
    return parts


def _ports() -> tuple[int, ...]:
    return tuple(getattr(settings, "HOOK_PORTS", PORTS))


def _local() -> bool:
    """Whether this machine itself may be told facts, without TLS: on a builder's desk and in tests."""
    return bool(getattr(settings, "HOOK_LOCAL", settings.DEBUG))


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False


def resolved(host: str, port: int) -> str:
    """The one address a name is called at. Raises Unreachable when it has none, or one that is not public among them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreachable("the name has no address") from fault
    addresses = [str(each[4][0]) for each in found]
    if not addresses:
        raise Unreachable("the name has no address")
    if host in HERE and _local():
        return addresses[0]
    if not all(map(public, addresses)):
        raise Unreachable("the name leads to an address that is not public")
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to a given address under the name it was looked up by."""

    def __init__(self, host: str, port: int, address: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=CONNECT)
        self._address, self._tls = address, tls
        self.way: socket.socket | None = None  # to cut it: an answer takes the socket over

    def connect(self) -> None:
        """Connect to the address; the certificate must be of the name."""
        self.sock = socket.create_connection((self._address, self.port), CONNECT)
        self.sock.settimeout(READ)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)
        self.way = self.sock


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def send(url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """POST a message. Never raises: a fault is an outcome too. Takes fifteen seconds at most."""
    began = time.monotonic()

    def spent() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        parts = checked(url)
        secure = parts.scheme == "https"
        host, port = str(parts.hostname), parts.port or (443 if secure else 80)
        line = _Pinned(host, port, resolved(host, port), _tls() if secure else None)
        code, text, later = _exchange(line, parts, {**headers, "Host": parts.netloc}, body)
        return Outcome(code, spent(), "" if 200 <= code < 300 else f"HTTP {code}", text, later)
    except Refused as no:
        return Outcome(None, spent(), str(no.message)[:200])
    except Unreachable as no:
        return Outcome(None, spent(), str(no)[:200])
    except (OSError, http.client.HTTPException, ValueError) as fault:
        return Outcome(None, spent(), _words(fault))


def _exchange(line: _Pinned, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> tuple[int, str, int]:
    """Send and read what comes back, with an end to it whatever the other side does."""

    def cut() -> None:
        if line.way is not None:
            with suppress(OSError):
                line.way.shutdown(socket.SHUT_RDWR)

    end = threading.Timer(IN_ALL, cut)
    end.daemon = True
    end.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        said = {"User-Agent": AGENT, "Content-Type": "application/json", "Accept": "*/*", "Connection": "close"}
        line.request("POST", target, body, {**said, **headers})
        answer = line.getresponse()
        with answer:
            text = answer.read(MOST_READ)[:EXCERPT].decode(errors="replace").replace("\0", "")
        later = answer.headers.get("Retry-After", "")
        seconds = int(later) if later.isascii() and later.isdecimal() and len(later) < 7 else 0
        return answer.status, text, seconds
    finally:
        end.cancel()
        line.close()


def _words(fault: Exception) -> str:
    """A fault in a few words that tell nothing of the inside."""
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    if isinstance(fault, ssl.SSLCertVerificationError):
        return "the certificate is not right"
    if isinstance(fault, ssl.SSLError):
        return "no secure connection"
    if isinstance(fault, ConnectionRefusedError):
        return "nobody answers there"
    return f"no answer ({type(fault).__name__})"
