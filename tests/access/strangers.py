"""The walk: every page and every operation there is, found in the house itself, with the numbers of a world.

A page or an operation that is added is walked without being named here; one that asks for something this file has no
number of fails the walk until it is told one.
"""

import io
import json
import re
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import openpyxl
from django.test import Client
from django.urls import get_resolver
from pypdf import PdfReader

from gongying.core.doors import ACTIONS, HQ, QUERIES, ROLES

NARROW = ("owner", "clerk", "regional")
POLICY: dict[str, dict[str, str]] = {"pages": {}, "verbs": {}}
for _home in sorted((Path(__file__).parent / "policy").glob("*.toml")):
    for _part, _rows in tomllib.loads(_home.read_text()).items():
        POLICY[_part] |= _rows
# What a page or a noun is asked for beside the things of a distributor.
SHARED = {
    "kind": "sell_out",
    "metric": "sell_in",
    "programme": "annual",
    "period": "2026",
    "role": "clerk",
    "start": "2026-01-01",
    "last": "2026-12-31",
    "on": "2027-01-01",
    "as_of": "2026-11-02",
    "year": "2026",
    "key": "annual",
}
KINDS = {"control.holds": {"kind": "rewards.programme"}, "tiers.preview": {"programme": "tiers"}, "tiers.standing": {"programme": "tiers"}}  # fmt: skip
# The same page asked in other ways: what a list exports and finds, a figure by every grain.
WAYS = ("?export=csv", "?export=xlsx", "?q=CNRY")
MORE = {
    "cockpit:figure": ("?by=party", "?by=region", "?by=month", "?party=D1", "?party=D2", "?by=party&party=D2"),
    "cockpit:distributors": ("?export=csv&q=D2", "?export=csv&q=D1"),
    "imports:batch": ("?export=errors",),
    "rewards:statement": ("?export=pdf", "?export=xlsx", "?line={line_id}"),
    "rewards:runs": ("?programme=annual&period=2026",),
    "rewards:replay": ("?period=2026", "?period=2026&export=csv"),
    "rewards:preview": ("?method=slab&basis=value&period=year&start=0&rate=1",),
    "targets:plans": ("?state=draft",),
    "home": ("?year=2026", "?currency=CNY"),
    "ui:find": ("?q=CNRY", "?q=D2", "?q=D1", "?q=hz", "?q=gz"),
}
# Of a batch there is a finished one and a draft, which have pages of their own.
OTHER = {"imports:preview": {"batch_id": "draft_id"}}


# Every area tells the walk of its own things: a module of `worlds/` with `side(world, code)`, which makes them for a
# distributor and gives their numbers, and what its places are asked for beside them (the tables of this file).
WORLDS = [
    import_module(f"worlds.{home.stem}") for home in sorted((Path(__file__).parent / "worlds").glob("[a-z]*.py"))
]
for _world in WORLDS:
    for _name, _table in {"SHARED": SHARED, "KINDS": KINDS, "MORE": MORE, "OTHER": OTHER}.items():
        _table.update(getattr(_world, _name, {}))


LEFT_OUT: set[str] = set()  # apps that a walk does not visit: a planted bug is looked for where it was planted


@dataclass(frozen=True)
class Place:
    """A page (`name`) or an operation (`/api/…`), with the things of a distributor it asks for."""

    name: str
    address: str
    view: str
    asks: frozenset[str]

    @property
    def allowed(self):
        """The roles its policy row names."""
        table = POLICY["verbs"] if self.address.startswith("/api/") else POLICY["pages"]
        return roles_of(table[self.view])


def roles_of(words):
    """The roles a policy row names."""
    return set(ROLES) if words == "everyone" else set(HQ) if words == "hq" else set(words.split())


