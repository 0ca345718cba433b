"""Views that people keep of a list."""

from django.db import models


class SavedView(models.Model):
    """Filters and sorting of a list under a name, of one user or (`shared`) for all who see the whole network."""

    user_id = models.BigIntegerField(db_index=True)
    table = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "table", "name"], name="saved_view_once")]
