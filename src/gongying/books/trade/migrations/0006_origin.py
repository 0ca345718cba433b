"""The day of the sale a returned line takes back; as append-only as the line."""

import django.db.models.deletion
from django.db import migrations, models

from gongying.core.posting import append_only


class Migration(migrations.Migration):
    dependencies = [("trade", "0005_in_order")]
    operations = [
        migrations.CreateModel(
            name="Origin",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("origin_on", models.DateField()),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="origin", to="trade.line"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["origin_on"], name="origin_day")]},
        ),
        append_only("trade_origin"),
    ]
