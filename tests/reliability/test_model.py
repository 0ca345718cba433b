"""A Hypothesis state machine drives orders, deliveries, returns, payments and closes against a dictionary (capabilities X08, C017, C087).

`GONGYING_MODEL_RUNS` and `GONGYING_MODEL_STEPS` make it run longer than the build allows.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from ledger import Ledger, Line

RUNS, STEPS = int(os.environ.get("GONGYING_MODEL_RUNS", "6")), int(os.environ.get("GONGYING_MODEL_STEPS", "20"))


def test_the_house_and_the_model_say_the_same_after_every_step(db):
    import machine
    import trading

    world = trading.build(distributors=2, products=3, each=machine.EACH, limit=machine.LIMIT)
    machine.Machine.world = world
    phases = [Phase.generate, *([Phase.shrink] if "GONGYING_MODEL_SHRINK" in os.environ else [])]
    run_state_machine_as_test(
        machine.Machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=phases,
            print_blob=True,
            database=None,
        ),
    )


def test_the_model_splits_amounts_without_loss():
    line = Line("G001", False, 7, 6860, 892)
    assert sum(line.worth(n, 1) for n in range(7)) == 6860 + 892


def test_a_model_that_is_wrong_is_noticed(db, monkeypatch):
    """The canary: with a model that forgets what is lost on the way, the same machine fails at its first loss."""
    import machine
    import trading

    world = trading.build(distributors=1, products=3, each=machine.EACH, limit=machine.LIMIT)
    machine.Machine.world = world
    right = Ledger.deliver
    monkeypatch.setattr(
        Ledger, "deliver", lambda self, order, sent, lost, number: right(self, order, sent, 0, number)
    )
    run = machine.Machine()
    run.begin()
    try:
        run.place(0, [("G001", 5)], False, 1)
        run.ship(0, True)
        run.alike()
        run.deliver(0, 1)
        with pytest.raises(AssertionError):
            run.alike()
    finally:
        run.teardown()
