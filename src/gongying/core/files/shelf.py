"""Store and fetch files."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .models import StoredFile

LARGEST = 200 * 1024 * 1024


def _place(sha256: str) -> Path:
    return Path(settings.DATA_DIR) / "files" / sha256[:2] / sha256


def store(
    actor: Actor,
    *,
    name: str,
    chunks: Iterable[bytes],
    purpose: str,
    content_type: str = "application/octet-stream",
    party_id: int | None = None,
) -> StoredFile:
    """Write the bytes under their hash (synced to disk first) and remember the file. Refuses over 200 MiB."""
    root = Path(settings.DATA_DIR) / "files"
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as out:
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST:
                    raise Refused(_("The file is larger than 200 MiB."), code="too_large", field="file")
                digest.update(chunk)
                out.write(chunk)
        except BaseException:  # too large, no room, or the sender went away: nothing half-written stays
            os.unlink(out.name)
            raise
        out.flush()
        os.fsync(out.fileno())
    home = _place(digest.hexdigest())
    home.parent.mkdir(parents=True, exist_ok=True)
    os.replace(out.name, home)
    return StoredFile.objects.create(
        name=Path(name.replace("\\", "/")).name[:200] or "file",
        content_type=content_type,
        size=size,
        sha256=digest.hexdigest(),
        purpose=purpose,
        party_id=party_id,
        user_id=actor.user_id,
    )


def visible(actor: Actor) -> QuerySet[StoredFile]:
    """Files this actor may fetch: his own, his organisations', and all for the whole network."""
    rows = StoredFile.objects.order_by("-id")
    if actor.whole_network:
        return rows
    return rows.filter(Q(party_id__in=actor.parties or ()) | Q(user_id=actor.user_id, user_id__isnull=False))


def find(actor: Actor, file_id: int) -> StoredFile:
    """One visible file, or Missing."""
    return one(visible(actor), pk=file_id)


def path_of(file: StoredFile) -> Path:
    """Where its bytes lie."""
    return _place(file.sha256)
