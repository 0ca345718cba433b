"""The wire and the signature of webhooks: no address inside is ever called, whatever a name says (C084)."""

import base64
import datetime as dt
import http.server
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gongying.core.hooks import signing, wire
from gongying.core.refusal import Refused

BODY, HEADERS = b'{"type":"tests.x"}', {"webhook-id": "msg_1"}
OUT = "93.184.215.14"
SECRET = "whsec_" + base64.b64encode(b"0" * 32).decode()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as its server was told and remembers what came."""

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        self.server.got.append((self.path, dict(self.headers), self.rfile.read(size)))
        self.server.say(self)

    def log_message(self, *given):
        pass


def fine(handler, code=200, body=b"ok", **headers):
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(say=fine, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.say, server.daemon_threads = [], say, True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def here(settings):
    """This machine may be told, as on a builder's desk."""
    settings.HOOK_LOCAL = True


@pytest.fixture
def outside(settings):
    settings.HOOK_LOCAL = False


def post(server, path="/x"):
    return wire.send(f"http://127.0.0.1:{server.server_port}{path}", HEADERS, BODY)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",  # noqa: S104
        "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "203.0.113.5",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "nonsense", "",
    ],
)  # fmt: skip
def test_no_address_inside_is_public(address):
    assert not wire.public(address)


@pytest.mark.parametrize(
    "address", [OUT, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "172.32.0.1", "11.0.0.1"]
)
def test_the_public_internet_is(address):
    assert wire.public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https:///x", "https://", "example.com", "https://example.com:22/",
        "https://example.com:99999/", "https://user@example.com/", "https://user:pw@example.com/", "https://example.com/#x",
        "https://ex ample.com/", "https://例子.cn/", "https://example.com/\r\nX: y", "https://10.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/", "https://[::ffff:10.0.0.1]/", "http://127.0.0.1/", "http://localhost:8000/",
        "https://example.com/" + "x" * 500, "javascript:alert(1)", "file:///etc/passwd", "https://[bad",
    ],
)  # fmt: skip
def test_an_address_that_must_not_be_called_is_refused_with_words(url, outside):
    with pytest.raises(Refused) as no:
        wire.checked(url)
    assert no.value.field == "url"


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://example.com:8443/a?b=c", "https://93.184.215.14/x"]
)
def test_an_address_outside_is_taken(url, outside):
    assert wire.checked(url).hostname


def answers(monkeypatch, *rounds):
    """A resolver that says something else at every look-up."""
    asked = []

    def look(host, port, *more, **named):
        asked.append(host)
        found = rounds[min(len(asked), len(rounds)) - 1]
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]

    monkeypatch.setattr(wire.socket, "getaddrinfo", look)
    return asked


@pytest.mark.parametrize(
    "found", [["10.0.0.1"], [OUT, "127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::a00:1"], []]
)
def test_a_name_that_leads_inside_is_not_called(monkeypatch, outside, found):
    answers(monkeypatch, found)
    monkeypatch.setattr(wire.socket, "create_connection", lambda *given: pytest.fail("it was called"))
    outcome = wire.send("https://hooks.test/x", HEADERS, BODY)
    assert (outcome.code, outcome.fine) == (None, False)
    assert "address" in outcome.error


