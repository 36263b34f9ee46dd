"""The district's side of a command: the address as it is kept, the mapping's text, a source that can be opened."""

from __future__ import annotations

from pathlib import Path

from upstate.agent.mapping import parse_mapping
from upstate.agent.sources import Source, open_source
from upstate.agent.sources.address import CsvAddress, OneRosterAddress, SqliteAddress, parse_address
from upstate.catalog import Catalog
from upstate.errors import MappingError, SourceError
from upstate.hub.districts import KnownDistrict, add_district, known_district
from upstate.hub.in_force import catalog_in_force


def absolute(url: str) -> str:
    """A source's address as it can be kept: a file's path no longer depends on where the command was run."""
    address = parse_address(url)
    return address.kept() if isinstance(address, SqliteAddress | CsvAddress | OneRosterAddress) else url


def read_mapping_text(file: Path | None) -> str:
    """The text of a mapping file; empty for none. MappingError where it cannot be read."""
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise MappingError(f"The mapping file {file} cannot be read: {reason}. Name a readable TOML file.") from error


def source_of(url: str, mapping: str, catalog: Catalog, *, mapping_name: str = "the district's mapping") -> Source:
    """The source at a kept address with a kept mapping; MappingError or SourceError in one line."""
    if not url:
        raise SourceError("This district is read by an agent of its own, which cannot be asked for this yet.")
    return open_source(url, parse_mapping(mapping_name, mapping, catalog))


def keep_district(
    name: str, url: str | None, mapping_file: Path | str | None, *, school_year: int, edition: str | None
) -> tuple[KnownDistrict, tuple[str, ...]]:
    """Add or change a district once its source can be opened and its mapping read; see districts.add_district.

    Without an address it keeps the one it has; a new one is read by an agent of its own.
    """
    catalog = catalog_in_force()
    if url is None:
        before = known_district(name)
        url, mapping = ("", "") if before is None else (before.source_url, before.mapping)
        return add_district(catalog, name, source_url=url, mapping=mapping, school_year=school_year, edition=edition)
    url = absolute(url)
    mapping = read_mapping_text(None if mapping_file is None else Path(mapping_file))
    source_of(url, mapping, catalog, mapping_name=str(mapping_file)).check(())
    return add_district(catalog, name, source_url=url, mapping=mapping, school_year=school_year, edition=edition)
