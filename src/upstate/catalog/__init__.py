"""What can be resynced: objects, columns, references, rules, and the graph they make. Pure."""

from upstate.catalog.graph import Graph
from upstate.catalog.model import (
    Catalog,
    Column,
    ColumnType,
    Lookup,
    Reference,
    Rule,
    SyncObject,
    Unique,
)
from upstate.catalog.reading import catalog_files, parse_catalog, read_catalog, shipped_catalog

__all__ = [
    "Catalog",
    "Column",
    "ColumnType",
    "Graph",
    "Lookup",
    "Reference",
    "Rule",
    "SyncObject",
    "Unique",
    "catalog_files",
    "parse_catalog",
    "read_catalog",
    "shipped_catalog",
]
