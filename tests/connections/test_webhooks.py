"""Facts told to other systems (C084): to whom, what of them, again until they are taken, and by hand."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from gongying.areas.accounts import actions as accounts
from gongying.areas.connections import actions, queries
from gongying.areas.rewards import actions as rewards
from gongying.areas.rewards.facts import DisputeRuled, RunVoided
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.hooks import delivery, signing, told
from gongying.core.hooks.models import Attempt, Delivery, Endpoint
from gongying.core.hooks.wire import Outcome
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
URL = "https://erp.example.com/in"
RULED = "rewards.dispute_ruled"
GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/integrations.md"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path  # the witness of the journal


@pytest.fixture
def hook(house):
    """An endpoint of somebody."""

    def make(login="root", facts=("rewards.*",), name="erp", url=URL):
        made = actions.make_endpoint(house.actor(login), name=name, url=url, facts=list(facts))
        return SimpleNamespace(id=made.endpoint_id, secret=made.secret)

    return make


@pytest.fixture
def out():
    """The world outside: answers what the test says and remembers what came."""
    world = SimpleNamespace(got=[], answer=lambda url: Outcome(200, 3))

    def send(url, headers, body):
        world.got.append((url, dict(headers), body))
        return world.answer(url)

    world.send = lambda **more: delivery.work_off(send, **more)
    return world


def tell(*facts):
    with joined("tests.tell"):
        book.record_all(SYSTEM, list(facts))
    book.seal()


def ruled(party, number="S1"):
    return DisputeRuled(statement=1, dispute=2, party=party, number=number, verdict="upheld", settled=True)


def rows():
    return Delivery.objects.unscoped("test").order_by("id")


def endpoint(made):
    return Endpoint.objects.unscoped("test").get(pk=made.id)


def later(seconds):
    """Time passes: what waits is due, and endpoints are left in peace no longer."""
    past = timezone.now() - timedelta(seconds=1)
    rows().filter(state="queued").update(next_at=past)
    Endpoint.objects.unscoped("test").update(hold_until=None)


def test_a_fact_is_told_once_signed_and_as_it_was(house, hook, out):
    made = hook()
    tell(ruled(house.ids["D1"]))
    assert told.fan_out() == 1
    assert told.fan_out() == 0, "once"
    assert out.send() == {"done": 1, "failed": 0}
    url, headers, body = out.got[0]
    assert url == URL
    assert signing.verify(made.secret, headers, body, int(timezone.now().timestamp()))
    said = json.loads(body)
    entry = Entry.objects.get(name=RULED)
    assert (said["type"], said["timestamp"], said["data"]) == (
        RULED,
        entry.told_at,
        json.loads(entry.payload) | {"party_code": "D1"},
    )
    row = rows().get()
    assert (row.state, row.attempts, row.code, row.position) == ("done", 1, 200, entry.position)
    assert endpoint(made).done_at is not None


def test_an_endpoint_hears_what_it_asked_for_from_now_on(house, hook):
    tell(ruled(house.ids["D1"], "before"))
    hook(facts=[RULED])
    hook(facts=["targets.*"], name="other")
    tell(ruled(house.ids["D1"], "after"), RunVoided(1, "R1"))
    assert told.fan_out() == 1
    assert '"after"' in rows().get().body
    everything = hook(facts=["*"], name="all")
    tell(RunVoided(2, "R2"))
    told.fan_out()
    names = set(rows().filter(endpoint_id=everything.id).values_list("fact", flat=True))
    assert "rewards.run_voided" in names


def test_a_distributor_is_told_only_of_himself_and_only_what_is_his(house, hook, out):
    hook("own1", facts=["*"])
    tell(ruled(house.ids["D1"], "mine"), ruled(house.ids["D2"], "FOREIGN"), RunVoided(7, "HOUSE"))
    assert told.fan_out() == 1
    out.send()
    data = json.loads(out.got[0][2])["data"]
    told_of = {"party": house.ids["D1"], "number": "mine", "verdict": "upheld", "statement": 1, "party_code": "D1"}
    assert data == told_of, "declared fields only"
    told_ = told.offered(house.actor("own1"))
    assert RULED in told_
    assert not [
        name for name in told_ if name.startswith(("credit.", "money.", "trade.", "accounts.", "policies."))
    ]
    for facts in (["accounts.*"], ["rewards.run_voided"], ["nonsense"], []):
        with pytest.raises(Refused) as no:
            hook("own1", facts=facts, name="x")
        assert no.value.field == "facts"


def test_nothing_is_told_any_more_of_what_its_maker_may_not_see_now(house, hook):
    hook()
    hook("own1", facts=[RULED], name="mine")
    for permission in [each for each in house.actor("root").may if each.startswith("rewards.")]:
        accounts.withdraw(house.actor("boss"), role="admin", permission=permission)
    tell(ruled(house.ids["D1"]))
    assert told.fan_out() == 1, "the distributor's only"
    User.objects.filter(login="own1").update(is_active=False)
    tell(ruled(house.ids["D1"]))
    assert told.fan_out() == 0


def test_what_is_not_taken_is_sent_again_later_and_later_and_then_rests(house, hook, out):
    made = hook()
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    out.answer = lambda url: Outcome(500, 9, "HTTP 500", "oh")
    waits = []
    for _n in range(len(delivery.RETRIES) + 1):
        before = timezone.now()
        assert out.send() == {"done": 0, "failed": 1}
        row = rows().get()
        waits.append(round((row.next_at - before).total_seconds()) if row.next_at else None)
        later(0)
    assert waits == [*delivery.RETRIES, None]
    assert (row.state, row.attempts, row.code) == ("failed", 10, 500)
    assert len({headers["webhook-id"] for _url, headers, _body in out.got}) == 1, "one number, however often"
    assert out.send() == {"done": 0, "failed": 0}
    tries = Attempt.objects.unscoped("test").filter(delivery=row)
    assert set(tries.values_list("code", "error", "excerpt")) == {(500, "HTTP 500", "oh")}
    assert endpoint(made).failures == 10


def test_an_endpoint_that_fails_is_left_alone_and_others_are_not(house, hook, out):
    bad, good = hook(name="bad", url="https://bad.example.com/"), hook(name="good")
    tell(*[ruled(house.ids["D1"], f"S{n}") for n in range(3)])
    told.fan_out()
    out.answer = lambda url: Outcome(None, 9, "no answer in time") if "bad" in url else Outcome(204, 3)
    assert out.send() == {"done": 3, "failed": 1}
    assert endpoint(bad).hold_until > timezone.now()
    numbers = [json.loads(body)["data"]["number"] for url, _headers, body in out.got if url == URL]
    assert numbers == ["S0", "S1", "S2"], "in order"
    out.answer = lambda url: Outcome(503, 9, "HTTP 503", retry_after=1200)
    later(0)
    out.send()
    assert endpoint(bad).hold_until > timezone.now() + timedelta(minutes=19), "as it asks"
    out.answer = lambda url: Outcome(200, 1)
    later(0)
    out.send()
    assert (endpoint(bad).failures, endpoint(bad).failing_since) == (0, None)
    assert endpoint(good).failures == 0


@pytest.mark.parametrize("gone", [True, False])
def test_an_endpoint_is_given_up_after_five_days_or_when_it_says_so_and_its_maker_is_told(house, hook, out, gone):
    made = hook("own1", facts=[RULED])
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    out.answer = lambda url: Outcome(410 if gone else 500, 1)
    if not gone:
        out.send()
        assert endpoint(made).state == "active"
        long_ago = timezone.now() - delivery.GIVE_UP
        Endpoint.objects.unscoped("test").update(failing_since=long_ago)
        later(0)
    out.send()
    assert endpoint(made).state == "disabled"
    assert endpoint(made).why
    notice = Notice.objects.get(user_id=house.people["own1"].pk)
    assert notice.link == f"/connections/hooks/{made.id}/"
    assert Entry.objects.filter(name="hooks.endpoint_given_up").count() == 1
    tell(ruled(house.ids["D1"]))
    assert told.fan_out() == 0
    assert house.browser("own1").get(notice.link).status_code == 200


def test_after_a_pause_what_was_missed_is_sent_by_hand(house, hook, out):
    made, root = hook(), house.actor("root")
    since = timezone.now() - timedelta(hours=1)
    tell(ruled(house.ids["D1"], "S1"))
    told.fan_out()
    out.send()
    actions.disable_endpoint(root, endpoint_id=made.id)
    tell(ruled(house.ids["D1"], "S2"))
    assert told.fan_out() == 0
    with pytest.raises(Refused):
        actions.replay_since(root, endpoint_id=made.id, since=since)
    actions.enable_endpoint(root, endpoint_id=made.id)
    assert actions.replay_since(root, endpoint_id=made.id, since=since) == 1
    out.send()
    assert [json.loads(body)["data"]["number"] for _url, _headers, body in out.got] == ["S1", "S2"]
    with pytest.raises(Refused):
        actions.replay_since(root, endpoint_id=made.id, since=since)
    assert actions.replay_since(root, endpoint_id=made.id, since=since, only_failed=False) == 2
    assert out.send() == {"done": 2, "failed": 0}
    assert len({headers["webhook-id"] for _url, headers, _body in out.got}) == 2, "the numbers they had"


def test_one_message_is_sent_again_by_hand(house, hook, out):
    hook()
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    out.send()
    row = rows().get()
    browser = house.browser("root")
    assert browser.post(f"/connections/messages/{row.pk}/").status_code == 302
    assert rows().get().state == "queued"
    assert Job.objects.filter(kind=delivery.JOB, state="queued").count() == 1
    out.send()
    assert (rows().get().state, len(out.got)) == ("done", 2)


def test_a_test_message_is_sent_at_once_by_a_job(house, hook, monkeypatch):
    made, got = hook(), []

    def send(url, headers, body):
        got.append(body)
        return Outcome(200, 1)

    monkeypatch.setattr(delivery.work_off, "__defaults__", (send, 5.0))
    actions.ping(house.actor("root"), endpoint_id=made.id)
    job = Job.objects.get(kind=delivery.JOB)
    assert queue.run(job.pk).state == "done"
    assert json.loads(got[0])["type"] == "connections.ping"
    assert rows().get().state == "done"


def test_the_clock_has_what_is_due_sent_by_one_job(house, hook):
    hook()
    assert delivery.turn() == 0
    tell(ruled(house.ids["D1"]), ruled(house.ids["D2"]))
    assert delivery.turn() == 2
    assert delivery.turn() == 0
    assert Job.objects.filter(kind=delivery.JOB).count() == 1, "one is enough"


def test_a_message_that_was_never_taken_and_counts_as_such_is_found(house, hook, out):
    hook()
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    assert queries.untaken() == []
    out.send()
    assert queries.untaken() == []
    Attempt.objects.unscoped("test").update(code=500)
    assert queries.untaken() == [f"message {rows().get().message}"]


def test_two_senders_do_not_send_the_same_message(house, hook, out):
    hook()
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    assert len(delivery._next(5, set())) == 1
    assert delivery._next(5, set()) == [], "it is in the first one's hands"
    assert out.send() == {"done": 0, "failed": 0}
    rows().update(next_at=timezone.now() - timedelta(seconds=1))  # the first one died: its hold ended
    assert out.send() == {"done": 1, "failed": 0}


def test_a_run_begins_nothing_new_after_its_time(house, hook, out):
    hook()
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    assert out.send(seconds=0.0) == {"done": 0, "failed": 0}
    assert rows().get().state == "queued"


def test_messages_are_signed_with_both_secrets_for_a_while(house, hook, out):
    first = hook()
    second = actions.rotate_secret(house.actor("root"), endpoint_id=first.id, hours=1)
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    out.send()
    now = int(timezone.now().timestamp())
    _url, headers, body = out.got[0]
    assert all(signing.verify(secret, headers, body, now) for secret in (first.secret, second.secret))
    Endpoint.objects.unscoped("test").update(old_until=timezone.now() - timedelta(seconds=1))
    tell(ruled(house.ids["D1"]))
    told.fan_out()
    out.send()
    _url, headers, body = out.got[1]
    assert [signing.verify(secret, headers, body, now) for secret in (first.secret, second.secret)] == [False, True]


def test_a_message_that_would_be_too_long_tells_its_plain_fields():
    text = told.body_of("x.y", "2026-01-01", {"number": "S1", "parties": list(range(30_000))})
    assert json.loads(text)["data"] == {"number": "S1", "shortened": True}
    assert len(text.encode()) <= told.MOST_BODY


def test_what_ended_is_forgotten_after_thirty_days(house, hook, out):
    hook()
    tell(ruled(house.ids["D1"]), ruled(house.ids["D2"]))
    told.fan_out()
    out.send()
    first = rows().first()
    Delivery.objects.unscoped("test").filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert delivery.forget() == 1
    assert rows().count() == 1


def test_strangers_get_nothing_of_an_endpoint(house, hook, out):
    mine, foreign = hook("own1", facts=[RULED]), hook("own2", facts=[RULED])
    tell(ruled(house.ids["D1"], "CNRY-D1"), ruled(house.ids["D2"], "CNRY-D2"))
    told.fan_out()
    out.send()
    other = rows().get(endpoint_id=foreign.id)
    owner, browser = house.actor("own1"), house.browser("own1")
    assert [row.pk for row in queries.endpoints(owner)] == [mine.id]
    assert [row.endpoint_id for row in queries.deliveries(owner)] == [mine.id]
    since = timezone.now()
    for verb in (
        lambda: actions.ping(owner, endpoint_id=foreign.id),
        lambda: actions.rotate_secret(owner, endpoint_id=foreign.id),
        lambda: actions.disable_endpoint(owner, endpoint_id=foreign.id),
        lambda: actions.remove_endpoint(owner, endpoint_id=foreign.id),
        lambda: actions.replay(owner, delivery_id=other.pk),
        lambda: actions.replay_since(owner, endpoint_id=foreign.id, since=since),
        lambda: actions.change_endpoint(owner, endpoint_id=foreign.id, name="x", url=URL, facts=[RULED]),
    ):
        with pytest.raises(Missing):
            verb()
    for address in (f"/connections/hooks/{foreign.id}/", f"/connections/messages/{other.pk}/"):
        assert browser.get(address).status_code == browser.post(address).status_code == 404
    text = (
        browser.get("/connections/messages/?export=csv").content.decode()
        + browser.get("/connections/hooks/").content.decode()
    )
    assert RULED in text
    assert "own2" not in text
    boss = house.actor("boss")
    with pytest.raises(Refused) as no:
        actions.rotate_secret(boss, endpoint_id=mine.id)
    assert no.value.code == "not_yours"
    actions.disable_endpoint(boss, endpoint_id=mine.id)
    with pytest.raises(Forbidden):
        actions.disable_endpoint(house.actor("eye"), endpoint_id=foreign.id)


@pytest.mark.parametrize(
    "url",
    ["http://erp.example.com/", "https://10.0.0.1/", "https://169.254.169.254/x", "https://erp.example.com:22/"],
)
def test_an_address_inside_is_refused_beside_its_field(house, url):
    answer = house.browser("root").post("/connections/hooks/new/", {"name": "x", "url": url, "group": "rewards.*"})
    assert answer.status_code == 409
    assert not Endpoint.objects.unscoped("test").exists()


def test_the_pages_make_change_and_remove_an_endpoint_and_show_a_secret_once(house):
    browser = house.browser("root")
    made = browser.post("/connections/hooks/new/", {"name": "erp", "url": URL, "group": ["rewards.*"], "facts": ""})
    secret = re.search(r"whsec_[\w+/=]+", made.content.decode())[0]
    row = Endpoint.objects.unscoped("test").get()
    address = f"/connections/hooks/{row.pk}/"
    assert secret not in browser.get(address).content.decode()
    assert secret not in str(Endpoint.objects.unscoped("test").values().get())
    changed = {"what": "change", "name": "wms", "url": URL + "2", "group": "targets.*", "facts": RULED}
    assert browser.post(address, changed).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.url, row.facts) == ("wms", URL + "2", ["targets.*", RULED])
    for what, status in (
        ("ping", 302),
        ("disable", 302),
        ("ping", 409),
        ("enable", 302),
        ("replay", 409),
        ("rotate", 200),
        ("remove", 302),
    ):
        assert browser.post(address, {"what": what}).status_code == status, what
    assert browser.get(address).status_code == 404


def test_the_pages_make_a_key_and_show_it_once(house, call):
    browser = house.browser("own1")
    made = browser.post(
        "/connections/keys/new/", {"name": "erp", "scopes": ["cockpit.view"], "networks": "127.0.0.1, 10.0.0.0/8"}
    )
    token = re.search(r"gy_[a-z2-7]{10}_[\w-]{43}", made.content.decode())[0]
    assert call(token, "/api/connections/whoami").status_code == 200
    row = queries.keys(house.actor("own1")).get()
    page = browser.get(f"/connections/keys/{row.pk}/").content.decode()
    assert token not in page
    assert token[:13] in page
    assert browser.post("/connections/keys/new/", {"name": "two", "scopes": ["rewards.settle"]}).status_code == 409
    assert browser.post(f"/connections/keys/{row.pk}/", {"what": "rotate", "hours": "1"}).status_code == 200
    assert browser.post(f"/connections/keys/{row.pk}/", {"what": "revoke"}).status_code == 302
    assert call(token, "/api/connections/whoami").status_code == 401


def test_a_settlement_reaches_the_other_system(house, hook, programme, out):
    """From the verb to the wire."""
    programme()
    house.network.sell(house.network.line(yuan=9000))
    hook(facts=["rewards.run_submitted"])
    rewards.settle(house.actor("root"), programme="annual", period="2026")
    while book.seal():
        pass
    told.fan_out()
    out.send()
    assert json.loads(out.got[0][2])["data"]["programme"] == "annual"


def snippet(language):
    """A receiver of the guide."""
    return re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]


def test_the_receiver_in_python_of_the_guide_verifies():
    held: dict = {}
    exec(snippet("python"), held)  # noqa: S102 - our own page
    now = int(timezone.now().timestamp())
    secret, body = signing.new_secret(), b'{"type":"x"}'
    headers = signing.headers([signing.new_secret(), secret], "msg_1", now, body)
    assert held["is_ours"](secret, headers, body)
    assert not held["is_ours"](secret, headers, body + b" ")
    assert not held["is_ours"](secret, headers | {"webhook-timestamp": str(now - 3600)}, body)
    assert not held["is_ours"](signing.new_secret(), headers, body)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_the_receiver_in_node_of_the_guide_verifies(tmp_path):
    now = int(timezone.now().timestamp())
    secret, body = signing.new_secret(), b'{"type":"x"}'
    headers = signing.headers([secret], "msg_1", now, body)
    cases = [
        [headers, body.decode()],
        [headers, body.decode() + " "],
        [headers | {"webhook-timestamp": str(now - 3600)}, body.decode()],
    ]
    script = (
        snippet("js")
        + f"\nconsole.log(JSON.stringify({json.dumps(cases)}.map(([h, b]) => isOurs({json.dumps(secret)}, h, b))));"
    )
    home = tmp_path / "receiver.js"
    home.write_text(script)
    ran = subprocess.run(["node", str(home)], capture_output=True, text=True, check=True)  # noqa: S607
    assert json.loads(ran.stdout) == [True, False, False]
