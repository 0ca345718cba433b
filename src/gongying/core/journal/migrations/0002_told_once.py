"""What was told is never changed or removed: only its place and link are added, once, by the sealer."""

from django.db import migrations

TOLD = ("id", "name", "version", "actor", "via", "told_at", "nonce", "payload")
SAYS = "a fact is told once"
SQLITE = [
    "CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry "
    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    "CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry WHEN OLD.position IS NOT NULL OR "
    + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in TOLD)
    + f" BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
]
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TOLD)
POSTGRES = [
    "CREATE FUNCTION journal_entry_told_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry FOR EACH ROW "
    f"WHEN (OLD.position IS NOT NULL OR {CHANGED}) EXECUTE FUNCTION journal_entry_told_once()",
    "CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_entry_told_once()",
    "CREATE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION journal_entry_told_once()",
]


def guard(apps, editor):
    for statement in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def release(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION journal_entry_told_once() CASCADE")
    else:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER journal_entry_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(guard, release)]
