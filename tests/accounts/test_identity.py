"""Log-in: throttled, two factors, sessions that can be ended; owners administer their own people only."""

from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.accounts import actions
from gongying.areas.accounts.models import Failure, OpenSession, RecoveryCode, SecondFactor
from gongying.core.audit.models import AuditRow
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

    d1, d2 = network.ids["D1"], network.ids["D2"]
    return {
        "admin": person("root", "admin"),
        "owner": person("o1", "owner", "party", str(d1), d1),
        "clerk": person("c1", "clerk", "party", str(d1), d1),
        "other": person("o2", "owner", "party", str(d2), d2),
    }


def enter(browser, login="root", password=SECRET, **more):
    return browser.post("/accounts/login/", {"username": login, "password": password, **more})


def test_wrong_login_and_wrong_password_get_the_same_answer(people):
    browser = Client()
    one, two = enter(browser, "nobody"), enter(browser, password="wrong")
    assert one.status_code == two.status_code == 401
    assert "alert" in one.content.decode()
    assert enter(browser).status_code == 302
    assert browser.get("/").status_code == 200


def test_five_failures_lock_this_login_from_this_address_for_a_while(people):
    browser = Client()
    for _each in range(5):
        enter(browser, password="wrong")
    assert enter(browser).status_code == 429, "even the right password waits"
    assert enter(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302, "the owner elsewhere is not locked out"
    Failure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert enter(browser).status_code == 302


def test_many_logins_from_one_address_are_throttled_too(people):
    Failure.objects.bulk_create(Failure(login=f"x{n}", address="127.0.0.1") for n in range(50))
    assert enter(Client()).status_code == 429


def test_the_log_in_goes_nowhere_else(people):
    assert enter(Client(), next="https://evil.example/").headers["Location"] == "/"
    assert enter(Client(), next="/rewards/runs/").headers["Location"] == "/rewards/runs/"


def test_a_session_gets_a_new_key_and_is_listed_and_can_be_ended(people):
    here, there = Client(), Client()
    here.get("/accounts/login/")
    enter(here), enter(there)
    row = OpenSession.objects.get(session_key=there.session.session_key)
    assert here.post("/accounts/profile/", {"what": "revoke", "session": row.pk}).status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    stranger = actor_for(people["owner"])
    with pytest.raises(Missing):
        actions.revoke_session(stranger, session_id=OpenSession.objects.get().pk)


def switched_on(user):
    actor = actor_for(user)
    uri = actions.start_factor(actor)
    clock = pyotp.parse_uri(uri)
    codes = actions.confirm_factor(actor, code=clock.now())
    return clock, codes


def test_the_second_factor_is_asked_for_and_a_code_works_once(people):
    clock, codes = switched_on(people["admin"])
    stored = SecondFactor.objects.get()
    assert clock.secret not in stored.secret, "encrypted at rest"
    browser = Client()
    assert enter(browser).headers["Location"] == "/accounts/code/"
    assert browser.get("/").status_code == 302, "the password alone opens nothing"
    used = clock.now()
    assert browser.post("/accounts/code/", {"code": used}).status_code == 401, "the code that confirmed is spent"
    following = clock.at(timezone.now() + timedelta(seconds=30))
    assert browser.post("/accounts/code/", {"code": following}).status_code == 302
    again = Client()
    enter(again)
    assert again.post("/accounts/code/", {"code": following}).status_code == 401, "a code is not used twice"
    assert again.post("/accounts/code/", {"code": codes[0]}).status_code == 302
    third = Client()
    enter(third)
    assert third.post("/accounts/code/", {"code": codes[0]}).status_code == 401, "nor is a recovery code"
    assert RecoveryCode.objects.filter(used_at__isnull=True).count() == 9


def test_guessing_codes_is_throttled(people):
    switched_on(people["admin"])
    browser = Client()
    enter(browser)
    answers = [browser.post("/accounts/code/", {"code": "000000"}).status_code for _each in range(6)]
    assert answers == [401] * 5 + [429]


def test_switching_off_wants_the_password(people):
    switched_on(people["admin"])
    actor = actor_for(people["admin"])
    with pytest.raises(Refused):
        actions.drop_factor(actor, password="wrong")
    with pytest.raises(Refused):
        actions.start_factor(actor)
    actions.drop_factor(actor, password=SECRET)
    assert enter(Client()).headers["Location"] == "/"


def test_a_changed_password_ends_the_other_log_ins(people):
    browser = Client()
    enter(browser)
    with pytest.raises(Refused):
        actions.change_password(actor_for(people["admin"]), old="wrong", new="another-long-one-7")
    with pytest.raises(Refused):
        actions.change_password(actor_for(people["admin"]), old=SECRET, new="short")
    actions.change_password(actor_for(people["admin"]), old=SECRET, new="another-long-one-7")
    assert browser.get("/").status_code == 302
    assert "another-long-one-7" not in " ".join(AuditRow.objects.values_list("inputs", flat=True))


def test_an_owner_administers_his_own_people_only(people):
    owner = actor_for(people["owner"])
    for verb in (actions.disable_user, actions.enable_user):
        with pytest.raises(Missing):
            verb(owner, user_id=people["other"].pk)
    with pytest.raises(Missing):
        actions.reset_password(owner, user_id=people["admin"].pk, password=SECRET)
    actions.reset_password(owner, user_id=people["clerk"].pk, password="fresh-rice-cooker-9")
    with pytest.raises(Refused):
        actions.disable_user(owner, user_id=people["owner"].pk)
    browser = Client()
    enter(browser, "o1")
    assert browser.get(f"/accounts/users/{people['other'].pk}/").status_code == 404
    assert browser.get(f"/accounts/users/{people['clerk'].pk}/").status_code == 200
    assert "o2" not in browser.get("/accounts/users/?export=csv").content.decode()
    made = {"login": "new", "name": "New", "role": "admin", "password": SECRET}
    browser.post("/accounts/users/", made)
    assert not User.objects.filter(login="new").exists(), "an owner cannot make an administrator"
    browser.post("/accounts/users/", made | {"role": "clerk"})
    assert User.objects.get(login="new").party_id == people["owner"].party_id


def test_a_disabled_user_is_nobody_at_once_and_the_last_administrator_stays(people):
    browser = Client()
    enter(browser, "c1")
    actions.disable_user(actor_for(people["admin"]), user_id=people["clerk"].pk)
    assert browser.get("/").status_code == 302
    assert enter(Client(), "c1").status_code == 401
    second = User.objects.create_user("root2", SECRET, name="r", role="director")
    UserScope.objects.create(user=second, kind="all")
    actions.set_role(actor_for(people["admin"]), user_id=second.pk, role="finance")
    assert User.objects.get(pk=second.pk).role == "finance"
    chief = actor_for(people["admin"])
    User.objects.filter(pk=people["admin"].pk).update(role="admin")
    with pytest.raises(Refused):
        actions.set_role(chief, user_id=people["admin"].pk, role="finance")


def test_log_ins_are_on_record(people):
    enter(Client(), password="wrong"), enter(Client())
    told = set(AuditRow.objects.values_list("action", flat=True))
    assert {"accounts.note_failure", "accounts.open_session"} <= told