def certificate(tmp_path, name):
    """A certificate of a name, and the context of a server that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    home, secret = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
    home.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home, secret)
    names = []
    context.sni_callback = lambda _socket, told, _context: names.append(told)
    return home, context, names


@pytest.fixture
def pinned(monkeypatch, outside):
    """The internet in this process: connections to the public address end at a local server."""

    def to(server, home):
        called = []
        monkeypatch.setattr(wire, "_tls", lambda: ssl.create_default_context(cafile=str(home)))

        def connect(address, *more):
            called.append(address)
            line = socket.socket()
            line.connect(("127.0.0.1", server.server_port))
            return line

        monkeypatch.setattr(wire.socket, "create_connection", connect)
        return called

    return to


def test_a_name_is_looked_up_once_and_the_connection_goes_there(monkeypatch, pinned, tmp_path):
    """DNS rebinding: the second look-up would lead inside. There is none."""
    home, context, names = certificate(tmp_path, "hooks.test")
    with serving(context=context) as server:
        called = pinned(server, home)
        asked = answers(monkeypatch, [OUT], ["127.0.0.1"])
        outcome = wire.send("https://hooks.test:8443/in?a=b", HEADERS, BODY)
        assert outcome.fine, outcome
        assert (asked, called) == (["hooks.test"], [(OUT, 8443)])
        path, headers, body = server.got[0]
        assert (path, headers["Host"], body) == ("/in?a=b", "hooks.test:8443", BODY)
        assert names == ["hooks.test"], "the certificate is asked for by name"


def test_a_certificate_of_another_name_is_not_believed(monkeypatch, pinned, tmp_path):
    home, context, _names = certificate(tmp_path, "other.test")
    with serving(context=context) as server:
        pinned(server, home)
        answers(monkeypatch, [OUT])
        outcome = wire.send("https://hooks.test/", HEADERS, BODY)
        assert (outcome.code, outcome.error) == (None, "the certificate is not right")
        assert server.got == []


def test_what_comes_back_is_kept_in_part(here):
    with serving() as server:
        outcome = post(server)
        assert (outcome.code, outcome.fine, outcome.excerpt, outcome.error) == (200, True, "ok", "")
        headers = server.got[0][1]
        assert (headers["User-Agent"], headers["Content-Type"]) == ("Gongying-Webhooks/1", "application/json")
    with serving(lambda h: fine(h, 500, b"\0" + "é".encode() * 90_000)) as server:
        outcome = post(server)
        assert (outcome.code, outcome.fine, outcome.error) == (500, False, "HTTP 500")
        assert len(outcome.excerpt) <= wire.EXCERPT
        assert "\0" not in outcome.excerpt


def test_no_redirect_is_followed(here):
    with (
        serving() as inside,
        serving(lambda h: fine(h, 302, Location=f"http://127.0.0.1:{inside.server_port}/")) as server,
    ):
        outcome = post(server)
        assert (outcome.code, outcome.fine) == (302, False)
        assert inside.got == []


def test_an_answer_that_does_not_end_is_cut(here, monkeypatch):
    monkeypatch.setattr(wire, "IN_ALL", 0.4)

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _n in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    with serving(drip) as server:
        began = time.monotonic()
        outcome = post(server)
        assert time.monotonic() - began < 5
        assert not outcome.fine or outcome.excerpt.count("x") < 200


def test_silence_has_an_end(here, monkeypatch):
    monkeypatch.setattr(wire, "READ", 0.2)
    with serving(lambda h: time.sleep(1)) as server:
        outcome = post(server)
        assert (outcome.code, outcome.error) == (None, "no answer in time")


def test_nobody_there_is_an_outcome_and_no_crash(here):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert wire.send(f"http://127.0.0.1:{free}/", HEADERS, BODY).error == "nobody answers there"
    assert wire.send("https://10.0.0.1/", HEADERS, BODY).code is None


def test_an_answer_that_is_no_http_is_an_outcome(here):
    def rubbish(handler):
        handler.wfile.write(b"\x00\x01 hello\r\n\r\n")

    with serving(rubbish) as server:
        assert post(server).code is None


def test_a_signature_holds_for_id_time_and_body(here):
    now = int(time.time())
    held = signing.headers([SECRET], "msg_1", now, BODY)
    assert signing.verify(SECRET, held, BODY, now)
    for change in (
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(now + 1)},
        {"webhook-signature": "v1,x"},
        {"webhook-timestamp": "x"},
    ):
        assert not signing.verify(SECRET, held | change, BODY, now)
    assert not signing.verify(SECRET, held, BODY + b" ", now)
    assert not signing.verify(signing.new_secret(), held, BODY, now)
    assert not signing.verify(SECRET, held, BODY, now + 301), "an old message is not believed"
    assert not signing.verify(SECRET, {}, BODY, now)


def test_during_a_rotation_both_secrets_verify():
    now, other = int(time.time()), signing.new_secret()
    held = signing.headers([other, SECRET], "msg_1", now, BODY)
    assert signing.verify(SECRET, held, BODY, now)
    assert signing.verify(other, held, BODY, now)


def test_secrets_are_kept_encrypted(settings):
    kept = signing.seal(SECRET)
    assert SECRET not in kept
    assert signing.unseal(kept) == SECRET
    settings.SECRET_KEY = "another installation"
    assert signing.unseal(kept) == ""
    assert ip_address(OUT).is_global
