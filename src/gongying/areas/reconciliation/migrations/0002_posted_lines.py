"""Our lines are what was posted: the database itself refuses to change what they say, or to remove them."""

from django.db import migrations

FROZEN = ("party_id", "side", "account", "currency", "day", "number", "amount_minor", "transfer_id")
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FROZEN)
CHANGED_SQLITE = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FROZEN)
MOVED = "(OLD.statement_id IS NOT NULL AND OLD.statement_id {differs} NEW.statement_id)"
SAYS = "a line of a ledger keeps what it says"


def guard(apps, editor):
    table = "reconciliation_ledgerline"
    if editor.connection.vendor == "postgresql":
        moved = MOVED.format(differs="IS DISTINCT FROM")
        editor.execute(
            f"CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        editor.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({CHANGED} OR {moved}) "
            f"EXECUTE FUNCTION {table}_kept()"
        )
        editor.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
        )
        return
    moved = MOVED.format(differs="IS NOT")
    editor.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {CHANGED_SQLITE} OR {moved} "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )
    editor.execute(
        f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )


def release(apps, editor):
    table = "reconciliation_ledgerline"
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP FUNCTION {table}_kept() CASCADE")
    else:
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_kept")
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_stays")


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]
    operations = [migrations.RunPython(guard, release)]
