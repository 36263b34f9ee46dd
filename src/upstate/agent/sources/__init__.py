"""The district databases Upstate reads: one Source each, opened by URL."""

from __future__ import annotations

from upstate.agent.mapping import Mapping
from upstate.agent.sources.address import Address, CsvAddress, OneRosterAddress, SqliteAddress, parse_address
from upstate.agent.sources.comparison import Comparison, StateSide
from upstate.agent.sources.description import Description
from upstate.agent.sources.naming import NamingSource, has_names, without_names
from upstate.agent.sources.server_address import MysqlAddress, OracleAddress, PostgresqlAddress, SqlServerAddress
from upstate.agent.sources.source import Snapshot, Source, twin_of


def open_source(url: str, mapping: Mapping | None = None) -> Source:
    """The source at a URL, or the path of a file, a folder or a zip; sources.md lists the kinds.

    Nothing is connected yet; SourceError where the URL is of no kind that is known.
    """
    address = parse_address(url)
    mapping = mapping or Mapping()
    if isinstance(address, OneRosterAddress):
        from upstate.agent.sources.oneroster import roster_mapping

        mapping = roster_mapping(mapping)
    if not has_names(mapping):
        return _open(address, mapping)
    return NamingSource(_open(address, without_names(mapping)), mapping)


def _open(address: Address, mapping: Mapping) -> Source:
    match address:
        case SqliteAddress():
            from upstate.agent.sources.sqlite import SqliteSource

            return SqliteSource(address, mapping)
        case CsvAddress():
            from upstate.agent.sources.csv_source import CsvSource

            return CsvSource(address, mapping)
        case OneRosterAddress():
            from upstate.agent.sources.oneroster import roster_source

            return roster_source(address, mapping)
        case MysqlAddress():
            from upstate.agent.sources.mysql import MysqlSource

            return MysqlSource(address, mapping)
        case SqlServerAddress():
            from upstate.agent.sources.plain_source import PlainSource
            from upstate.agent.sources.sqlserver import SqlServerDialect

            return PlainSource(SqlServerDialect(address), address.shown, mapping)
        case OracleAddress():
            from upstate.agent.sources.oracle import OracleDialect
            from upstate.agent.sources.plain_source import PlainSource

            return PlainSource(OracleDialect(address), address.shown, mapping)
        case PostgresqlAddress():
            from upstate.agent.sources.postgresql import PostgresqlSource

            return PostgresqlSource(address, mapping)


__all__ = ["Comparison", "Description", "Snapshot", "Source", "StateSide", "open_source", "twin_of"]
