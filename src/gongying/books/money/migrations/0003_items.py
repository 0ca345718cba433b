"""Open items and their matches. The database itself keeps them: of an item only the open amount changes, nothing goes."""

import django.db.models.deletion
from django.db import migrations, models

from gongying.core.posting import append_only

FIXED = ("key", "holder_id", "currency", "kind", "document", "business_date", "due_on", "amount_minor", "at")
SAYS = "of an open item only the open amount changes"


def guard(apps, editor):
    if editor.connection.vendor == "postgresql":
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
        editor.execute(
            "CREATE OR REPLACE FUNCTION money_item_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        editor.execute(
            f"CREATE TRIGGER money_item_no_update BEFORE UPDATE ON money_item FOR EACH ROW WHEN ({changed}) "
            "EXECUTE FUNCTION money_item_fixed()"
        )
        editor.execute(
            "CREATE TRIGGER money_item_no_delete BEFORE DELETE ON money_item FOR EACH ROW EXECUTE FUNCTION money_item_fixed()"
        )
        return
    editor.execute(
        f"CREATE TRIGGER money_item_fixed_update BEFORE UPDATE OF {', '.join(FIXED)} ON money_item "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )
    editor.execute(
        f"CREATE TRIGGER money_item_fixed_delete BEFORE DELETE ON money_item BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )


def release(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION money_item_fixed() CASCADE")
    else:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS money_item_fixed_{verb}")


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0002_append_only"),
        ("parties", "0003_levels_and_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("key", models.CharField(max_length=100, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=10)),
                ("document", models.CharField(db_index=True, max_length=60)),
                ("business_date", models.DateField()),
                ("due_on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("open_minor", models.BigIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("business_date", models.DateField()),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["business_date"], name="transfer_day"),
        ),
        migrations.AddField(
            model_name="item",
            name="holder",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parties.party"),
        ),
        migrations.AddField(
            model_name="match",
            name="credit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="credit_matches", to="money.item"
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="debit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="debit_matches", to="money.item"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("open_minor", 0), _negated=True),
                fields=["holder", "currency", "due_on"],
                name="item_still_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="item_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("open_minor__gte", 0),
                        ("open_minor__lte", models.F("amount_minor")),
                    ),
                    models.Q(
                        ("amount_minor__lt", 0),
                        ("open_minor__gte", models.F("amount_minor")),
                        ("open_minor__lte", 0),
                    ),
                    _connector="OR",
                ),
                name="item_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="match_amount"
            ),
        ),
        append_only("money_match"),
        migrations.RunPython(guard, release),
    ]
