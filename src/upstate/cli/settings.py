"""The edge: what the environment says, read once into a frozen value; the state's PostgreSQL made ready by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from upstate.embedded import Cluster
from upstate.errors import ConfigError

if TYPE_CHECKING:
    from upstate.hub.web.configuration import WebConfiguration


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` holds what Upstate keeps on this machine; `database_url` names a PostgreSQL to use instead of our own."""

    home: Path
    database_url: str | None

    @property
    def cluster(self) -> Cluster:
        """The embedded PostgreSQL; ConfigError where another one is named instead."""
        if self.database_url is not None:
            raise ConfigError("UPSTATE_DATABASE_URL names another PostgreSQL, which is not ours to start or stop.")
        return Cluster(self.home / "postgres")

    def folder(self, name: str) -> Path:
        """A folder of that name in `home`, made where it is not there; ConfigError where it cannot be."""
        folder = self.home / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"UPSTATE_HOME ({self.home}) cannot be used: {error.strerror}.") from error
        return folder


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in UPSTATE_HOME and UPSTATE_DATABASE_URL; empty means not set."""
    home = environment.get("UPSTATE_HOME") or str(user_data_path("upstate"))
    return Settings(Path(home).expanduser().absolute(), environment.get("UPSTATE_DATABASE_URL") or None)


def open_state(
    settings: Settings | None = None, web: WebConfiguration | None = None, *, apps_of_pages: bool = True
) -> str:
    """Make the state ready to be used: start the embedded PostgreSQL unless it runs, and Django; returns its URL.

    Modules of the hub may be imported only after this. `web` is for processes that serve pages or send mails;
    without `apps_of_pages` it is ready sooner (see Configuration).
    """
    from upstate.hub.start import Configuration, start

    settings = read_settings() if settings is None else settings
    url = settings.database_url if settings.database_url is not None else settings.cluster.start()
    start(Configuration(url, web, apps_of_pages))
    return url
