"""People of head office and of both distributors, and a case brought to any state."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gongying.areas.diversion import actions
from gongying.areas.diversion.actions import Found
from gongying.areas.diversion.models import Case
from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

PORTAL = frozenset({"diversion.view", "diversion.mine", "diversion.tell", "diversion.answer"})


@pytest.fixture
def desk(network):
    """planner reports, regional opens, director and admin rule; each distributor has an owner."""
    sync_roles()
    today = timezone.localdate()
    people = {
        role: Actor(role, role=role, may=frozenset({"*"}), parties=None)
        for role in ("planner", "regional", "director", "admin")
    }
    owner = {
        code: Actor(f"owner{code}", 900 + pk, role="owner", may=PORTAL, parties=frozenset({pk}))
        for code, pk in network.ids.items()
    }

    def find(**more):
        values = {"place": "温州五马街", "quantity": 12, "found_on": today, "product": "P1", "code": "L-77"} | more
        return Found(**values)

    def reported(whose="D1", **more):
        return actions.report(
            people["planner"], party_id=network.ids[whose], text="在温州发现", evidence=find(**more)
        )

    def told(by="D2", **more):
        number = actions.tell(owner[by], party_id=network.ids[by], text="CNRY 我看到的", evidence=find(**more))
        return number, Case.objects.unscoped("test").order_by("-id").first().pk

    def opened(code="D1"):
        case = reported(code)
        actions.open_case(people["regional"], case_id=case, ground="territory", summary="在温州发现贵司货物")
        return case

    def answered(code="D1"):
        case = opened(code)
        actions.answer(owner[code], case_id=case, text="并非我司发出")
        return case

    def upheld(code="D1"):
        case = answered(code)
        actions.rule(people["director"], case_id=case, verdict="upheld", reasons="批次与出库一致")
        return case

    def picture(who):
        held = io.BytesIO()
        exif = Image.Exif()
        exif[315] = "CNRY-AUTHOR"  # the artist, as a camera writes it
        Image.new("RGB", (20, 20), "white").save(held, "JPEG", exif=exif)
        return shelf.store(who, name="CNRY-shop.jpg", chunks=[held.getvalue()], purpose="diversion").pk

    def browser(role, code="", language="zh-hans"):
        user = User.objects.create_user(f"b{role}{code}", "x", name="x", role=role, party_id=network.ids.get(code))
        kind, key = ("party", str(network.ids[code])) if code else ("all", "")
        UserScope.objects.create(user=user, kind=kind, key=key)
        made = Client()
        made.force_login(user)
        made.cookies["django_language"] = language
        return made

    def row(case):
        return Case.objects.unscoped("test").get(pk=case)

    def later(case, **days):
        """The case as if it had begun so many days before."""
        Case.objects.unscoped("test").filter(pk=case).update(
            **{name: today + timedelta(days=shift) for name, shift in days.items()}
        )

    return SimpleNamespace(
        ids=network.ids, today=today, owner=owner, find=find, reported=reported, told=told, opened=opened, answered=answered,
        upheld=upheld, picture=picture, browser=browser, row=row, later=later, **people,
    )  # fmt: skip
