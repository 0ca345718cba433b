"""A statement of account on paper and as a workbook: the same content as the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.core.actor import Actor
from gongying.core.documents import sheet
from gongying.core.documents.paper import Paper
from gongying.core.documents.sheet import Sheet
from gongying.core.ui.templatetags.ui import label, money, num
from gongying.core.words import pick
from gongying.engines.capitals import capitals
from gongying.engines.money import exponent

from .. import queries
from ..models import Difference, LedgerLine, Section, Statement
from ..queries import pools
from ..rules import ACCOUNTS, KIND_WORDS, LINE_WORDS, REASON_WORDS, TURNS

MOST_PRINTED = 400
MOST_ROWS = 100_000
STAMP = 62  # mm: the height of the place for stamps


@dataclass(frozen=True)
class Contents:
    """What both papers are made of."""

    row: Statement
    house: str
    party: str
    sections: list[Section]
    ours: list[LedgerLine]
    theirs: list[LedgerLine]
    differences: list[Difference]


def contents(actor: Actor, row: Statement) -> Contents:
    """A statement with everything that its papers say."""
    rules = pools.rules_of(row.party_id, row.end).rules
    held = queries.lines(actor, row)
    return Contents(
        row,
        pick(rules.house, rules.house_en) or say("Head office"),
        label(row.party),
        queries.sheet(row),
        list(held.filter(side="ours")[:MOST_ROWS]),
        list(held.filter(side="theirs")[:MOST_ROWS]),
        list(queries.differences_of(actor, row)),
    )


def pdf(told: Contents) -> bytes:
    """The statement on A4, with amounts in Chinese capitals and a place for both stamps; beyond 400 lines the spreadsheet has
    the rest, and the paper says so."""
    row = told.row
    foot = f"{row.number} · {row.figures_hash[:16] or say('not confirmed')}"
    title = f"{say('Statement of account')} {row.month}"
    paper = Paper(title, f"{row.number} · {row.party.code} {told.party}", foot)
    last = row.end.fromordinal(row.end.toordinal() - 1)
    paper.pairs(
        [
            (say("Issued by"), told.house),
            (say("To"), told.party),
            (say("Period"), f"{row.start:%Y-%m-%d} – {last:%Y-%m-%d}"),
            *([(say("Answer due by"), f"{row.due_on:%Y-%m-%d}")] if row.due_on else []),
        ]
    )
    for currency in dict.fromkeys(each.currency for each in told.sections):
        _currency(paper, currency, [each for each in told.sections if each.currency == currency])
    _differences(paper, told)
    _lines(paper, told.ours)
    _confirmation(paper, told)
    return paper.data()


def _currency(paper: Paper, currency: str, sections: Sequence[Section]) -> None:
    """The accounts of one currency, and what they come to."""
    paper.heading(say("Balances in %(currency)s") % {"currency": currency})
    head = [say("Account"), say("Opening"), say("Increase"), say("Decrease"), say("Closing"), say("Your books")]
    body = [
        [str(ACCOUNTS[each.account]), *(money(v, currency) for v in _figures(each)), _theirs(each)]
        for each in sections
    ]
    paper.grid(head, body, (26, 32, 32, 32, 34, 34))
    net = queries.net(sections)[currency]
    said = [(say("Owed after what we hold"), money(net, currency))]
    if currency == "CNY":
        said.append((say("In capitals"), f"人民币{capitals(net)}"))
    paper.pairs(said)
    for each in sections:
        _bridge(paper, each)


def _figures(each: Section) -> tuple[int, int, int, int]:
    return each.opening_minor, each.up_minor, each.down_minor, each.closing_minor


def _theirs(each: Section) -> str:
    return "–" if each.their_closing_minor is None else money(each.their_closing_minor, each.currency)


def _bridge(paper: Paper, each: Section) -> None:
    """From our closing to his, where they differ."""
    if each.their_closing_minor is None or not each.bridge:
        return
    name = f"{ACCOUNTS[each.account]} {each.currency}"
    rows = [[say("Closing in our books"), "", money(each.closing_minor, each.currency)]]
    for kind, reason, count, amount in each.bridge:
        words = f"{KIND_WORDS.get(kind, say('Matched, with a rest'))} · {REASON_WORDS.get(reason, reason)}"
        rows.append([words, num(count), money(amount, each.currency)])
    rows.append([say("Closing in your books"), "", money(each.their_closing_minor, each.currency)])
    paper.grid(
        [say("From our books to yours: %(name)s") % {"name": name}, say("Lines"), say("Amount")],
        rows,
        (110, 20, 60),
    )


def _differences(paper: Paper, told: Contents) -> None:
    if not told.differences:
        return
    paper.heading(say("Differences"))
    head = [say("Date"), say("Document"), say("What differs"), say("Ours"), say("Theirs"), say("Whose turn")]
    paper.grid(head, [_difference(each) for each in told.differences], (22, 36, 52, 30, 30, 20))


def _difference(each: Difference) -> list[str]:
    what = f"{KIND_WORDS[each.kind]} · {REASON_WORDS.get(each.reason, each.reason)}"
    figures = [money(v, each.currency) for v in (each.ours_minor, each.theirs_minor)]
    turn = say("closed") if each.state == "closed" else str(TURNS[each.turn])
    return [f"{each.day:%Y-%m-%d}", each.number, what, *figures, turn]


def _lines(paper: Paper, lines: Sequence[LedgerLine]) -> None:
    paper.heading(say("Documents"))
    head = [say("Date"), say("Document"), say("Kind"), say("Account"), say("Amount")]
    body = [
        [f"{e.day:%Y-%m-%d}", e.number, _kind(e), str(ACCOUNTS[e.account]), money(e.amount_minor, e.currency)]
        for e in lines[:MOST_PRINTED]
    ]
    paper.grid(head, body, (24, 56, 36, 32, 42))
    if len(lines) > MOST_PRINTED:
        more = say("%(count)s more documents are in the spreadsheet.") % {"count": num(len(lines) - MOST_PRINTED)}
        paper.pairs([(more, "")])


def _kind(entry: LedgerLine) -> str:
    return str(LINE_WORDS.get(entry.kind, entry.kind))


def _confirmation(paper: Paper, told: Contents) -> None:
    """What is confirmed and by which hashes, and a box for each side's stamp."""
    row = told.row
    if paper.get_y() > 297 - STAMP - 58:
        paper.add_page()
    paper.heading(say("Confirmation"))
    paper.set_font("zh", size=9)
    text = say(
        "We confirm the balances above, with the differences listed as open. Please stamp and return, or confirm online."
    )
    if row.state == "confirmed":
        by = say("by silence, as agreed") if row.tacit else row.confirmed_by
        text = say("Confirmed on %(day)s, %(by)s.") % {"day": f"{row.confirmed_at:%Y-%m-%d %H:%M}", "by": by}
    paper.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("zh", size=7.5)
    hashes = [
        (say("Hash of the figures"), row.figures_hash or "–"),
        (say("Policy hash"), row.policy_hash or say("no policy: usual terms")),
    ]
    for name, value in hashes:
        paper.cell(0, 5, f"{name}: {value}", new_x="LMARGIN", new_y="NEXT")
    top, width = paper.get_y() + 4, 92
    for place, (side, name) in enumerate(((say("Issued by"), told.house), (say("Confirmed by"), told.party))):
        left = paper.l_margin + place * (width + 6)
        paper.rect(left, top, width, STAMP)
        paper.set_font("zh", size=9)
        paper.set_xy(left + 3, top + 3)
        paper.multi_cell(width - 6, 5.5, f"{side}: {name}", align="L")
        paper.set_xy(left + 3, top + STAMP - 16)
        paper.cell(width - 6, 6, say("Stamp and signature:"))
        paper.set_xy(left + 3, top + STAMP - 9)
        paper.cell(width - 6, 6, say("Date:"))


