"""The district databases Upstate reads: one Source each, opened by URL."""

from __future__ import annotations

from upstate.agent.mapping import Mapping
from upstate.agent.sources.address import CsvAddress, MysqlAddress, SqliteAddress, parse_address
from upstate.agent.sources.comparison import Comparison, StateSide
from upstate.agent.sources.description import Description
from upstate.agent.sources.source import Snapshot, Source


def open_source(url: str, mapping: Mapping | None = None) -> Source:
    """The source at a URL (sqlite, postgresql, mysql, csv) or the path of a file, a folder or a zip.

    Nothing is connected yet; SourceError where the URL is of no kind that is known.
    """
    address = parse_address(url)
    if isinstance(address, SqliteAddress):
        from upstate.agent.sources.sqlite import SqliteSource

        return SqliteSource(address, mapping or Mapping())
    if isinstance(address, CsvAddress):
        from upstate.agent.sources.csv_source import CsvSource

        return CsvSource(address, mapping or Mapping())
    if isinstance(address, MysqlAddress):
        from upstate.agent.sources.mysql import MysqlSource

        return MysqlSource(address, mapping or Mapping())
    from upstate.agent.sources.postgresql import PostgresqlSource

    return PostgresqlSource(address, mapping or Mapping())


__all__ = ["Comparison", "Description", "Snapshot", "Source", "StateSide", "open_source"]
