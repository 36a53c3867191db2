"""Tables with names and keys of every kind, for triggers."""

from __future__ import annotations

from django.db import models


class Label(models.Model):
    text = models.CharField(max_length=50)

    class Meta:
        db_table = "Upper Case's labels"

    def __str__(self) -> str:
        return self.text


class Crate(models.Model):
    """Odd names, as old databases have them."""

    name = models.CharField(max_length=100, db_column="It's a Name", unique=True)
    weight = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    count = models.IntegerField(default=0, db_column="select")
    seal = models.BinaryField(default=b"", db_column="Seal's bytes")
    labels = models.ManyToManyField(Label)

    class Meta:
        db_table = "Depot Crates' table"

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """A key of two columns."""

    pk = models.CompositePrimaryKey("shelf", "place")
    shelf = models.IntegerField()
    place = models.CharField(max_length=10)
    content = models.CharField(max_length=50, default="")

    def __str__(self) -> str:
        return f"{self.shelf}/{self.place}"


class Stamp(models.Model):
    """A table that another program made, whose rows the database deletes with their crates."""

    crate = models.ForeignKey(Crate, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False
        db_table = "depot_stamp"

    def __str__(self) -> str:
        return f"of {self.crate}"
