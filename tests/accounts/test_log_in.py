"""The log-in against somebody who means it: who cannot be locked out, what he cannot learn, steal, plant or use twice."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from gongying.areas.accounts import actions
from gongying.areas.accounts.models import OpenSession, RecoveryCode
from gongying.areas.accounts.rules import guessable
from gongying.core.actor import SYSTEM
from gongying.core.audit.models import AuditRow
from gongying.core.jobs import queue
from gongying.core.jobs.registry import JOBS, JobKind
from gongying.core.people import middleware
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
SECRET = "grain-river-lamp-42"


@pytest.fixture
def people(network):
    sync_roles()

    def person(login, role, kind="all", key="", party=None):
        user = User.objects.create_user(login, SECRET, name=login, role=role, party_id=party)
        UserScope.objects.create(user=user, kind=kind, key=key)
        return user

    d1 = network.ids["D1"]
    return {
        "admin": person("root", "admin"),
        "owner": person("o1", "owner", "party", str(d1), d1),
        "clerk": person("c1", "clerk", "party", str(d1), d1),
    }


def enter(browser, login="root", password=SECRET, **more):
    return browser.post("/accounts/login/", {"username": login, "password": password}, **more)


def with_factor(user):
    actor = actor_for(user)
    clock = pyotp.parse_uri(actions.start_factor(actor))
    return clock, actions.confirm_factor(actor, code=clock.now())


def test_a_rival_cannot_lock_somebody_out(people):
    rival = Client(REMOTE_ADDR="203.0.113.9")
    for _each in range(80):
        enter(rival, password="wrong")
    assert enter(rival).status_code == 429
    assert enter(Client()).status_code == 302, "the same login from elsewhere"
    assert enter(Client(REMOTE_ADDR="203.0.113.10")).status_code == 302


def test_behind_our_own_proxy_addresses_are_told_apart_and_nobody_makes_one_up(people, settings):
    settings.PROXIES = 1
    proxy = {"REMOTE_ADDR": "10.0.0.1"}
    for made_up in range(6):
        rival = Client(**proxy, HTTP_X_FORWARDED_FOR=f"198.51.100.{made_up}, 203.0.113.9")
        enter(rival, password="wrong")
    assert enter(rival).status_code == 429, "what he writes in front of his own address does not count"
    assert enter(Client(**proxy, HTTP_X_FORWARDED_FOR="192.0.2.7")).status_code == 302
    settings.PROXIES = 0
    for made_up in range(6):
        rival = Client(REMOTE_ADDR="203.0.113.11", HTTP_X_FORWARDED_FOR=f"198.51.100.{made_up}")
        enter(rival, password="wrong")
    assert enter(rival).status_code == 429, "without a proxy of ours nobody is believed"


def test_unknown_disabled_and_wrong_get_the_same_answer_in_the_same_time(people):
    User.objects.filter(pk=people["clerk"].pk).update(is_active=False)
    tried = {"unknown": ("nobody", SECRET), "wrong": ("root", "wrong-password"), "disabled": ("c1", SECRET)}
    answers, times = {}, {name: [] for name in tried}
    for turn in range(5):
        for name, (login, password) in tried.items():
            browser = Client(REMOTE_ADDR=f"10.1.{turn}.{len(answers)}")
            began = time.perf_counter()
            answer = enter(browser, login, password)
            times[name].append(time.perf_counter() - began)
            token = answer.context["csrf_token"]
            answers[name] = answer.status_code, answer.content.decode().replace(str(token), "")
    assert len(set(answers.values())) == 1
    assert answers["unknown"][0] == 401
    best = [min(tried_times) for tried_times in times.values()]
    assert max(best) < 2 * min(best), times  # without a password check the unknown would be ten times as fast


def test_odd_input_is_no_crash(people):
    for name in ("\0root", "x" * 5000, "", " ", "ro\x00ot", "用户"):
        assert enter(Client(), name, "\0").status_code in (401, 429), name
    assert enter(Client(), " ROOT ").status_code == 302
    clock, _codes = with_factor(people["admin"])
    browser = Client()
    enter(browser)
    for code in ("１２３４５６７", "é", "\0", "", "abc", "000 000 000"):
        assert browser.post("/accounts/code/", {"code": code}).status_code in (401, 429), code
    other = Client(REMOTE_ADDR="10.0.0.7")
    enter(other)
    wide = clock.at(timezone.now() + timedelta(seconds=30)).translate({48 + n: 0xFF10 + n for n in range(10)})
    assert other.post("/accounts/code/", {"code": f" {wide[:3]} {wide[3:]}"}).status_code == 302, (
        "as an input method writes"
    )
    for number in ("²", "٣", "-1", "9" * 30, "x"):
        assert other.post("/accounts/profile/", {"what": "revoke", "session": number}).status_code == 404


def test_a_planted_session_key_never_becomes_a_log_in(people):
    with_factor(people["admin"])
    rival, victim = Client(), Client()
    enter(rival)
    planted = rival.session.session_key
    victim.cookies["sessionid"] = planted
    enter(victim)
    assert victim.session.session_key != planted, "nor half of one"
    victim.cookies["sessionid"] = planted
    enter(victim, "o1")
    assert victim.session.session_key != planted
    assert rival.get("/").status_code == 302


def test_logging_out_ends_it_on_the_server(people):
    browser, thief = Client(), Client()
    enter(browser)
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert thief.get("/").status_code == 200
    assert browser.get("/accounts/logout/").status_code == 405
    assert browser.post("/accounts/logout/").status_code == 302
    assert thief.get("/").status_code == 302
    assert not OpenSession.objects.exists()
    assert Client().post("/accounts/logout/").status_code == 302, "nobody may log out as well"


def at(monkeypatch, later):
    moment = datetime.now(UTC) + later
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_a_log_in_that_is_not_used_ends(people, monkeypatch):
    browser = Client()
    enter(browser)
    at(monkeypatch, middleware.IDLE - timedelta(minutes=1))
    assert browser.get("/").status_code == 200
    at(monkeypatch, middleware.IDLE * 2 - timedelta(minutes=2))
    assert browser.get("/").status_code == 200, "it was used since"
    at(monkeypatch, middleware.IDLE * 3)
    assert browser.get("/").status_code == 302
    assert browser.get("/api/cockpit/overview").status_code == 401
    assert Session.objects.count() == 0, "ended on the server too"


def test_no_log_in_outlives_a_working_day_however_busy(people, monkeypatch):
    browser, step, now = Client(), timedelta(hours=1), timedelta(0)
    enter(browser)
    while now + step < middleware.LONGEST:
        now += step
        at(monkeypatch, now)
        assert browser.get("/").status_code == 200, now
    at(monkeypatch, middleware.LONGEST + timedelta(minutes=1))
    assert browser.get("/").status_code == 302


def test_recovery_codes_are_kept_so_that_a_copy_of_the_database_opens_nothing(people, settings):
    _clock, codes = with_factor(people["admin"])
    assert len(set(codes)) == 10
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not kept & set(codes)
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another installation"
    assert not actions.use_factor(SYSTEM, user_id=people["admin"].pk, code=codes[0])
    settings.SECRET_KEY = key
    assert actions.use_factor(SYSTEM, user_id=people["admin"].pk, code=codes[0])


def test_a_code_of_the_past_or_of_somebody_else_opens_nothing(people):
    clock, codes = with_factor(people["admin"])
    other, others = with_factor(people["owner"])
    now = timezone.now()
    for code in (
        clock.at(now - timedelta(seconds=90)),
        clock.at(now + timedelta(seconds=90)),
        other.now(),
        others[0],
    ):
        assert not actions.use_factor(SYSTEM, user_id=people["admin"].pk, code=code)
    assert actions.use_factor(SYSTEM, user_id=people["admin"].pk, code=codes[0].upper())
    assert not actions.use_factor(SYSTEM, user_id=people["clerk"].pk, code=codes[1]), "who has none has none"


def test_a_password_is_long_enough_not_common_and_more_than_a_name(people):
    admin = actor_for(people["admin"])
    refused = (
        "short77",
        "password",
        "12345678",
        "iloveyou",
        "gongying",
        "Gongying-2026",
        "root-gongying-1",
        "共赢-2026",
    )
    for password in refused:
        with pytest.raises(Refused) as no:
            actions.change_password(admin, old=SECRET, new=password)
        assert no.value.field == "new", password
    for password in ("x" * 20 + "yz" * 30, "四海之内皆兄弟也", "correct horse battery", "8chars+a"):
        actions.change_password(admin, old=SECRET, new=password)
        assert enter(Client(REMOTE_ADDR="10.9.9.9"), password=password).status_code == 302
        user = User.objects.get(pk=admin.user_id)
        user.set_password(SECRET)
        user.save()
    assert guessable("LiWei2026", ["wei.li@brand.cn", "李伟"])
    assert not guessable("83920174", ["wei.li@brand.cn"]), "no rule of composition"


def test_a_changed_password_keeps_this_log_in_and_ends_the_others(people):
    here, there = Client(), Client()
    enter(here), enter(there)
    here.post("/accounts/profile/", {"what": "password", "old": SECRET, "new": "another-long-one-7"})
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert OpenSession.objects.count() == 1


def test_whom_one_may_create(people, network):
    chief, owner = actor_for(people["admin"]), actor_for(people["owner"])

    def create(actor, role="clerk", kind="party", key=str(network.ids["D1"]), login="new.one", name="New"):
        return actions.create_user(
            actor, login=login, name=name, role=role, password=SECRET, scope_kind=kind, scope_key=key
        )

    wrong = [
        {"role": "regional", "kind": "all", "key": ""},
        {"role": "finance", "kind": "region", "key": "HD"},
        {"role": "clerk", "kind": "all", "key": ""},
        {"role": "clerk", "key": "x"},
        {"role": "clerk", "key": ""},
        {"role": "regional", "kind": "region", "key": "NOWHERE"},
        {"role": "king"},
        {"login": "system"},
        {"login": "two words"},
        {"login": ""},
        {"login": "x" * 121},
        {"login": "ROOT"},
        {"name": ""},
        {"name": "x" * 81},
    ]
    for given in wrong:
        with pytest.raises(Refused):
            create(chief, **given)
    for actor, given in ((chief, {"key": "987654321"}), (owner, {"key": str(network.ids["D2"])})):
        with pytest.raises(Missing):
            create(actor, **given)
    with pytest.raises(Missing):
        create(owner, role="finance", kind="all", key="")
    assert create(owner)
    assert create(chief, role="regional", kind="region", key="HD", login="r1")
    with pytest.raises(Refused):
        actions.set_role(
            chief, user_id=User.objects.get(login="r1").pk, role="finance", scope_kind="region", scope_key="HD"
        )


def test_what_was_typed_in_secret_is_nowhere_on_record(people):
    browser = Client()
    enter(browser, password="a-wrong-secret-1")
    enter(browser)
    browser.post("/accounts/profile/", {"what": "password", "old": "old-secret-1", "new": "new-secret-1"})
    actions.reset_password(actor_for(people["admin"]), user_id=people["clerk"].pk, password="reset-secret-11")
    clock, codes = with_factor(people["admin"])
    text = " ".join(f"{row.inputs} {row.detail}" for row in AuditRow.objects.all())
    for secret in ("secret-1", "reset-secret", clock.secret, *codes, browser.cookies["sessionid"].value):
        assert secret not in text


SHOW = """
from django.conf import settings as s
import django; django.setup()
from django.core.checks import run_checks
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS,
      s.SECURE_PROXY_SSL_HEADER)