def workbook(told: Contents) -> bytes:
    """The statement as a workbook: balances, bridge, both ledgers, differences."""
    return sheet.workbook(
        [
            Sheet(say("Balances"), _head("Account", "Currency", "Opening", "Increase", "Decrease", "Closing", "Your books"), _balances(told), (16, 10, 16, 16, 16, 16, 16)),
            Sheet(say("Bridge"), _head("Account", "Currency", "Step", "Lines", "Amount"), _steps(told), (16, 10, 44, 8, 16)),
            Sheet(say("Our ledger"), LINES(), [_line(e) for e in told.ours], WIDTHS),
            Sheet(say("Their ledger"), LINES(), [_line(e) for e in told.theirs], WIDTHS),
            Sheet(
                say("Differences"),
                _head("Date", "Document", "What differs", "Why", "Currency", "Ours", "Theirs", "Ours less theirs", "Whose turn", "Next step"),
                [_row(d) for d in told.differences],
                (12, 24, 24, 26, 10, 14, 14, 14, 12, 50),
            ),
        ]
    )  # fmt: skip


WIDTHS = (12, 26, 18, 16, 10, 16, 22, 40)


def LINES() -> list[str]:  # noqa: N802 - reads as the constant it would be without languages
    """The header of both ledgers."""
    return _head("Date", "Document", "Kind", "Account", "Currency", "Amount", "Result", "Text")


def _head(*names: str) -> list[str]:
    return [say(name) for name in names]


def _major(minor: int | None, currency: str) -> Any:
    return "" if minor is None else Decimal(minor).scaleb(-exponent(currency))


def _balances(told: Contents) -> list[list[Any]]:
    return [
        [
            str(ACCOUNTS[s.account]),
            s.currency,
            *(_major(v, s.currency) for v in (*_figures(s), s.their_closing_minor)),
        ]
        for s in told.sections
    ]


def _steps(told: Contents) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for each in told.sections:
        for kind, reason, count, amount in each.bridge:
            words = f"{KIND_WORDS.get(kind, say('Matched, with a rest'))} · {REASON_WORDS.get(reason, reason)}"
            rows.append([str(ACCOUNTS[each.account]), each.currency, words, count, _major(amount, each.currency)])
    return rows


def _line(entry: LedgerLine) -> list[Any]:
    found = entry.match.reason if entry.match else ""
    words = (
        REASON_WORDS.get(found, "")
        if found
        else KIND_WORDS.get(entry.difference.kind, "")
        if entry.difference
        else ""
    )
    amount = _major(entry.amount_minor, entry.currency)
    return [
        entry.day,
        entry.number,
        _kind(entry),
        str(ACCOUNTS[entry.account]),
        entry.currency,
        amount,
        str(words),
        entry.text,
    ]


def _row(d: Difference) -> list[Any]:
    figures = [_major(v, d.currency) for v in (d.ours_minor, d.theirs_minor, d.amount_minor)]
    turn = say("closed") if d.state == "closed" else str(TURNS[d.turn])
    reason = str(REASON_WORDS.get(d.reason, d.reason))
    return [d.day, d.number, str(KIND_WORDS[d.kind]), reason, d.currency, *figures, turn, d.next_step]
