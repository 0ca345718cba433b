"""Writers take turns by the database's own will, and a posted table cannot be emptied either."""

from django.db import migrations

from gongying.core.posting import guard_again, in_order


class Migration(migrations.Migration):
    dependencies = [("prices", "0002_append_only")]
    operations = [guard_again("prices_price"), in_order("prices_price")]
