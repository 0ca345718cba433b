"""`gongying admin LOGIN --name NAME`: the first administrator of an installation, by whoever holds the machine."""

import click

from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

from . import actions


@click.command("admin")
@click.argument("login")
@click.option("--name", prompt=True, help="What the administrator is called.")
@click.option("--name-en", default="", help="The name in English.")
@click.password_option(help="Asked for when it is not given.")
def admin(login: str, name: str, name_en: str, password: str) -> None:
    """Create an administrator of head office; the password is asked for."""
    try:
        actions.create_user(
            SYSTEM.through("cli"), login=login, name=name, name_en=name_en, role="admin", password=password
        )
    except Refused as no:
        raise click.ClickException(f"{no.message} {no.remedy}".strip()) from no
    click.echo(f"{login} may log in")


commands = [admin]
