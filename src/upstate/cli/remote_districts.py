"""The districts of a hub elsewhere: each asked about by the name that people type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from upstate.cli.choosing import find_name
from upstate.cli.remote_client import RemoteClient
from upstate.errors import ConfigError


class RemoteDistricts:
    """Makes paths of the hub's REST API of names, and calls them; which districts there are is asked once."""

    def __init__(self, client: RemoteClient) -> None:
        self._client = client
        self._ids: dict[str, int] = {}

    def district_named(self, name: str) -> str:
        """The district's own name; ConfigError where the token's person may see none of that name."""
        if not self._ids:
            self._ids = {each["name"]: each["id"] for each in self._client.get("/districts")["districts"]}
        by_folded = {known.casefold(): known for known in self._ids}
        found = name if name in self._ids else by_folded.get(name.strip().casefold())
        if found is None:
            near = get_close_matches(name, self._ids, n=1)
            seen = f"Did you mean {near[0]}?" if near else f"You may see: {', '.join(self._ids) or 'none'}."
            raise ConfigError(f'There is no district "{name}". {seen}')
        return found

    def object_named(self, name: str) -> str:
        """The object's own name; PlanError where there is none."""
        return find_name((each["object"] for each in self._client.get("/objects")["objects"]), name)

    def get(self, district: str, name: str, **query: Any) -> dict[str, Any]:
        """What the hub tells at a path of a district; see RemoteClient for the query."""
        answer: dict[str, Any] = self._client.get(self._path(district, name), **query)
        return answer

    def pages(self, district: str, name: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The same, where it is told page by page."""
        start = None
        while True:
            page = self.get(district, name, from_=start, **query)
            yield page
            start = page["next"]
            if start is None:
                return

    def post(self, district: str, name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What the hub answers where something is asked of it at a path of a district."""
        answer: dict[str, Any] = self._client.post(self._path(district, name), wanted)
        return answer

    def _path(self, district: str, name: str) -> str:
        known = self.district_named(district)  # fills the ids
        return f"/districts/{self._ids[known]}/{name}"
