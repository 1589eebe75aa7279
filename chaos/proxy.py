"""A TCP proxy between the parts and a server, which delays, cuts or silences the connections of one part."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psutil

HOST = "127.0.0.1"
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What happens to the connections of one process. cut: reset, and refused while it lasts.

    half_open: those there are go silent for good without being closed, as when a router forgets them; new ones work.
    """

    pid: int
    delay_s: float = 0.0
    cut: bool = False
    half_open: bool = False


class _Link:
    """One connection through the proxy."""

    def __init__(self, port: int, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.port, self.near, self.far = port, near, far
        self.silent = False
        self.delay_s = 0.0

    def reset(self) -> None:
        for writer in (self.near, self.far):
            writer.transport.abort()


class Proxy:
    """Listens on a free port at once; connections are refused until `target_port` is set. Its loop runs in a thread of its own."""

    def __init__(self, name: str) -> None:
        self.target_port: int | None = None
        self._trouble: Trouble | None = None
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{name}", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, HOST, 0), self._loop).result(5)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def begin(self, trouble: Trouble) -> None:
        """From now on; one trouble at a time."""
        self._call(lambda: self._begin(trouble))

    def end(self) -> None:
        """No more of it. What was reset or silenced stays so."""
        self._call(self._end)

    def close(self) -> None:
        """Close everything and end the thread."""
        self._call(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, act: Callable[[], None]) -> None:
        async def body() -> None:
            act()

        asyncio.run_coroutine_threadsafe(body(), self._loop).result(10)

    def _begin(self, trouble: Trouble) -> None:
        self._trouble = trouble
        theirs = _ports_of(trouble.pid)
        for link in [link for link in self._links if link.port in theirs]:
            link.delay_s = trouble.delay_s
            link.silent = link.silent or trouble.half_open
            if trouble.cut:
                link.reset()

    def _end(self) -> None:
        self._trouble = None
        for link in self._links:
            link.delay_s = 0.0

    def _close(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = int(writer.get_extra_info("peername")[1])
        trouble = self._trouble if self._trouble is not None and port in _ports_of(self._trouble.pid) else None
        if self.target_port is None or (trouble is not None and trouble.cut):
            writer.transport.abort()
            return
        try:
            far_reader, far = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(port, writer, far)
        link.delay_s = trouble.delay_s if trouble is not None else 0.0
        self._links.add(link)
        upward = asyncio.create_task(_pump(link, reader, far))
        downward = asyncio.create_task(_pump(link, far_reader, writer))
        try:
            await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
            if link.silent:  # the server's end is not told; the client's own is
                await upward
        finally:
            self._links.discard(link)
            for task in (upward, downward):
                task.cancel()
            for end in (writer, far):
                end.close()


async def _pump(link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            if link.delay_s:
                await asyncio.sleep(link.delay_s)
            if not link.silent:
                writer.write(chunk)
                await writer.drain()


def _ports_of(pid: int) -> set[int]:
    """The local ports of a process's connections."""
    try:
        return {one.laddr.port for one in psutil.Process(pid).net_connections(kind="tcp")}
    except psutil.Error:
        return set()
