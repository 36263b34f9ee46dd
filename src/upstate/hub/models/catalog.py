"""The catalog in force, as the texts of its files, so that every command and agent works by the same one."""

from django.db import models


class CatalogFile(models.Model):
    """One file of the catalog; `name` is its path within the catalog's folder."""

    name = models.TextField(unique=True)
    text = models.TextField()

    class Meta:
        db_table = "hub_catalog_file"

    def __str__(self) -> str:
        return self.name
