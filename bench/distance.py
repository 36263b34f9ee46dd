"""Distance: a relay on this machine that holds everything back for half a round trip, in both directions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 1 << 16


@contextmanager
def away(port: int, round_trip: float) -> Iterator[int]:
    """For the block, a port of this machine that leads to another one of it, so many seconds there and back away."""
    loop = asyncio.new_event_loop()
    relay = _Relay(port, round_trip / 2)
    server = loop.run_until_complete(asyncio.start_server(relay.connected, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, name="bench-relay", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(relay.close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Relay:
    """What comes is passed on as it came, only later; how much may be under way is not limited, as on a long line."""

    def __init__(self, port: int, delay: float) -> None:
        self._port = port
        self._delay = delay
        self._open: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection, both ways, until either side ends it."""
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.ensure_future(self._pass(source, target))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def close(self, server: asyncio.Server) -> None:
        """Take no more connections, and end those that there are."""
        server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(0.0, due - now()))
                if not data:
                    return
                target.write(data)
                await target.drain()

        arriving = asyncio.ensure_future(arrive())
        try:
            with suppress(OSError):
                data = b"begun"
                while data:
                    data = await source.read(_CHUNK)
                    under_way.put_nowait((now() + self._delay, data))
                await arriving
        finally:
            arriving.cancel()
            target.close()
