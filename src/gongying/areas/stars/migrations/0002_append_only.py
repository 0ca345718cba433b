from django.db import migrations

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("stars", "0001_initial")]

    operations = [append_only("stars_line"), append_only("stars_right")]
