"""The composite index serves the party, the lake serves analysis: three single indexes only cost writing time."""

import django.db.models.deletion
from django.db import migrations, models


def guard_again(apps, editor):
    """SQLite rebuilds a table to alter it, and its triggers go with the old one."""
    if editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS trade_line_no_{verb} BEFORE {verb} ON trade_line "
                "BEGIN SELECT RAISE(ABORT, 'posted lines are append-only'); END"
            )


LOOSE = {"on_delete": django.db.models.deletion.PROTECT, "db_index": False}


class Migration(migrations.Migration):
    dependencies = [("trade", "0002_append_only")]
    operations = [
        migrations.AlterField("line", "party", models.ForeignKey(to="parties.party", null=True, **LOOSE)),
        migrations.AlterField("line", "product", models.ForeignKey(to="goods.product", **LOOSE)),
        migrations.RunPython(guard_again, migrations.RunPython.noop),
    ]
