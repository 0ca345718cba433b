"""Movements of lots are never changed or removed, and of a lot nothing but what is open: the database itself refuses."""

from django.db import migrations

from gongying.core.posting import append_only

KEPT = ("party_id", "source", "document", "earning_id", "amount", "on", "earned_on", "expires_on")
SAYS = "of a lot only what is open changes"
OTHER = {
    vendor: " OR ".join(f'NEW."{name}" {word} OLD."{name}"' for name in KEPT)
    for vendor, word in (("sqlite", "IS NOT"), ("postgresql", "IS DISTINCT FROM"))
}
SQLITE = [
    f"CREATE TRIGGER points_lot_kept BEFORE UPDATE ON points_pointlot WHEN {OTHER['sqlite']} "
    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
]
POSTGRES = [
    f"CREATE FUNCTION points_lot_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {OTHER['postgresql']} THEN "
    f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER points_lot_kept BEFORE UPDATE ON points_pointlot FOR EACH ROW EXECUTE FUNCTION points_lot_kept()",
]


def guard(apps, editor):
    for statement in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def release(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION points_lot_kept() CASCADE")
    else:
        editor.execute("DROP TRIGGER points_lot_kept")


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]
    operations = [append_only("points_move"), migrations.RunPython(guard, release)]
