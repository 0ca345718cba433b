"""What the tests of certificates share: kinds, a picture, and their publication."""

import io
from datetime import timedelta

from django.utils import timezone
from PIL import Image

from gongying.core.actor import SYSTEM
from gongying.core.policies import actions as policies

KINDS = [
    {"code": "LIC", "name": "经营许可证", "name_en": "Business licence", "needed": "everybody", "reminders": [60, 30, 7]},
    {"code": "TECH", "name": "安装工程师证", "name_en": "Fitter", "personal": True, "evidence": False, "needed": "regions", "whom": ["HD"]},
]  # fmt: skip
PORTAL = frozenset({"certificates.view", "certificates.mine", "certificates.submit"})


def picture():
    held = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(held, "PNG")
    return held.getvalue()


def publish(kinds, start=None):
    version = policies.draft(
        SYSTEM,
        kind="certificates.kinds",
        key="certificates.kinds",
        title="证书种类",
        document={"kinds": kinds},
        effective_from=start or timezone.localdate() - timedelta(days=400),
    )
    policies.publish(SYSTEM, version_id=version)
    return version
