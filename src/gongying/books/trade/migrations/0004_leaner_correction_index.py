"""Few lines correct another: only those are indexed, and a new line costs one index less."""

import django.db.models.deletion
from django.db import migrations, models

from gongying.core.posting import guard_again


class Migration(migrations.Migration):
    dependencies = [("trade", "0003_fewer_indexes")]
    operations = [
        migrations.AlterField(
            "line",
            "corrects",
            models.ForeignKey(
                to="trade.line", null=True, on_delete=django.db.models.deletion.PROTECT, db_index=False
            ),
        ),
        migrations.AddIndex(
            "line",
            models.Index(fields=["corrects"], condition=models.Q(corrects__isnull=False), name="line_corrects"),
        ),
        guard_again("trade_line"),
    ]
