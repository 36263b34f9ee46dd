"""`python -m bench.state.agents FILE`: many agents in one process, as `upstate agent run` each, their claims timed."""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any


def has_https() -> bool:
    """Whether this version has agents that come over HTTPS."""
    return importlib.util.find_spec("upstate.agent.running") is not None


def main() -> None:
    """Run the agents that the file names (hub, agents: key and source) until SIGTERM; print the milliseconds of claims.

    Only claims that do not wait for work are counted: all but the first of a round.
    """
    told = json.loads(Path(sys.argv[1]).read_text())
    claims: list[float] = []
    _time_claims(claims)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    trouble: list[str] = []
    threads = [
        threading.Thread(target=_run, args=(told["hub"], each, stop, trouble), daemon=True) for each in told["agents"]
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        pass
    print(json.dumps({"claims": claims, "trouble": trouble[:20]}), flush=True)


def _run(hub: str, agent: dict[str, str], stop: threading.Event, trouble: list[str]) -> None:
    configuration: Any = importlib.import_module("upstate.agent.configuration")
    client: Any = importlib.import_module("upstate.agent.hub_client")
    running: Any = importlib.import_module("upstate.agent.running")
    told = configuration.AgentConfiguration(
        hub=client.HubAddress(hub), key=agent["key"], key_file=None, source_url=agent["source"], mapping=None
    )
    try:
        running.run_agent(told, stop=stop, say=lambda _line: None)
    except Exception as error:  # noqa: BLE001 - every end of an agent belongs into the report
        trouble.append(f"{type(error).__name__}: {error}")


def _time_claims(claims: list[float]) -> None:
    door: Any = importlib.import_module("upstate.agent.https_door").HttpsDoor
    claim = door.claim

    def timed(self: Any) -> Any:
        waits = self._resync is None
        began = time.perf_counter()
        order = claim(self)
        if not waits:
            claims.append(1000 * (time.perf_counter() - began))
        return order

    door.claim = timed


if __name__ == "__main__":
    main()
