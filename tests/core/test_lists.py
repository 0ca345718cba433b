"""Lists: what an address may ask, what a file of one says, views that are kept, and bulk forms."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from gongying.core.actor import SYSTEM, Actor
from gongying.core.jobs.models import Job
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.ui import actions, links
from gongying.core.ui.models import SavedView
from gongying.core.ui.tables import Cell, Column, Filter, Table
from gongying.core.ui.templatetags.ui import cells

ROWS = [SimpleNamespace(pk=n, name=f"row {n}", kind="odd" if n % 2 else "even") for n in range(1, 61)]
LIST = Table(
    "things",
    [
        Column("name", "Name", lambda r: r.name, sort=lambda r: r.pk),
        Column("paid", "Paid", lambda r: (r.pk * 1001, ("CNY", "JPY", "KWD")[r.pk % 3]), "money"),
        Column("at", "At", lambda r: datetime(2026, 3, 31, 18, 30, tzinfo=UTC), "time"),
    ],
    sort="name",
    filters=[Filter("kind", "Kind", [("odd", "odd"), ("even", "even")], lambda rows, v: [r for r in rows if r.kind == v])],
    search=lambda rows, q: [r for r in rows if q in r.name],
)  # fmt: skip


def asked(path="/", **post):
    request = RequestFactory().post(path, post) if post else RequestFactory().get(path)
    request.actor, request.user = None, AnonymousUser()
    return request


def test_a_file_says_money_exactly_in_every_currency_and_time_as_the_screen_does():
    by_currency = {(LIST.line(row)[1]) for row in ROWS[:3]}
    assert by_currency == {Decimal("1001"), Decimal("2.002"), Decimal("30.03")}  # JPY, KWD, CNY: 0, 3 and 2 places
    assert LIST.line(ROWS[0])[2] == "2026-04-01 02:30:00"  # Shanghai, as shown


def test_a_value_that_is_not_offered_narrows_nothing_and_is_not_kept():
    bound = LIST.bind(asked("/?kind=prime&colour=red&sort=name"), ROWS)
    assert (bound.narrowed, bound.query, bound.page.paginator.count) == (False, "sort=name", 60)
    bound = LIST.bind(asked("/?kind=odd"), ROWS)
    assert (bound.narrowed, bound.page.paginator.count) == (True, 30)


def test_a_bulk_form_takes_what_is_ticked_or_everything_the_list_shows():
    ticked = LIST.chosen(asked(key=["3", "7", "999"]), ROWS)
    assert [row.pk for row in ticked] == [3, 7]
    whole = LIST.chosen(asked(key=["3"], all="1", query="kind=odd&q=row 1&sort=-name"), ROWS)
    assert [row.pk for row in whole] == [19, 17, 15, 13, 11, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["ended", "-ended"])
def test_empty_cells_stand_last_on_every_database(order):
    for number in range(3):
        at = datetime(2026, 1, number + 1, tzinfo=UTC) if number else None
        Job.objects.create(kind="test", title=f"job {number}", ended_at=at)
    table = Table("jobs", [Column("ended", "Ended", lambda j: j.ended_at, "time", "ended_at")], sort=order)
    shown = [job.ended_at for job in table.bind(asked(), Job.objects.all()).page]
    assert shown[-1] is None
    assert None not in shown[:-1]


@pytest.mark.django_db
def test_a_kept_view_is_a_tab_for_its_owner_or_everybody_and_its_owner_removes_it(network):
    sync_roles()
    clients = {}
    for role in ("admin", "planner"):
        user = User.objects.create_user(role, "x", name=role, role=role)
        UserScope.objects.create(user=user, kind="all", key="")
        clients[role] = Client()
        clients[role].force_login(user)
    where = "/cockpit/distributors/"
    kept = {"table": "distributors", "name": "Shrinkers", "query": "trend=down", "shared": "1", "back": where}
    assert clients["admin"].post("/ui/views/", kept).headers["Location"] == where
    view = SavedView.objects.get()
    seen = {role: client.get(f"{where}?trend=down").content.decode() for role, client in clients.items()}
    assert all("Shrinkers" in page for page in seen.values())
    assert 'name="drop"' in seen["admin"]
    assert 'name="drop"' not in seen["planner"]
    assert clients["planner"].post("/ui/views/", {"drop": view.pk, "back": where}).status_code == 404
    clients["admin"].post("/ui/views/", {"drop": view.pk, "back": where})
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_a_distributor_cannot_put_a_view_on_everybodys_page():
    from gongying.core.refusal import Refused

    sync_roles()
    theirs = Actor("o", user_id=5, role="owner", may=frozenset({"ui.keep"}), parties=frozenset({1}))
    with pytest.raises(Refused):
        actions.save_view(theirs, table="things", name="x", query="q=1", shared=True)
    assert actions.save_view(SYSTEM, table="things", name="x", query="q=1", shared=True)


def test_cells_escape_what_they_show_and_link():
    odd = Cell('<b>"&', "text", '/x/?a=1&b="', right=False, phone=False, panel=True)
    assert cells([odd]) == (
        '<td class=" phone-hide"><a data-panel href="/x/?a=1&amp;b=&quot;">&lt;b&gt;&quot;&amp;</a></td>'
    )
    assert cells(
        [Cell(-1250, "money", "", right=True, phone=True), Cell(None, "date", "", right=False, phone=True)]
    ) == ('<td class="num">-¥12.50</td><td class="date">–</td>')
    with translation.override("en"):
        assert ">paid</span>" in cells([Cell("paid", "state", "", right=False, phone=True)])
    with translation.override("zh-hans"):
        assert ">paid</span>" not in cells([Cell("paid", "state", "", right=False, phone=True)])


def test_a_numbered_address_is_what_reverse_says():
    for number in (1, 70, 8_000_000_000):
        assert links.numbered("ordering:order", number) == reverse("ordering:order", args=[number])
