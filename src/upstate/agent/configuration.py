"""An agent's configuration: one TOML file, its secrets also from the environment or from files of their own."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upstate.agent.hub_client import HubAddress, checked
from upstate.catalog.keys import Key
from upstate.catalog.toml_file import Place, TomlFile
from upstate.errors import CatalogError, ConfigError

KEY_VARIABLE = "UPSTATE_AGENT_KEY"
SOURCE_VARIABLE = "UPSTATE_AGENT_SOURCE"
_KEYS = {
    "hub": {
        "url": Key(str, needed=True),
        "key_file": Key(str),
        "ca": Key(str),
        "certificate": Key(str),
        "certificate_key": Key(str),
    },
    "source": {"url": Key(str), "url_file": Key(str), "mapping": Key(str)},
}


@dataclass(frozen=True, slots=True)
class AgentConfiguration:
    """Where the hub is and the district's database, with the secrets to both.

    `key_file` is where a rotated key is kept; None where the key came from the environment. `mapping` is a file.
    """

    hub: HubAddress
    key: str
    key_file: Path | None
    source_url: str
    mapping: Path | None


def read_configuration(file: Path, environment: Mapping[str, str]) -> AgentConfiguration:
    """What the file and the environment say; ConfigError, in one line, where something is wrong or missing.

    Names of files in it are relative to its own folder. UPSTATE_AGENT_KEY and UPSTATE_AGENT_SOURCE win over the file;
    either with _FILE behind it names a file that holds the secret.
    """
    hub, source = _tables(file)
    folder = file.absolute().parent
    address = HubAddress(
        checked(hub["url"]),
        ca=_path(folder, hub, "ca"),
        certificate=_path(folder, hub, "certificate"),
        certificate_key=_path(folder, hub, "certificate_key"),
    )
    key = _secret(environment, KEY_VARIABLE)
    key_file = None if key is not None else (_path(folder, hub, "key_file") or folder / "agent.key")
    if key is None and key_file is not None:
        key = _read_secret(key_file, "The agent's key", "Connect the agent with: upstate agent init --hub URL.")
    url = _secret(environment, SOURCE_VARIABLE) or source.get("url")
    if url is None and "url_file" in source:
        url = _read_secret(folder / source["url_file"], "The source's address", "Mend url_file in [source].")
    if not url:
        raise ConfigError(f"{file} does not say where to read. Write url = … in [source], or set {SOURCE_VARIABLE}.")
    return AgentConfiguration(address, str(key), key_file, _beside(folder, url), _path(folder, source, "mapping"))


def new_configuration(address: HubAddress, source_url: str | None, mapping: str | None) -> str:
    """The text of a new file."""
    hub = [("url", address.url), ("key_file", "agent.key")]
    files = (("ca", address.ca), ("certificate", address.certificate), ("certificate_key", address.certificate_key))
    hub += [(name, str(path.absolute())) for name, path in files if path is not None]
    lines = ["# The agent of a district: where its hub is, and the database it reads.", "[hub]"]
    lines += [f"{name} = {_toml(value)}" for name, value in hub]
    lines += ["", "[source]"]
    if source_url is None:
        lines.append('# url = "postgresql://reader:password@host/database"  or in ' + SOURCE_VARIABLE)
    else:
        lines.append(f"url = {_toml(source_url)}")
    if mapping is not None:
        lines.append(f"mapping = {_toml(mapping)}")
    return "\n".join([*lines, ""])


def keep_secret(file: Path, secret: str) -> None:
    """Put a secret into a file that its owner alone can read: whole, or not at all. ConfigError where it cannot be."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as made:
            made.write(secret + "\n")
            made.flush()
            os.fsync(made.fileno())
        fresh.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error


def _tables(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        toml = TomlFile.parse(str(file), file.read_text(encoding="utf-8"))
        toml.expect_keys(toml.data, Place(), {"hub": Key(dict, needed=True), "source": Key(dict)})
        tables = tuple(dict(toml.data.get(name, {})) for name in ("hub", "source"))
        for name, table in zip(("hub", "source"), tables, strict=True):
            toml.expect_keys(table, Place(name), _KEYS[name])
    except CatalogError as error:  # a TomlFile speaks for catalogs; the same words are right here
        raise ConfigError(error.message) from error
    except FileNotFoundError as error:
        raise ConfigError(f"There is no {file}. Make one with: upstate agent init --hub URL.") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{file} cannot be read: {reason}.") from error
    return tables[0], tables[1]


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    if value := environment.get(name, "").strip():
        return value
    named = environment.get(f"{name}_FILE", "")
    return _read_secret(Path(named), f"What {name}_FILE names", "Name a readable file.") if named else None


def _read_secret(file: Path, what: str, mend: str) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{what} cannot be read from {file}: {reason}. {mend}") from error
    if not secret or "\n" in secret:
        raise ConfigError(f"{what} in {file} is not one line. {mend}")
    return secret


def _path(folder: Path, table: Mapping[str, Any], name: str) -> Path | None:
    return folder / Path(table[name]).expanduser() if name in table else None


def _beside(folder: Path, url: str) -> str:
    """A source that is a file's bare path is looked for beside the configuration."""
    return url if "://" in url or Path(url).is_absolute() else str(folder / url)


def _toml(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
