"""The decision memo: on the page, as PDF in either language, and its approval by a second person."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.documents.paper import Paper
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.templatetags.ui import money
from gongying.core.words import pick

from .. import actions, queries
from ..models import Memo
from ..rules import CATEGORIES, CHECKS, DECISIONS, VERDICTS
from .shared import RATIO_WORDS, SHOCK_WORDS, ZONES

MEMO_STATES: dict[str, Any] = {
    "proposed": _("waits for a second person"), "approved": _("memo is approved"), "returned": _("memo was given back"),
}  # fmt: skip
SHARES = ("debt", "net_margin", "roe")


@page(needs="diligence.view")
def memo(request: Request, memo_id: int) -> HttpResponse:
    """One memo; approve it or give it back."""
    actor, error = request.actor, None
    row = queries.memo(actor, memo_id)
    if request.GET.get("export") == "pdf":
        language = request.GET.get("lang", "")
        with translation.override(language if language in ("zh-hans", "en") else translation.get_language()):
            return attachment(paper(row), f"{row.number}.pdf", "application/pdf")
    if request.method == "POST":
        try:
            approve = request.POST.get("what") == "approve"
            actions.decide(actor, memo_id=row.pk, approve=approve, answer=request.POST.get("answer", ""))
            messages.success(request, say("Saved."))
            return redirect("diligence:memo", memo_id=row.pk)
        except Refused as no:
            error = no
    mine = same(actor, row.made_by)
    context = {
        "row": row, "parts": parts_of(row), "verdict": DECISIONS[row.verdict], "state": MEMO_STATES[row.state], "error": error,
        "may_decide": actor.can("diligence.decide") and row.state == "proposed" and not mine, "mine": mine,
    }  # fmt: skip
    return render(request, "diligence/memo.html", context, status=409 if error else 200)


def parts_of(row: Memo) -> list[tuple[str, list[tuple[str, str]]]]:
    """The figures of a memo in words, part by part: (title, [(name, value)])."""
    held = queries.figures_of(row)
    rules, _version = queries.rules(row.made_on)
    names = {each.code: pick(each.name, each.name_en) for each in rules.criteria}
    score = [(say("Score"), f"{held['score'] or '–'} / 5")]
    score += [
        (names.get(code, code), f"{Decimal(level):.1f} × {Decimal(held['weights'][code]) * 100:.1f}%")
        for code, level in held["levels"].items()
    ]
    score.append((say("Consistency of the weights (CR)"), held["consistency"]))
    score.append(
        (say("Agreement of the raters (κ)"), "–" if held["kappa"] is None else f"{Decimal(held['kappa']):.2f}")
    )
    if held["stable"]:
        score.append((say("Stays first with other weights"), "{} / {}".format(*held["stable"])))
    figures = [(str(RATIO_WORDS[code]), _ratio(code, value)) for code, value in held["ratios"].items()]
    if held["z"] is not None:
        zones = ", ".join(str(ZONES[zone][0]) for zone in dict.fromkeys(held["zones"].values()))
        figures.append(("Z''", f"{Decimal(held['z']):.2f} ({zones})"))
    figures.append((say("Checks of the statements that do not hold"), f"{held['wrong']} + {held['differing']}"))
    stress = [
        (str(SHOCK_WORDS[code]), _chance(breach, share, low, high))
        for code, (breach, share, low, high) in held["stress"].items()
    ]
    checks = [
        (str(CHECKS[code].label), f"{VERDICTS[verdict]} · {digest[:16]}")
        for code, (verdict, digest) in held["checks"].items()
    ]
    risks = [
        (
            f"{CATEGORIES[category]}: {title}",
            f"{like} × {bad} → {like_after} × {bad_after}" + (f" · {answer}" if answer else ""),
        )
        for category, title, like, bad, like_after, bad_after, answer in held["risks"]
    ]
    return [
        (say("How the score comes about"), score),
        (say("Figures of the newest year") + f" {held['year'] or ''}", figures),
        (say("Chance that money runs out within a year"), stress),
        (say("What registries say"), checks),
        (say("Risks, before and after what is done"), risks),
    ]


def _ratio(code: str, value: str) -> str:
    if value == "None":
        return "–"
    number = Decimal(value)
    return f"{number * 100:.1f}%" if code in SHARES else f"{number:.2f}"


def _chance(breach: int | None, share: str, low: str, high: str) -> str:
    whole = f"{Decimal(share) * 100:.1f}% ({Decimal(low) * 100:.1f}–{Decimal(high) * 100:.1f}%)"
    return whole if breach is None else f"{whole} · {say('without chance in month')} {breach}"


def paper(row: Memo) -> bytes:
    """The memo as PDF in the language that is active."""
    subtitle = f"{row.number} · {row.dossier.company} · {row.dossier.uscc}"
    sheet = Paper(say("Decision memo"), subtitle, f"{row.number} · {row.digest}")
    sheet.pairs(
        [
            (say("Decision"), str(DECISIONS[row.verdict])),
            (say("Deposit"), money(row.deposit_minor, row.currency)),
            (say("Credit limit"), money(row.limit_minor, row.currency)),
            (say("Put forward by"), f"{row.made_by} · {row.made_on:%Y-%m-%d}"),
            (say("Decided by"), f"{row.decided_by or '–'}{_at(row)}"),
            (say("State"), str(MEMO_STATES[row.state])),
        ]
    )
    for title, text in (
        (say("Reasons"), row.reason),
        (say("Conditions"), row.conditions),
        (say("Answer"), row.answer),
    ):
        if text:
            sheet.heading(title)
            sheet.set_font("zh", size=9)
            sheet.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")
    for title, rows in parts_of(row):
        if rows:
            sheet.heading(title)
            sheet.grid([say("Name"), say("Value")], [[name, value] for name, value in rows], [80, 110])
    return sheet.data()


def _at(row: Memo) -> str:
    return f" · {timezone.localtime(row.decided_at):%Y-%m-%d %H:%M}" if row.decided_at else ""
