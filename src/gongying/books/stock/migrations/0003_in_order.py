"""Writers take turns by the database's own will, and a posted table cannot be emptied either."""

from django.db import migrations

from gongying.core.posting import guard_again, in_order

TABLES = ("stock_movement", "stock_count")


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_append_only")]
    operations = [step(table) for table in TABLES for step in (guard_again, in_order)]