def routes(resolver=None, prefix="", names=()):
    """Every address the house answers: (name, pattern, view)."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            inside = (*names, entry.namespace) if entry.namespace else names
            yield from routes(entry, pattern, inside)
        else:
            yield ":".join((*names, entry.name or "")), "/" + pattern, entry.callback


def pages(*, every=False):
    """Every page behind the page door (that is walked), and what its address asks for."""
    for name, pattern, view in routes():
        if not hasattr(view, "needs") or (name.split(":")[0] in LEFT_OUT and not every):
            continue
        asked = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        room = ".".join(view.__module__.split(".")[:4])
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
        yield Place(name, address, f"{room}.{view.__name__}", frozenset(asked))


def operations(shelf):
    """The exposed nouns or verbs as addresses of the API."""
    for name, verb in sorted(shelf.items()):
        if verb.exposed and verb.area not in LEFT_OUT:
            yield Place(name, f"/api/{name.replace('.', '/', 1)}", name, frozenset(verb.inputs.model_fields))


def known(world, place, code):
    """The numbers and words a place asks for, of one distributor's side."""
    mine = dict(world.own[code])
    mine |= {asked: mine[mine_too] for asked, mine_too in OTHER.get(place.name, {}).items()}
    return SHARED | world.made | KINDS.get(place.name, {}) | mine


def asked(world, place, code):
    """What a place is asked with; fails when it asks for something nobody told the walk."""
    held = known(world, place, code)
    lacking = place.asks - held.keys()
    assert not lacking, f"tell the walk (strangers.py) what {sorted(lacking)} of {place.name} is"
    return {name: held[name] for name in place.asks}


def is_own(place, world):
    """Whether a place shows a thing that belongs to one distributor."""
    return bool(place.asks & world.own["D1"].keys())


def addresses(world, code, *, own, ways=True):
    """Addresses of pages and nouns: those of things of distributor `code`, or those everybody shares."""
    for place in pages():
        if is_own(place, world) == own and place.name not in posted(world):
            held = asked(world, place, code)
            address = place.address.format(**held)
            yield place, address
            more = [*(WAYS if ways else ()), *MORE.get(place.name, ())]
            for way in more:
                yield place, address + way.format(**known(world, place, code))
    for place in operations(QUERIES):
        needed = [n for n, f in QUERIES[place.name].inputs.model_fields.items() if f.is_required()]
        if bool(set(needed) & world.own["D1"].keys()) == own:
            narrow = Place(place.name, place.address, place.view, frozenset(needed))
            held = asked(world, narrow, code)
            yield place, place.address + "?" + "&".join(f"{name}={value}" for name, value in sorted(held.items()))
            if place.name == "cockpit.figure":
                for grain in ("party", "region", "month"):
                    yield place, f"{place.address}?metric=sell_in&start=2026-01-01&last=2026-12-31&by={grain}"


FORMS: set[str] = set()  # filled by the first who asks: it is the same in every world


def posted(world):
    """The names of pages that only take a form: a GET answers 405."""
    if not FORMS:
        browser = client(world, "admin")
        FORMS.update(
            place.name
            for place in pages(every=True)
            if browser.get(place.address.format(**asked(world, place, "D1"))).status_code == 405
        )
        assert len(FORMS) > 5
    return FORMS


def client(world, role, code="", **options):
    """A browser of somebody of a role."""
    browser = Client(raise_request_exception=False, **options)
    browser.force_login(world.people[role, code])
    return browser


