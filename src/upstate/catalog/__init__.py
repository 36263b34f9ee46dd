"""What can be resynced: objects, columns, references, rules, and the graph they make. Pure."""

from upstate.catalog.drawing import Branch, draw, tree
from upstate.catalog.fingerprint import fingerprint
from upstate.catalog.graph import CycleError, Graph
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
    "Branch",
    "Catalog",
    "Column",
    "ColumnType",
    "CycleError",
    "Graph",
    "Lookup",
    "Reference",
    "Rule",
    "SyncObject",
    "Unique",
    "catalog_files",
    "draw",
    "fingerprint",
    "parse_catalog",
    "read_catalog",
    "shipped_catalog",
    "tree",
]
