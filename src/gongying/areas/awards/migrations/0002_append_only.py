from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("awards", "0001_initial")]

    operations = [append_only("awards_result")]
