"""What the API says of itself is whole and true (C084)."""

import json
import re

import pytest

from gongying.core.api.document import document
from gongying.core.doors import ACTIONS, QUERIES
from gongying.core.journal.fact import FACTS

pytestmark = pytest.mark.django_db
EXPOSED = {name: verb for name, verb in (ACTIONS | QUERIES).items() if verb.exposed}


def operations():
    for path, held in document()["paths"].items():
        for method, told in held.items():
            yield path, method, told


def test_every_exposed_verb_is_described_with_its_inputs_and_its_answer(client):
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    found = {path.removeprefix("/api/").replace("/", "."): held for path, held in told["paths"].items()}
    assert set(found) == set(EXPOSED)
    for name, verb in EXPOSED.items():
        one = found[name]["post" if verb.writes else "get"]
        fields = set(verb.inputs.model_fields)
        if verb.writes:
            given = set(one["requestBody"]["content"]["application/json"]["schema"].get("properties", {}))
            assert one["parameters"][0]["name"] == "Idempotency-Key"
        else:
            given = {each["name"] for each in one["parameters"]}
        assert given == fields, name
        assert one["x-permission"] == verb.needs
        assert "200" in one["responses"]
    typed = [o for _p, _m, o in operations() if o["responses"]["200"]["content"]["application/json"]["schema"]]
    assert len(typed) > 0.9 * len(EXPOSED), "answers have types where a type can be told"


def test_every_reference_leads_somewhere():
    text = json.dumps(document())
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert len(wanted) > 10
    assert not wanted - set(document()["components"]["schemas"])


def test_every_no_is_described():
    for path, method, told in operations():
        codes = {"401", "403", "404", "422", "429"} | ({"409"} if method == "post" else set())
        assert codes <= set(told["responses"]), path
        problem = told["responses"]["403"]["content"]["application/json"]["schema"]["$ref"]
        assert problem == "#/components/schemas/Problem"


def test_every_fact_is_described_as_it_is_told():
    told = document()["webhooks"]
    assert set(told) == set(FACTS)
    body = told["rewards.dispute_ruled"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]["data"]["properties"]) >= {"party", "number", "verdict"}


def test_a_wrong_input_is_named_like_every_other_no(house, call):
    made = house.key()
    answer = call(made.token, "/api/rewards/settle", {"programme": "annual", "period": "2026", "extra": 1})
    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["field"]) == ("invalid", "extra")
    assert told["detail"]
    missing = call(made.token, "/api/rewards/statement").json()
    assert (missing["code"], missing["field"]) == ("invalid", "statement_id")


def test_the_page_shows_every_operation_of_an_area_and_what_is_ones_own(house):
    browser = house.browser("own1")
    text = browser.get("/connections/api/").content.decode()
    assert "?app=rewards" in text
    assert "?app=control" not in text, "a distributor reads of what his people may call"
    every = {name for name in EXPOSED if name.startswith("rewards.")}
    for login in ("root", "own1"):
        shown = house.browser(login).get("/connections/api/?app=rewards").content.decode()
        found = {f"rewards.{name}" for name in re.findall(r"/api/rewards/(\w+)", shown)}
        actor = house.actor(login)
        assert found == {name for name in every if login == "root" or actor.can(EXPOSED[name].needs)}
    assert len(found) < len(every)
    facts = browser.get("/connections/api/?app=webhooks").content.decode()
    assert "rewards.dispute_ruled" in facts
    assert "rewards.run_submitted" not in facts, "head office's own affair"
    assert browser.get("/connections/api/?app=nonsense").status_code == 200
