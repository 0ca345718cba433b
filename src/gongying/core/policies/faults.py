"""What a schema finds wrong with a document, in words people understand, with the field it is about."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from gongying.core.refusal import Refused

# What pydantic calls a fault: the words, and which figure of it they name.
WORDS: dict[str, tuple[Any, str]] = {
    "greater_than_equal": (_("At least %(limit)s is wanted."), "ge"),
    "greater_than": (_("More than %(limit)s is wanted."), "gt"),
    "less_than_equal": (_("At most %(limit)s is allowed."), "le"),
    "less_than": (_("Less than %(limit)s is wanted."), "lt"),
    "string_too_long": (_("At most %(limit)s characters are allowed."), "max_length"),
    "string_too_short": (_("At least %(limit)s characters are wanted."), "min_length"),
    "too_long": (_("At most %(limit)s entries are allowed."), "max_length"),
    "too_short": (_("At least %(limit)s entries are wanted."), "min_length"),
    "string_pattern_mismatch": (_("It must have the form %(limit)s."), "pattern"),
    "literal_error": (_("It must be one of %(limit)s."), "expected"),
    "missing": (_("This is missing."), ""),
    "extra_forbidden": (_("There is no such field."), ""),
}
OF_A_FIELD = re.compile(r"([a-z_]+): (.+)", re.DOTALL)


def refusal(
    fault: ValidationError, fields: Any = (), *, percent: Callable[[str], bool] = lambda path: False
) -> Refused:
    """The first fault as a refusal. `fields` are those of the document: a rule of the whole document names one of them before a
    colon. `percent` says whether the field at a path is written in per cent: so are its limits then.
    """
    first = fault.errors()[0]
    path, kind = ".".join(str(part) for part in first["loc"]), first["type"]
    if kind not in WORDS:
        said = first["msg"].removeprefix("Value error, ")
        match = OF_A_FIELD.fullmatch(said)
        if match and not path and match[1] in fields:
            path, said = match[1], match[2]
        return Refused(gettext(said), code="schema", field=path)
    words, name = WORDS[kind]
    limit = first.get("ctx", {}).get(name, "")
    if percent(path) and isinstance(limit, (int, float, Decimal)):
        limit = f"{Decimal(str(limit)) * 100:f} %"
    return Refused(words % {"limit": limit} if name else words, code="schema", field=path)