def text_of(response):
    """Everything an answer says, headers too, whatever its format."""
    kind, body = response.get("Content-Type", ""), response.content
    if "spreadsheetml" in kind:
        book = openpyxl.load_workbook(io.BytesIO(body))
        cells = (str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
        body = " ".join([*book.sheetnames, *cells]).encode()
    elif "pdf" in kind:
        paper = PdfReader(io.BytesIO(body))
        body = " ".join([str(paper.metadata), *(page.extract_text() for page in paper.pages)]).encode()
    return body.decode(errors="replace").replace("\x00", "") + str(response.headers) + response.cookies.output()


def tells(address, response, code):
    """Whether an answer tells of a distributor: by canary or, where the question did not name it, by code."""
    text = text_of(response)
    return f"CNRY-{code}" in text or (code not in address and re.search(rf"(?<![\w-]){code}(?![\w-])", text))


def sides(bare):
    """Who walks: everybody with a part of the network, or (`bare`) one of each kind of scope."""
    if bare:
        return [("owner", "D1", "D2"), ("regional", "D1", "D2")]
    return [("owner", "D1", "D2"), ("regional", "D2", "D1"), ("clerk", "D2", "D1")]


def leaks(world, *, bare=False):
    """Every answer in which somebody sees or reaches what is not his, as readable lines. One of each role asks for everything,
    from one side or the other; files and searches of every list are asked for by an owner and a region (a clerk's scope is the owner's)."""
    for role, mine, other in sides(bare):
        browser, ways = client(world, role, mine), not bare and role != "clerk"
        for place, address in addresses(world, other, own=True, ways=ways):
            expected = 404 if role in place.allowed else 403
            answer = browser.get(address)
            if answer.status_code != expected:
                yield f"{role} {mine} opened {address}: {answer.status_code} instead of {expected}"
            elif tells(address, answer, other):
                yield f"{role} {mine} was told of {other} by the refusal of {address}"
        here = [
            *addresses(world, mine, own=False, ways=ways or bare),
            *addresses(world, mine, own=True, ways=ways),
        ]
        for place, address in here:
            if role in place.allowed:
                for panel in ({}, {"X-Panel": "1"}) if "?" not in address and ways else ({},):
                    answer = browser.get(address, headers=panel)
                    if answer.status_code >= 500 or tells(address, answer, other):
                        yield f"{role} {mine} saw {other} at {address} {panel or ''}: {answer.status_code}"
        yield from reaches(world, browser, role, mine, other)


def misopened(world):
    """Every page and operation that a role opens against its policy row, or that its row says and it does not."""
    for role in ROLES:
        browser = client(world, role, "D1" if role in NARROW else "")
        for place in pages():
            address = place.address.format(**asked(world, place, "D1"))
            form = place.name in posted(world)
            answer = browser.post(address) if form and role not in place.allowed else browser.get(address)
            fine = ({405} if form else {200, 302}) if role in place.allowed else {403}
            if role == "clerk" and "batch_id" in place.asks:
                fine = {404} if role in place.allowed else {403}  # a file is its sender's
            if answer.status_code not in fine:
                yield f"{role} opened {address}: {answer.status_code} instead of {fine}"
        for own in (True, False):
            for place, address in addresses(world, "D1", own=own, ways=False):
                if address.startswith("/api/"):
                    answer, expected = browser.get(address), 200 if role in place.allowed else 403
                    if answer.status_code != expected:
                        yield f"{role} asked {address}: {answer.status_code} instead of {expected}"
        for place in operations(ACTIONS):
            if role not in place.allowed:
                answer = post(browser, place.address, body_of(world, place, "D1"))
                if answer.status_code != 403:
                    yield f"{role} did {place.name}: {answer.status_code} instead of 403"


SAID = {"login": "new", "name": "New", "title": "x", "kind": "sell_out", "effective_from": "2027-01-01", "growth": "0", "permission": "control.audit", "roles": ["clerk"], "table": "statements", "query": "", "reason": "x", "verdict": "upheld", "answer": "x", "category": "COOK", "amount_minor": 1, "password": "grain-river-lamp-43", "role": "finance", "document": {}}  # fmt: skip


for _world in WORLDS:
    SAID.update(getattr(_world, "SAID", {}))


def body_of(world, place, code):
    """The inputs of a verb about things of one side."""
    fields = ACTIONS[place.name].inputs.model_fields
    held = SHARED | world.made | SAID | world.own[code]
    return {name: held[name] for name, field in fields.items() if field.is_required()}


def aimed(world):
    """The exposed verbs that are aimed at a thing of a distributor."""
    for place in operations(ACTIONS):
        fields = ACTIONS[place.name].inputs.model_fields
        if {name for name, field in fields.items() if field.is_required()} & world.own["D1"].keys():
            yield place


def post(browser, address, body):
    """A call of the API."""
    return browser.post(address, json.dumps(body), content_type="application/json")


def reaches(world, browser, role, mine, other):
    """Verbs and forms that do something to what is not one's own."""
    for place in aimed(world):
        answer = post(browser, place.address, body_of(world, place, other))
        expected = 404 if role in place.allowed else 403
        if answer.status_code != expected or tells(place.address, answer, other):
            yield f"{role} {mine} reached {place.name} of {other}: {answer.status_code} instead of {expected}"
    for place in pages():
        if is_own(place, world):
            answer = browser.post(place.address.format(**asked(world, place, other)), SAID | {"what": "disable"})
            refused = {404, 403} if role in place.allowed else {403}  # 403: the verb behind it is not his at all
            if answer.status_code not in refused:
                yield f"{role} {mine} sent a form to {place.address} of {other}: {answer.status_code}"
