"""Machines of their own on this one: network namespaces on one switch, each with its address, cable and processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0  # seconds for a process to end


class Network:
    """A switch in a namespace of its own, and whatever is plugged into it; 10.77.0.0/24, seen by nobody outside."""

    def __init__(self) -> None:
        self.name = f"up{uuid.uuid4().hex[:6]}"
        _ip("netns", "add", self.name)
        self.run("ip", "link", "add", "switch", "type", "bridge")
        self.run("ip", "link", "set", "switch", "up")

    def run(self, *line: str) -> None:
        """A command in the switch's namespace."""
        _ip("netns", "exec", self.name, *line)

    def close(self) -> None:
        """Take it away with the cables in it."""
        _ip("netns", "delete", self.name)


@dataclass(frozen=True, slots=True)
class Machine:
    """A namespace with one cable to the switch."""

    network: Network
    name: str
    address: str

    @property
    def space(self) -> str:
        """Its namespace's name on this machine."""
        return f"{self.network.name}-{self.name}"

    def run(self, *line: str) -> None:
        """A command on it, to its end."""
        _ip("netns", "exec", self.space, *line)

    def cut_off(self) -> None:
        """Pull its cable: nothing says goodbye."""
        self.network.run("ip", "link", "set", self.name, "down")

    def plug_in(self) -> None:
        """Put the cable back."""
        self.network.run("ip", "link", "set", self.name, "up")

    def take_address(self, address: str) -> None:
        """Answer to an address more, as the one that is next in line for it would."""
        self.run("ip", "address", "add", f"{address}/24", "dev", "cable")

    def forget_neighbours(self) -> None:
        """Ask anew who has which address, as after an announcement."""
        self.run("ip", "neigh", "flush", "all")

    @contextmanager
    def running(self, log: Path, environment: dict[str, str], line: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """A program on it for the block; what it says goes to a file."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.space, *line],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # and whatever it had begun
                process.wait(PATIENCE)


def why_not() -> str:
    """Why this machine gives no network namespaces; empty where it does."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the program ip"
    try:
        with network("one"):
            return ""
    except subprocess.CalledProcessError as error:
        return f"this machine gives no network namespaces: {error.stderr.strip()}"


@contextmanager
def network(*names: str) -> Iterator[dict[str, Machine]]:
    """Machines of these names on one switch, for the block: 10.77.0.1, .2, … in their order."""
    with ExitStack() as stack:
        switch = Network()
        stack.callback(switch.close)
        yield {
            name: _plugged(stack, Machine(switch, name, f"10.77.0.{number}")) for number, name in enumerate(names, 1)
        }


def _plugged(stack: ExitStack, machine: Machine) -> Machine:
    _ip("netns", "add", machine.space)
    stack.callback(_ip, "netns", "delete", machine.space)
    ends = ("name", machine.name, "type", "veth", "peer", "name", "cable", "netns", machine.space)
    machine.network.run("ip", "link", "add", *ends)
    machine.network.run("ip", "link", "set", machine.name, "master", "switch", "up")
    machine.run("ip", "link", "set", "lo", "up")
    machine.run("ip", "address", "add", f"{machine.address}/24", "dev", "cable")
    machine.run("ip", "link", "set", "cable", "up")
    return machine


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=PATIENCE)
