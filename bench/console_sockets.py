"""Consoles as sockets: logged in, joined, answering pings, telling whoever asks what reaches them. One event loop holds a hundred."""

import asyncio
from collections.abc import Callable

import aiohttp

_JOIN_S = 30.0
_CHANGES = b'42/console,["changes",'


class ConsoleSocket:
    """One console's connection. on_changes: called with each frame that tells of a commit, undecoded."""

    def __init__(self, http: aiohttp.ClientSession, base: str, token: str, on_changes: Callable[[bytes], None] | None = None) -> None:
        self._http, self._base, self._token, self._on_changes = http, base, token, on_changes
        self.frames = 0
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and join all rooms that are allowed; returns when the snapshot has come. Raises aiohttp.ClientError, TimeoutError."""
        self._socket = await self._http.ws_connect(
            f"{self._base}/socket.io/?EIO=4&transport=websocket", max_msg_size=0, compress=0, autoclose=False
        )
        joined = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(joined))
        await asyncio.wait_for(joined, _JOIN_S)

    async def close(self) -> None:
        """Leave."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            await self._socket.close()

    async def _read(self, joined: "asyncio.Future[None]") -> None:
        async for message in self._socket:
            frame = message.data.encode() if isinstance(message.data, str) else message.data
            if frame == b"2":
                await self._socket.send_str("3")
            elif frame.startswith(_CHANGES):
                self.frames += 1
                if self._on_changes is not None:
                    self._on_changes(frame)
            elif frame.startswith(b"0"):
                await self._socket.send_str(f'40/console,{{"token":"{self._token}"}}')
            elif frame.startswith(b"40/console,"):
                await self._socket.send_str('42/console,0["join",{}]')
            elif frame.startswith(b"43/console,0") and not joined.done():
                joined.set_result(None)
            elif frame.startswith(b"44"):
                raise SystemExit(f"not let in: {frame!r}")
