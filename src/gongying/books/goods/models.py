"""Products and packs."""

from django.db import models


class Category(models.Model):
    """A product group; groups form a tree."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True)


class Product(models.Model):
    """A product by code; quantities everywhere are whole `base_unit`s."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    category = models.ForeignKey(Category, models.PROTECT)
    base_unit = models.CharField(max_length=10, default="EA")


class Pack(models.Model):
    """A pack holds exactly `factor` base units."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="packs")
    code = models.CharField(max_length=10)
    factor = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="pack_once"),
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="pack_factor_positive"),
        ]
