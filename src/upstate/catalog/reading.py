"""From a folder of TOML files to a Catalog; a wrong file is named with its line and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from upstate.catalog.checking import check
from upstate.catalog.entries import code_list, sync_object
from upstate.catalog.model import Catalog, SyncObject
from upstate.catalog.toml_file import TomlFile
from upstate.errors import CatalogError

SHIPPED = Path(__file__).parent.parent / "catalogs"


def shipped_catalog(name: str) -> Path:
    """The folder of a catalog that comes with Upstate, such as "k12"; CatalogError where there is none."""
    folder = SHIPPED / name
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir() and any(p.glob("*.toml"))))
        raise CatalogError(f"There is no catalog named {name}. Shipped are: {known}. Or name a folder of .toml files.")
    return folder


def catalog_files(folder: Path) -> dict[str, str]:
    """The texts of a catalog's files by their path within the folder; CatalogError where it cannot be read."""
    if not folder.is_dir():
        raise CatalogError(f"There is no catalog folder {folder}. Name a folder that holds one .toml file an object.")
    paths = sorted([*folder.glob("*.toml"), *folder.glob("codes/*.toml")])
    if not any(path.parent == folder for path in paths):
        raise CatalogError(f"The catalog folder {folder} holds no .toml file; it needs one an object.")
    texts = {}
    for path in paths:
        try:
            texts[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(f"{path} cannot be read: {error}.") from error
    return texts


def read_catalog(folder: Path | str) -> Catalog:
    """Read and check the catalog in a folder; CatalogError with file, line and what to do."""
    return parse_catalog(catalog_files(Path(folder)))


def parse_catalog(texts: Mapping[str, str]) -> Catalog:
    """The catalog of these texts by file name ("X.toml" an object, "codes/x.toml" a code list); CatalogError."""
    files = [TomlFile.parse(name, text) for name, text in sorted(texts.items())]
    lists: dict[str, Mapping[str, str]] = {}
    for file in (f for f in files if f.name.startswith("codes/")):
        name, codes = code_list(file)
        lists[name] = codes
    objects: dict[str, SyncObject] = {}
    sources: dict[str, TomlFile] = {}
    for file in (f for f in files if not f.name.startswith("codes/")):
        obj = sync_object(file, lists)
        objects[obj.name], sources[obj.name] = obj, file
    catalog = Catalog(MappingProxyType(objects))
    check(catalog, sources)
    return catalog
