"""The first administrator is made at the machine; no installation comes with a log-in of its own."""

import pytest
from click.testing import CliRunner
from django.utils.translation import override

from gongying.areas.accounts.api import admin
from gongying.core.people.models import User

pytestmark = pytest.mark.django_db


def made(*words, password):
    return CliRunner().invoke(admin, list(words), input=f"{password}\n{password}\n")


def test_the_first_administrator_is_made_with_a_password_that_is_asked_for():
    assert not User.objects.exists()
    done = made("li.wei", "--name", "李伟", password="grain-river-lamp-42")
    assert done.exit_code == 0, done.output
    assert "grain-river" not in done.output
    user = User.objects.get(login="li.wei")
    assert (user.role, user.name) == ("admin", "李伟")
    assert user.check_password("grain-river-lamp-42")


def test_a_password_everybody_knows_makes_nobody():
    with override("en"):
        done = made("li.wei", "--name", "李伟", password="liwei2026!")
    assert done.exit_code == 1
    assert "The password is little more than a name" in done.output
    assert not User.objects.exists()
