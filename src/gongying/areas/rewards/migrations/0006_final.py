"""Runs that close their period, and why it was reopened; replays distributor by distributor."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rewards", "0005_accrual")]
    operations = [
        migrations.AddField("run", "final", models.BooleanField(default=False)),
        migrations.AddField(
            "run", "reopened_by", models.CharField(blank=True, default="", max_length=120), preserve_default=False
        ),
        migrations.AddField(
            "run",
            "reopened_because",
            models.CharField(blank=True, default="", max_length=500),
            preserve_default=False,
        ),
        migrations.AlterField("replay", "period", models.CharField(max_length=20)),
        migrations.AddField("replay", "low_minor", models.BigIntegerField(null=True)),
        migrations.AddField("replay", "middle_minor", models.BigIntegerField(null=True)),
        migrations.AddField("replay", "high_minor", models.BigIntegerField(null=True)),
        migrations.AddField(
            "replay", "shared_by", models.CharField(blank=True, default="", max_length=120), preserve_default=False
        ),
        migrations.AddField("replay", "shared_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ReplayLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("before_minor", models.BigIntegerField()),
                ("after_minor", models.BigIntegerField()),
                ("change_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parties.party")),
                (
                    "replay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="rewards.replay"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("replay", "party"), name="replay_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("change_minor", models.F("after_minor") - models.F("before_minor"))),
                        name="replay_line_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("way", models.CharField(max_length=12)),
                ("ref", models.CharField(blank=True, max_length=60)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("transfer_id", models.BigIntegerField(null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payout", to="rewards.statement"
                    ),
                ),
            ],
        ),
    ]
