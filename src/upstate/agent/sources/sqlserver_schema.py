"""From a column as SQL Server's own catalog describes it to a column of ours."""

from __future__ import annotations

from upstate.catalog import Column, ColumnType

# Everything else (xml, sql_variant, shapes) is carried as the server's own text of it.
_TYPES: dict[str, ColumnType] = {
    "tinyint": "integer",
    "smallint": "integer",
    "int": "integer",
    "bigint": "bigint",
    "bit": "boolean",
    "decimal": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "smallmoney": "decimal",
    "float": "double",
    "real": "double",
    "date": "date",
    "time": "time",
    "datetime": "timestamp",
    "smalldatetime": "timestamp",
    "datetime2": "timestamp",
    "datetimeoffset": "timestamptz",
    "uniqueidentifier": "uuid",
    "binary": "bytes",
    "varbinary": "bytes",
    "image": "bytes",
    "timestamp": "bytes",  # a row's version
    "json": "json",
}
_WIDTHS = {"char": 1, "varchar": 1, "nchar": 2, "nvarchar": 2}  # bytes a character


def column_of(name: str, kind: str, size: int, digits: int, scale: int, required: bool) -> Column:
    """The column; `size` is in bytes, -1 where there is no limit."""
    found = _TYPES.get(kind, "text")
    if found == "decimal":
        return Column(name, found, required, precision=digits, scale=scale)
    if kind in _WIDTHS and size > 0:
        return Column(name, "text", required, length=size // _WIDTHS[kind])
    return Column(name, found, required)
