"""A distributor has one supplier at a time, also when two people say so at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            "partylink",
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(valid_to__isnull=True), name="party_one_supplier"
            ),
        )
    ]
