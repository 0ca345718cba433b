"""Posted lines are never changed or removed: the database itself refuses, on both vendors."""

from django.db import migrations

SQLITE = [
    f"CREATE TRIGGER trade_line_no_{verb} BEFORE {verb} ON trade_line BEGIN SELECT RAISE(ABORT, 'posted lines are append-only'); END"
    for verb in ("update", "delete")
]
POSTGRES = [
    "CREATE FUNCTION trade_line_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'posted lines are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER trade_line_append_only BEFORE UPDATE OR DELETE ON trade_line FOR EACH ROW EXECUTE FUNCTION trade_line_append_only()",
]


def guard(apps, editor):
    for statement in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def release(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER trade_line_append_only ON trade_line")
        editor.execute("DROP FUNCTION trade_line_append_only()")
    else:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER trade_line_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("trade", "0001_initial")]
    operations = [migrations.RunPython(guard, release)]
