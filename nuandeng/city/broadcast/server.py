"""The one listening socket, and the cameras behind it."""

import asyncio
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from nuandeng.city.broadcast.film import Film, FilmError, load_film
from nuandeng.city.broadcast.http import serve_http
from nuandeng.city.broadcast.rtsp import RtspConnection
from nuandeng.city.broadcast.studio import Studio

_MAX_LINE = 8192


class Broadcast:
    """Serves a studio. In its own thread as a context manager, or with `run()` in an event loop."""

    def __init__(self, films: dict[str, Film], *, host: str = "127.0.0.1", port: int = 0, listener: socket.socket | None = None) -> None:
        """listener: a listening socket to use instead of host and port."""
        self.studio = Studio(films)
        self.port = port
        self._host = host
        self._listener = listener
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finish: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run_in_thread, name="broadcast", daemon=True)

    def url(self, protocol: str, camera: str, phase_s: float = 0.0) -> str:
        """The address of a camera by protocol: rtsp, mpegts_http or snapshot."""
        scheme, suffix = {"rtsp": ("rtsp", ""), "mpegts_http": ("http", ".ts"), "snapshot": ("http", ".jpg")}[protocol]
        query = f"?phase={phase_s:g}" if phase_s else ""
        return f"{scheme}://{self._host}:{self.port}/{camera}{suffix}{query}"

    async def run(self) -> None:
        """Serve until stopped. Raises OSError when the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._finish = asyncio.Event()
        viewers: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                viewers.add(task)
                task.add_done_callback(viewers.discard)
            await self._serve(reader, writer)

        if self._listener is None:
            server = await asyncio.start_server(accept, self._host, self.port, limit=_MAX_LINE)
        else:
            server = await asyncio.start_server(accept, sock=self._listener, limit=_MAX_LINE)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._finish.wait()
        server.close()
        for viewer in tuple(viewers):
            viewer.cancel()
        await asyncio.gather(*viewers, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line.rstrip().endswith(b"RTSP/1.0"):
                await RtspConnection(self.studio, reader, writer, self._host).serve(line)
            else:
                await serve_http(self.studio, line, reader, writer)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # a viewer that left or talks nonsense concerns nobody else
        finally:
            writer.transport.abort()

    def _run_in_thread(self) -> None:
        try:
            asyncio.run(self.run())
        except OSError as err:
            self._failure = err
        finally:
            self._ready.set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """End the broadcast; from any thread."""
        if self._loop is not None and self._finish is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._finish.set)


def films_of(folder: Path) -> dict[str, Film]:
    """Load every *.mp4 of a folder under its name. Raises FilmError when there is none, or one cannot be broadcast."""
    films = {path.stem: load_film(path) for path in sorted(folder.glob("*.mp4"))}
    if not films:
        raise FilmError(f"no *.mp4 in {folder}")
    return films
