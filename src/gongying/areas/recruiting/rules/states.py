"""The states of an application, which follows which, and what must be there before it does.

>>> may_move("lead", "application"), may_move("lead", "accepted"), may_move("rejected", "lead")
(True, False, False)
>>> lacks("examination", Standing(handed_in=True, sound_code=True))
['owner']
"""

from dataclasses import dataclass

STATES = ("lead", "application", "examination", "decision", "accepted", "conditional", "rejected", "withdrawn")
OPEN = ("lead", "application", "examination", "decision", "conditional")
ENDED = ("accepted", "rejected", "withdrawn")
MOVES: dict[str, tuple[str, ...]] = {
    "lead": ("application", "rejected", "withdrawn"),
    "application": ("examination", "rejected", "withdrawn"),
    "examination": ("decision", "rejected", "withdrawn"),
    "decision": ("examination", "accepted", "conditional", "rejected", "withdrawn"),
    "conditional": ("accepted", "rejected", "withdrawn"),
    "accepted": (),
    "rejected": (),
    "withdrawn": (),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What an application has: the form handed in, a sound credit code, somebody who looks after it, blocking conflicts nobody
    answered for, the document its decision rests on, the answer the applicant is told."""

    handed_in: bool = False
    sound_code: bool = False
    owner: bool = False
    blocked: int = 0
    document: bool = False
    answer: bool = False


def may_move(before: str, after: str) -> bool:
    """Whether one state may follow another."""
    return after in MOVES.get(before, ())


def lacks(after: str, held: Standing) -> list[str]:
    """What is missing before an application may go to a state: codes of form, code, owner, conflicts, document, answer."""
    wanted = {
        "form": held.handed_in or after in ("rejected", "withdrawn"),
        "code": held.sound_code or after not in ("examination", "decision", "accepted", "conditional"),
        "owner": held.owner or after != "examination",
        "conflicts": not held.blocked or after not in ("decision", "accepted", "conditional"),
        "document": held.document or after not in ("accepted", "conditional"),
        "answer": held.answer or after not in ("rejected", "conditional"),
    }
    return [code for code, fine in wanted.items() if not fine]
