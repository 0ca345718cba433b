"""Writers take turns by the database's own will, and a posted table cannot be emptied either."""

from django.db import migrations

from gongying.core.posting import guard_again, in_order


class Migration(migrations.Migration):
    dependencies = [("trade", "0004_leaner_correction_index")]
    operations = [guard_again("trade_line"), in_order("trade_line")]
