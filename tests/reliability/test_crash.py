"""No acknowledged write is lost or doubled: killed servers on both databases, power cuts on SQLite, and a canary that must lose (X08).

Short runs of the harness; docs/algorithms/reliability.md has the long ones.
"""

import pytest
from harness import ON_SQLITE, run

pytestmark = pytest.mark.xdist_group("crash")  # one template for all
only_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="power cuts are simulated on the file of SQLite")


def test_a_killed_server_loses_and_doubles_nothing(crash_world):
    told, code = run(crash_world, "crash.py", "kill", "--cycles", "25")
    assert code == 0, told
    assert "25 cycles" in told
    assert " 0 faults" in told
    assert " 0 answered" not in told, "a cycle that dies before its first answer tests nothing"


def test_gongying_serve_killed_with_all_its_processes_loses_and_doubles_nothing(crash_world):
    told, code = run(crash_world, "crash.py", "kill", "--http", "--cycles", "2")
    assert code == 0, told
    assert "2 cycles (0 without an answer)" in told
    assert " 0 faults" in told


@only_sqlite
def test_a_power_cut_loses_nothing_that_was_acknowledged(crash_world):
    told, code = run(crash_world, "crash.py", "cut", "--cycles", "20")
    assert code == 0, told
    assert " 0 faults" in told


@only_sqlite
def test_with_less_syncing_the_same_cuts_lose_what_was_acknowledged(crash_world):
    """The canary: PRAGMA synchronous=NORMAL, as popular guides have it, does not survive this."""
    told, code = run(crash_world, "crash.py", "cut", "--cycles", "20", "--synchronous", "NORMAL")
    assert code == 1, told
    assert "lost: " in told
