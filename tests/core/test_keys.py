"""Tokens of keys and addresses they may come from."""

import pytest

from gongying.core.keys import addresses, tokens


def test_a_token_is_found_by_its_prefix_and_compared_by_its_hash():
    made, other = tokens.new(), tokens.new()
    assert tokens.prefix_of(made.text) == made.prefix
    assert len(made.text) == len("gy_") + 10 + 1 + 43
    assert tokens.same(made.text, made.digest)
    assert not tokens.same(other.text, made.digest)
    assert made.text not in made.digest
    assert len({tokens.new().prefix for _n in range(200)}) == 200


@pytest.mark.parametrize(
    "text",
    ["", "gy_", "gy_ABCDEFGHIJ_" + "x" * 43, "gy_abcdefghij_" + "é" * 43, "x" * 5000, "gy_abcdefghij_" + "x" * 44],
)
def test_what_is_no_token_finds_nothing(text):  # fmt: skip
    assert tokens.prefix_of(text) == ""


@pytest.mark.parametrize(
    ("address", "networks", "may"),
    [
        ("203.0.113.7", [], True),
        ("203.0.113.7", ["203.0.113.7/32"], True),
        ("203.0.113.8", ["203.0.113.7/32"], False),
        ("2001:db8::5", ["2001:db8::/32"], True),
        ("::ffff:203.0.113.7", ["203.0.113.0/24"], True),
        ("203.0.113.7", ["2001:db8::/32"], False),
        ("", ["203.0.113.7/32"], False),
        ("203.0.113.7", ["broken"], False),
    ],
)
def test_a_key_is_used_from_its_networks_only(address, networks, may):
    assert addresses.allowed(address, networks) is may


def test_behind_our_proxy_the_address_is_what_it_was_told(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"}, REMOTE_ADDR="10.0.0.1")
    settings.PROXIES = 0
    assert addresses.of(request) == "10.0.0.1"
    settings.PROXIES = 1
    assert addresses.of(request) == "203.0.113.7", "what a client writes itself does not count"
