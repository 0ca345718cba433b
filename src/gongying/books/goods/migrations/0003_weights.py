"""What one base unit weighs and how much room it takes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("goods", "0002_lots_and_tracking")]
    operations = [
        migrations.AddField("product", "weight_g", models.PositiveIntegerField(default=0)),
        migrations.AddField("product", "volume_ml", models.PositiveIntegerField(default=0)),
    ]
