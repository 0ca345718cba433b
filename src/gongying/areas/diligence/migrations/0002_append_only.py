"""What registries said is never changed or removed: the database itself refuses."""

from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("diligence", "0001_initial")]
    operations = [append_only("diligence_snapshot")]
