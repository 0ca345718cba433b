from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("tiers", "0001_initial")]

    operations = [append_only("tiers_standing")]
