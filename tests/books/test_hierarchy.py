"""Who supplies whom on which day, and which places lie in which: several levels, dated, without a circle."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from gongying.books.parties import post, read
from gongying.books.parties.models import PartyLink
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
JAN, JUN, DEC = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 1)


@pytest.fixture
def ids(network):
    network.join(["D3", "D4", "D5"])
    with joined("tests.parties"):
        yield network.ids


def link(ids, parent, child, day):
    return post.link(SYSTEM, parent_id=ids[parent], child_id=ids[child], valid_from=day)


def above(ids, code, day):
    names = {pk: name for name, pk in ids.items()}
    return [names[pk] for pk in read.ancestors(ids[code], day)]


def below(ids, code, day):
    names = {pk: name for name, pk in ids.items()}
    return {names[pk] for pk in read.descendants(ids[code], day)}


def test_four_levels_each_with_days_of_its_own(ids):
    link(ids, "D1", "D2", JAN)
    link(ids, "D2", "D3", JAN)
    link(ids, "D3", "D4", JAN)
    link(ids, "D5", "D3", JUN)
    assert above(ids, "D4", date(2026, 5, 31)) == ["D3", "D2", "D1"]
    assert above(ids, "D4", JUN) == ["D3", "D5"]
    assert above(ids, "D4", date(2025, 12, 31)) == []
    assert (below(ids, "D1", JAN), below(ids, "D1", JUN)) == ({"D2", "D3", "D4"}, {"D2"})
    assert below(ids, "D5", JUN) == {"D3", "D4"}


def test_a_circle_is_refused_today_and_on_any_later_day(ids):
    link(ids, "D1", "D2", JAN)
    link(ids, "D2", "D3", JAN)
    for parent, child, day in (("D3", "D1", JAN), ("D2", "D1", JUN), ("D1", "D1", JAN)):
        with pytest.raises(Refused) as no:
            link(ids, parent, child, day)
        assert no.value.code == "circle"
    link(ids, "D4", "D5", DEC)
    with pytest.raises(Refused) as no:
        link(ids, "D5", "D4", JUN)  # no circle in June; one from December on
    assert no.value.code == "circle"
    assert PartyLink.objects.unscoped("test").count() == 3


def test_one_supplier_at_a_time_and_a_link_taken_back_gives_the_one_before(ids):
    link(ids, "D1", "D3", JAN)
    link(ids, "D2", "D3", JUN)
    with pytest.raises(Refused):
        link(ids, "D4", "D3", JAN)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyLink.objects.create(parent_id=ids["D4"], child_id=ids["D3"], valid_from=DEC)
    post.unlink(SYSTEM, parent_id=ids["D2"], child_id=ids["D3"], valid_from=JUN)
    assert above(ids, "D3", DEC) == ["D1"]


def test_regions_know_their_parent_and_do_not_run_in_circles(ids):
    with pytest.raises(Refused) as no:
        post.regions(SYSTEM, [post.RegionIn("X", "无", parent="NOWHERE")])
    assert no.value.field == "parent"
    post.regions(SYSTEM, [post.RegionIn("ZJ", "浙江", level="province", parent="HD")])
    for wrong in (post.RegionIn("CN", "全国", parent="ZJ"), post.RegionIn("ZJ", "浙江", parent="ZJ")):
        with pytest.raises(Refused) as no:
            post.regions(SYSTEM, [wrong])
        assert no.value.code == "circle"
    assert read.in_regions(["CN"]) >= read.in_regions(["HD"]) >= read.in_regions(["ZJ"])
