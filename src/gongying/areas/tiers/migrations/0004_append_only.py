from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("tiers", "0003_entitlements")]

    operations = [
        append_only("tiers_entitlement"),
        append_only("tiers_entitlementend"),
        append_only("tiers_simulation"),
    ]
