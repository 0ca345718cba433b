"""Run a harness of this folder as an operator would: a process on a database of its own."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

HERE = Path(__file__).parent
ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]


def run(world, script, *asked):
    """What it printed and its exit code."""
    folder = Path(world.folder) / f"run-{len(list(Path(world.folder).iterdir()))}"
    folder.mkdir()
    env = (
        os.environ
        | {"GONGYING_DATA": str(folder)}
        | ({"GONGYING_DATABASE_URL": world.address} if world.address else {})
    )
    command = [sys.executable, str(HERE / script), *asked, "--template", world.template]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr, done.returncode


def beside(name, *, again=True):
    """A database beside that of the tests, empty, and no template of it yet: its address and the name of its template. With
    `again=False` both are gone."""
    import psycopg

    kept = settings.DATABASES["default"]
    address = f"postgresql://{kept['USER']}:{kept['PASSWORD']}@{kept['HOST']}:{kept['PORT']}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
        for each in (name, f"{name}_template"):
            admin.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')
        if again:
            admin.execute(f'CREATE DATABASE "{name}"')
    return f"{address}/{name}", f"{name}_template"
