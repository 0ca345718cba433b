"""Prices by the pack, with or without tax; special prices; what is used of promotions, append-only."""

import django.db.models.deletion
from django.db import migrations, models

from gongying.core.posting import append_only, guard_again


class Migration(migrations.Migration):
    dependencies = [
        ("goods", "0002_lots_and_tracking"),
        ("parties", "0003_levels_and_roles"),
        ("prices", "0003_in_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=160)),
                ("scope", models.CharField(max_length=60)),
                ("since", models.DateField()),
                ("counted", models.BigIntegerField(default=0)),
                ("units", models.BigIntegerField(default=0)),
                ("value_minor", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=160)),
                ("scope", models.CharField(max_length=60)),
                ("version_id", models.BigIntegerField(default=0)),
                ("document", models.CharField(db_index=True, max_length=60)),
                ("on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("counted", models.BigIntegerField()),
                ("base_minor", models.BigIntegerField()),
                ("discount_minor", models.BigIntegerField()),
                ("units", models.BigIntegerField()),
                ("gift_value_minor", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="price",
            name="max_quantity",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="price",
            name="pack",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="price",
            name="per",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="price",
            name="tax_included",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(condition=models.Q(("per__gt", 0)), name="price_per_positive"),
        ),
        migrations.AddField(
            model_name="tally",
            name="party",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.party"
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.party"
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="reverses",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversed_by", to="prices.use"
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party__isnull", False)),
                fields=("code", "scope", "since", "party"),
                name="tally_of_party_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party__isnull", True)),
                fields=("code", "scope", "since"),
                name="tally_of_all_once",
            ),
        ),
        migrations.AddIndex(
            model_name="use",
            index=models.Index(fields=["code", "scope", "on"], name="prices_use_lookup"),
        ),
        guard_again("prices_price"),
        append_only("prices_use"),
    ]