"""


def test_cookies_are_kept_from_scripts_and_other_sites_and_by_https_from_neighbours(people, tmp_path):
    browser = Client()
    enter(browser)
    for name in ("sessionid", "csrftoken"):
        morsel = browser.cookies[name]
        assert morsel["httponly"], name
        assert morsel["samesite"] == "Lax", name
        assert morsel["path"] == "/", name
    env = {
        "GONGYING_DATA": str(tmp_path), "GONGYING_HTTPS": "1", "GONGYING_PROXIES": "1", "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "gongying.site.settings", "PYTHONPATH": ":".join(sys.path),
    }  # fmt: skip
    told = subprocess.run([sys.executable, "-c", SHOW], env=env, capture_output=True, text=True, check=True).stdout
    assert told.startswith("__Host-sessionid __Host-csrftoken True True 31536000 ('HTTP_X_FORWARDED_PROTO'")


def test_background_work_runs_with_what_its_sender_may_do_now(people, monkeypatch):
    seen = []
    monkeypatch.setitem(
        JOBS, "tests.look", JobKind("tests.look", "look", lambda context: seen.append(context.actor))
    )
    owner = actor_for(people["owner"])
    first, second, third = (queue.start(owner, "tests.look", title="look") for _each in range(3))
    assert queue.run(first).state == "done"
    assert (seen[0].may, seen[0].parties, seen[0].via) == (owner.may, owner.parties, "job")
    UserScope.objects.filter(user=people["owner"]).delete()
    actions.withdraw(SYSTEM, role="owner", permission="imports.send")
    queue.run(second)
    assert seen[1].parties == frozenset()
    assert not seen[1].can("imports.send")
    actions.disable_user(actor_for(people["admin"]), user_id=people["owner"].pk)
    assert queue.run(third).state == "failed"
    assert len(seen) == 2
    assert queue.run(queue.start(SYSTEM, "tests.look", title="look")).state == "done"
    assert seen[2].parties is None
