"""What the walk knows of certificates: one of each side, sent with a copy, and the kinds everybody needs."""

import io
from datetime import date

from PIL import Image

from gongying.areas.certificates import actions
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.people.access import actor_for
from gongying.core.policies import actions as policies

SAID = {"serial": "S-1", "issuer": "x", "valid_from": "2026-01-01"}
MORE = {"certificates:certificates": ("?kind=LIC", "?within=60", "?state=submitted&export=csv")}
KIND = {"code": "LIC", "name": "许可证", "name_en": "Licence", "needed": "everybody"}


def side(world, code):
    """A certificate that waits to be accepted."""
    if "certificate_kinds" not in world.made:
        world.made["certificate_kinds"] = policies.draft(
            SYSTEM, kind="certificates.kinds", key="certificates.kinds", title="证书种类", document={"kinds": [KIND]},
            effective_from=date(2026, 1, 1),
        )  # fmt: skip
        policies.publish(SYSTEM, version_id=world.made["certificate_kinds"])
    owner, held = actor_for(world.people["owner", code]), io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    copy = shelf.store(owner, name="copy.png", chunks=[held.getvalue()], purpose="certificates", party_id=world.ids[code])  # fmt: skip
    made = actions.submit(
        owner, party_id=world.ids[code], kind="LIC", serial=f"CNRY-{code}-1", issuer="x", valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31), file_id=copy.pk,
    )  # fmt: skip
    return {"certificate_id": made}
