"""Posted rows are never changed or removed: the database itself refuses, on both vendors."""

from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]
    operations = [append_only("plans_target")]
