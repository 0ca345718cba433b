"""The only writers of due diligence."""

from .deciding import decide, propose
from .judging import add_risk, agree, drop_risk, interview, rate, sign
from .keeping import add_paper, check_paper, enter_year, open_file, record_check

__all__ = [
    "add_paper",
    "add_risk",
    "agree",
    "check_paper",
    "decide",
    "drop_risk",
    "enter_year",
    "interview",
    "open_file",
    "propose",
    "rate",
    "record_check",
    "sign",
]
