"""Products and packs, and the lots and serial numbers they come in."""

from decimal import Decimal

from django.db import models

TRACKINGS = ("", "lot", "serial")


class Category(models.Model):
    """A product group; groups form a tree."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True)


class Product(models.Model):
    """A product by code; quantities everywhere are whole `base_unit`s.

    `tracking` says what stock of it names: nothing, a lot, or a serial number. `min_order` is in packs. A product that is
    not `active` is sold no more; what is there of it may still be moved. `weight_g` (grams) and `volume_ml` (millilitres) are
    those of one base unit; 0 is unknown.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    category = models.ForeignKey(Category, models.PROTECT)
    base_unit = models.CharField(max_length=10, default="EA")
    tracking = models.CharField(max_length=6, blank=True)
    shelf_life_days = models.PositiveIntegerField(null=True)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=Decimal("0.13"))
    active = models.BooleanField(default=True)
    min_order = models.PositiveIntegerField(default=0)
    weight_g = models.PositiveIntegerField(default=0)
    volume_ml = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(tracking__in=TRACKINGS), name="product_tracking"),
            models.CheckConstraint(
                condition=models.Q(tax_rate__gte=0) & models.Q(tax_rate__lt=1), name="product_tax_rate"
            ),
        ]


class Pack(models.Model):
    """A pack holds exactly `factor` base units."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="packs")
    code = models.CharField(max_length=10)
    factor = models.PositiveIntegerField()
    barcode = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="pack_once"),
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="pack_factor_positive"),
        ]


class Lot(models.Model):
    """A batch as it was made. The day of expiry is usable until its end; without one it keeps."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="lots")
    code = models.CharField(max_length=40)
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "code"], name="lot_once"),
            models.CheckConstraint(
                condition=models.Q(made_on__isnull=True)
                | models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gte=models.F("made_on")),
                name="lot_expires_after_made",
            ),
        ]


class Serial(models.Model):
    """One piece by its own number; `lot` is the batch it was made in. Stock of it names the number where others name a lot."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="serials")
    code = models.CharField(max_length=40)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="serials")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="serial_once")]
