"""An agent's keys: the first for a code from the hub's Agents page, later ones for the one before."""

from __future__ import annotations

from typing import Any

from upstate.agent.configuration import AgentConfiguration, keep_secret
from upstate.agent.https_door import here
from upstate.agent.hub_client import HubAddress, HubClient
from upstate.errors import ConfigError, HubError


def enroll(address: HubAddress, code: str) -> tuple[str, str]:
    """The key for a code, which is used up by that, and the district's name. HubError where the hub refuses."""
    with HubClient(address, None) as client:
        # asked once: a code is good for one answer
        said = client.send("POST", "/enroll", patient=False, json={"code": code, **here()}).json()
    return _key(said), str(said.get("district", ""))


def rotate(configuration: AgentConfiguration) -> None:
    """Another key from the hub, kept where the one before was, and shown once so that the one before ends.

    ConfigError where the key comes from the environment, which cannot be changed from here.
    """
    file = configuration.key_file
    if file is None:
        raise ConfigError("The key comes from the environment. Make a new one where that is set: upstate agent init.")
    with HubClient(configuration.hub, configuration.key) as client:
        key = _key(client.ask("POST", "/rotate"))
        keep_secret(file, key)
        client.show(key)
        client.ask("POST", "/hello", json=here())


def _key(said: Any) -> str:
    key = said.get("key") if isinstance(said, dict) else None
    if not isinstance(key, str) or not key or not key.isascii():
        raise HubError("The hub gave no key. Use the same version of agent and hub.")
    return key
