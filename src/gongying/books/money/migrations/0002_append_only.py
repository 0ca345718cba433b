"""The database itself keeps the ledger: no posted row is changed, and a decision is of a pending transfer, as it was asked."""

from django.db import migrations, models
from django.db.models import Q

from gongying.core.posting import append_only

PENDING = (
    "SELECT 1 FROM money_transfer p WHERE p.id = NEW.resolves_id AND p.status = 'pending' "
    "AND p.debit_id = NEW.debit_id AND p.credit_id = NEW.credit_id AND p.amount_minor = NEW.amount_minor"
)
CURRENCIES = "SELECT COUNT(DISTINCT currency) FROM money_account WHERE id IN (NEW.debit_id, NEW.credit_id)"
UNTRUE = f"(NEW.resolves_id IS NOT NULL AND NOT EXISTS ({PENDING})) OR ({CURRENCIES}) > 1"
SAYS = "a decision is of a pending transfer between the same two accounts of one currency"
SQLITE = [
    f"CREATE TRIGGER money_transfer_true BEFORE INSERT ON money_transfer WHEN {UNTRUE} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
]
POSTGRES = [
    f"CREATE FUNCTION money_transfer_true() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {UNTRUE} THEN "
    f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER money_transfer_true BEFORE INSERT ON money_transfer FOR EACH ROW EXECUTE FUNCTION money_transfer_true()",
]


def guard(apps, editor):
    for statement in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def release(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION money_transfer_true() CASCADE")
    else:
        editor.execute("DROP TRIGGER money_transfer_true")


class Migration(migrations.Migration):
    dependencies = [("money", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            "transfer",
            models.CheckConstraint(
                condition=Q(status="pending", resolves__isnull=True)
                | Q(status__in=("posted", "void"), resolves__isnull=False),
                name="transfer_status",
            ),
        ),
        append_only("money_transfer"),
        migrations.RunPython(guard, release),
    ]
