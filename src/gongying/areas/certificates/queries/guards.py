"""What a draft of the kinds must hold beside the linter."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion

from ..models import Certificate
from ..rules import KINDS, CertificateKinds


@guard(KINDS.code)
def must_name_who_exists(row: PolicyVersion) -> list[Finding]:
    """A code nobody bears asks nobody, and nobody would notice."""
    document, found = policies.parsed(row), list[Finding]()
    assert isinstance(document, CertificateKinds)
    for place, kind in enumerate(document.kinds):
        text: Any
        if kind.needed == "regions":
            known, text = parties.all_region_codes(), _("There is no region %(code)s.")
        elif kind.needed == "parties":
            known, text = set(parties.ids_by_code(kind.whom)), _("There is no distributor %(code)s.")
        else:
            continue
        found += [
            Finding("error", "unknown", text % {"code": code}, f"kinds.{place}.whom")
            for code in kind.whom
            if code not in known
        ]
    return found


@guard(KINDS.code)
def must_keep_what_is_held(row: PolicyVersion) -> list[Finding]:
    """A kind that somebody holds and that is left out would stand on his page by its code only."""
    document = policies.parsed(row)
    assert isinstance(document, CertificateKinds)
    rows = Certificate.objects.unscoped("kinds in use").filter(state__in=("submitted", "accepted")).order_by()
    used = set(rows.values_list("kind", flat=True).distinct())
    text = _("Somebody holds certificates of the kind %(code)s, which is left out.")
    return [
        Finding("warning", "left_out", text % {"code": code}, "kinds")
        for code in sorted(used - {each.code for each in document.kinds})
    ]
