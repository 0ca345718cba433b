from datetime import date, timedelta

from django.db import migrations, models

DAYS = 10  # what held where no policy said otherwise


def fill(apps, editor):
    """Objections of the past were due like new ones."""
    model = apps.get_model("rewards", "Dispute")
    for row in model._base_manager.all():
        row.due_on = row.raised_at.date() + timedelta(days=DAYS)
        row.save(update_fields=["due_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("rewards", "0003_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="due_on",
            field=models.DateField(default=date(2000, 1, 1)),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
