"""The control tables, by subject: who sends, what was asked for, what did not land, and the catalog in force."""

from upstate.hub.models.catalog import CatalogFile
from upstate.hub.models.district import District, Source, Zone
from upstate.hub.models.rejection import Rejection
from upstate.hub.models.resync import Batch, Order, Resync

__all__ = ["Batch", "CatalogFile", "District", "Order", "Rejection", "Resync", "Source", "Zone"]
