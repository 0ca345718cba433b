"""What must be true of a database at any time is asked by one command."""

import pytest
from click.testing import CliRunner

from gongying.core import soundness
from gongying.site.cli import main

pytestmark = pytest.mark.django_db


def test_a_sound_database_is_told_so_question_by_question(network):
    network.sell(network.line(yuan=100))
    told = CliRunner().invoke(main, ["fsck"])
    assert told.exit_code == 0, told.output
    assert all(name in told.output for name in ("trade.lines", "doors.keys", "journal.chain"))


def test_what_does_not_hold_is_named(network, tamper):
    from django.db import connection

    network.sell(network.line(yuan=100))
    tamper("trade_line")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trade_line SET net_minor = 1, gross_minor = 1")
    told = CliRunner().invoke(main, ["fsck"])
    assert told.exit_code == 1
    assert "BROKEN  trade.lines" in told.output


def test_a_question_tells_a_hundred_faults_at_most(monkeypatch):
    asked = soundness.Sound("tests.many", "many", lambda: iter(range(1_000_000)))
    monkeypatch.setattr(soundness, "SOUND", {"tests.many": asked})
    ((_each, found),) = soundness.faults()
    assert len(found) == soundness.MOST
