"""The walk's view of accruals (September is accrued for both sides) and of a replay that was shared with each side."""

from datetime import date

from gongying.areas.rewards import actions
from gongying.areas.rewards.actions import accruing
from gongying.areas.rewards.models import AccrualLine, Replay
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
OTHER = {
    "rewards:accrual": {"line_id": "accrual_line_id"},
    "rewards:accrual_run": {"run_id": "accrual_run_id"},
    "rewards:accrual_decide": {"run_id": "accrual_run_id"},
}
MORE = {
    "rewards:accruals": ("?month=2026-09",),
    "rewards:accrual_trial": ("?month=2026-09", "?month=2026-09&export=csv"),
    "rewards:taxes": ("?list=xlsx", "?list=xlsx&q=D2"),
    "rewards:tax": ("?export=xlsx",),
    "rewards:watch": ("?kind=close", "?region=HD", "?region=HN"),
    "settlement:journal": ("?export=csv", "?export=xlsx"),
}


def side(world, code):
    """The accrued line of a side."""
    if "accrual_run_id" not in world.made:
        done = accruing.accrue(SYSTEM, month="2026-09")
        accruing.approve_accrual(FINANCE, run_id=done.run_id)
        world.made["accrual_run_id"] = done.run_id
    line = AccrualLine.objects.unscoped("test").get(party_id=world.ids[code], run_id=world.made["accrual_run_id"])
    return {"accrual_line_id": line.pk, "accrual_run_id": line.run_id, "replay_id": shared(code)}


def shared(code):
    """A draft for this side alone, replayed and shared with it."""
    document = {"method": "slab", "period": "year", "parties": [code], "tiers": [{"start": "0", "rate": "0.07"}]}
    version = policies.draft(
        SYSTEM, kind="rewards.programme", key=f"only-{code.lower()}", title=f"CNRY-{code} draft", document=document,
        effective_from=date(2027, 1, 1),
    )  # fmt: skip
    actions.replay(SYSTEM, version_id=version, period="2026")
    kept = Replay.objects.order_by("-id").first()
    actions.share(SYSTEM, replay_id=kept.pk)
    return kept.pk
