"""Who logs in: one person for every role at head office, and the people of some distributors."""

from dataclasses import dataclass
from random import Random

from .geography import AREAS
from .names import person
from .network import Level, Part, Seat

DOMAIN = "gongying.demo"
OWNERS = 8  # further distributors with a log-in of their own


@dataclass(frozen=True, slots=True)
class Login:
    """A log-in of the demonstration. `seat` is the distributor's code, "" for head office."""

    login: str
    role: str
    name: str
    name_en: str
    area: str = ""
    seat: str = ""
    headline: bool = True  # printed by `gongying demo`

    @property
    def password(self) -> str:
        """One password for each role, printed for everybody who tries the demonstration."""
        return f"{self.role}-plum-rain"


def logins(seats: list[Seat], seed: int) -> list[Login]:
    """Everybody, head office first; the auditor last, whose log-in marks a load that was finished.

    >>> [each.role for each in logins([], 1)]
    ['admin', 'director', 'regional', 'finance', 'planner', 'auditor']
    """
    rng = Random(f"{seed}/logins")
    office = [_at(role, role, rng) for role in ("admin", "director", "finance", "planner")]
    office.insert(2, _at("regional", "regional", rng, area=AREAS[0].code))
    found = office + [each for seat in _with_people(seats) for each in _people(seat, rng)]
    return [*found, _at("auditor", "auditor", rng)]


def _at(local: str, role: str, rng: Random, *, area: str = "", seat: str = "", headline: bool = True) -> Login:
    name, name_en = person(rng)
    return Login(f"{local}@{DOMAIN}", role, name, name_en, area, seat, headline)


def _with_people(seats: list[Seat]) -> list[Seat]:
    """Those who play a part, and the largest of the others that buy from the brand."""
    cast = [seat for seat in seats if seat.part is not Part.ORDINARY]
    others = [seat for seat in seats if seat.part is Part.ORDINARY and seat.level is not Level.COUNTY]
    return cast + sorted(others, key=lambda seat: -seat.value)[:OWNERS]


def _people(seat: Seat, rng: Random) -> list[Login]:
    if seat.part is Part.STAR:  # the distributor a visitor looks at
        return [_at("owner", "owner", rng, seat=seat.code), _at("clerk", "clerk", rng, seat=seat.code)]
    return [_at(f"owner.{seat.code.lower()}", "owner", rng, seat=seat.code, headline=False)]
