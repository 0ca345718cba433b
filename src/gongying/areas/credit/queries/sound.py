"""What must hold of credit at any time."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from gongying.core.soundness import sound

from ..models import Revision
from .turning import rule_of


@sound("credit.revisions", _("an announced factor is what its rule says of its figure"))
def crooked() -> Iterator[tuple[int, str, str]]:
    """Revisions whose factor is not that of their policy, days and the factor before: (revision, wanted, kept)."""
    for row in Revision.objects.unscoped("soundness").order_by("id"):
        wanted = rule_of(row.version_id).factor(row.days, row.before)
        if wanted != row.factor:
            yield row.pk, str(wanted), str(row.factor)
