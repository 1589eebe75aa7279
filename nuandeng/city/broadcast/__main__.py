"""`python -m nuandeng.city.broadcast --films DIR --port N`, or `--listen-fd N` for a listening socket that it inherits."""

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

from nuandeng.city.broadcast.film import FilmError
from nuandeng.city.broadcast.server import Broadcast, films_of


async def _serve(broadcast: Broadcast) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, broadcast.stop)
    await broadcast.run()


def main() -> int:
    """Serve a folder of films until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, required=True, help="folder of MP4 files with H.264")
    parser.add_argument("--host", default="127.0.0.1")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, default=0)
    where.add_argument("--listen-fd", type=int, help="an inherited listening socket")
    chosen = parser.parse_args()
    try:
        films = films_of(chosen.films)
        listener = None if chosen.listen_fd is None else socket.socket(fileno=chosen.listen_fd)
        asyncio.run(_serve(Broadcast(films, host=chosen.host, port=chosen.port, listener=listener)))
    except (FilmError, OSError) as err:
        sys.stderr.write(f"broadcast: {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
