"""Who sends: districts, their tie to the state (zone), and where each is read (source)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class District(models.Model):
    """A district; its id is the `district_id` of every row it owns at the state."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "hub_district"

    def __str__(self) -> str:
        return self.name


class Zone(models.Model):
    """One district's tie to the state: its scoped year, what it may send for the years beside it, its edition.

    No order is handed out in its quiet hours, the state's and the district's own (see planning/quiet.py).
    """

    district = models.OneToOneField(District, on_delete=models.PROTECT, related_name="zone")
    school_year = models.IntegerField()
    edition = models.TextField(null=True)
    switches = ArrayField(models.TextField(), db_default=[])
    previous_year = ArrayField(models.TextField(), db_default=[])  # objects it may send for the year before
    next_year = ArrayField(models.TextField(), db_default=[])
    time_zone = models.TextField(db_default="UTC")
    state_quiet = models.TextField(db_default="")
    district_quiet = models.TextField(db_default="")

    class Meta:
        db_table = "hub_zone"

    def __str__(self) -> str:
        return f"{self.district.name} {self.school_year}"


class Source(models.Model):
    """Where the in-process agent reads a district: the address may hold a password, so it is never shown whole.

    An empty address: the district is read by an agent of its own, which knows where.
    """

    district = models.OneToOneField(District, on_delete=models.PROTECT, related_name="source")
    url = models.TextField()
    mapping = models.TextField(db_default="")  # the text of the mapping file; empty: names are the catalog's own

    class Meta:
        db_table = "hub_source"

    def __str__(self) -> str:
        return f"source of {self.district.name}"
