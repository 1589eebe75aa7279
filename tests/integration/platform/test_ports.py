"""A port that the platform chose is the platform's from that moment on: nobody gets in between choosing and serving."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from contracts.runtime import VARIABLE
from nuandeng.embedded.ports import listening, port_of, reserved
from nuandeng.failures import PortTakenError, SettingsError
from nuandeng.installation import Installation
from nuandeng.platform_parts import platform_parts
from nuandeng.settings import KafkaSettings, Settings, ValkeySettings, WebSettings
from tests.unit.adapters.drawn_film import draw_film


def _server(port: int) -> socket.socket:
    """What Kafka and Valkey do: SO_REUSEADDR, bind, listen. Raises OSError."""
    server = socket.socket()
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
    except OSError:
        server.close()
        raise
    return server


def test_a_reserved_port_is_for_our_server_alone_and_for_its_next_start_too() -> None:
    """Our server listens beside the reservation, twice with connections in between; a stranger cannot have the port at any time."""
    with reserved() as kept:
        port = port_of(kept)
        for _ in range(2):
            with pytest.raises(OSError, match="in use"), socket.socket() as stranger:
                stranger.bind(("127.0.0.1", port))
            with _server(port) as server:
                socket.create_connection(("127.0.0.1", port)).close()
                server.accept()[0].close()
                with pytest.raises(OSError, match="in use"):
                    _server(port)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))


def test_an_installation_has_its_ports_before_anything_runs_and_gives_them_back(tmp_path: Path) -> None:
    """web: listening already. Kafka and Valkey: kept. After close all are free."""
    with closing(Installation(Settings(data_dir=str(tmp_path), web=WebSettings(port=0)))) as installation:
        assert installation.kafka is not None
        assert installation.valkey is not None
        ports = [installation.runtime.web.port, installation.kafka.port, installation.valkey.port]
        assert all(ports)
        for port in ports:
            with pytest.raises(OSError, match="in use"), socket.socket() as stranger:
                stranger.bind(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"):
            _server(ports[0])
        web = next(part for part in platform_parts(installation) if part.name == "web")
        assert web.pass_fds == (installation.web.fileno(),)
    for port in ports:
        _server(port).close()


@pytest.mark.parametrize("setting", ["web", "kafka", "valkey"])
def test_a_port_that_somebody_listens_on_is_refused_with_the_settings_name(setting: str, tmp_path: Path) -> None:
    """And what was taken before it is given back."""
    with listening() as somebody:
        port = port_of(somebody)
        chosen = {
            "web": Settings(data_dir=str(tmp_path), web=WebSettings(port=port)),
            "kafka": Settings(data_dir=str(tmp_path), web=WebSettings(port=0), kafka=KafkaSettings(port=port)),
            "valkey": Settings(data_dir=str(tmp_path), web=WebSettings(port=0), valkey=ValkeySettings(port=port)),
        }[setting]
        with pytest.raises(PortTakenError, match=rf"Port {port} \({setting}\.port\) is taken by process {os.getpid()}"):
            Installation(chosen)


def test_an_address_of_another_machine_is_said_to_be_the_setting_s_fault(tmp_path: Path) -> None:
    """Not "taken"."""
    with pytest.raises(SettingsError, match=r"web\.port"):
        Installation(Settings(data_dir=str(tmp_path), web=WebSettings(host="192.0.2.7", port=0)))


@contextmanager
def _running(argv: list[str], listener: socket.socket, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *argv, "--listen-fd", str(listener.fileno())],
            pass_fds=(listener.fileno(),),
            env={**os.environ, **env},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _answer(url: str, within_s: float) -> int:
    with urllib.request.urlopen(url, timeout=within_s) as response:  # noqa: S310 - http by construction
        return int(response.status)


def test_the_web_process_serves_the_inherited_socket_and_who_comes_while_it_restarts_waits(tmp_path: Path) -> None:
    """A request that arrives after kill -9 and before the next start is answered by the next one."""
    with closing(Installation(Settings(data_dir=str(tmp_path), web=WebSettings(port=0)))) as installation:
        env = {VARIABLE: str(installation.runtime_file("web", "web"))}
        url = f"{installation.url}/healthz"
        log = tmp_path / "web.log"
        with _running(["web.serve"], installation.web, env, log) as first:
            assert _answer(url, 60) == 200
            first.send_signal(signal.SIGKILL)
            first.wait()
        with socket.create_connection(("127.0.0.1", installation.runtime.web.port)) as early:
            early.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            early.settimeout(60)
            with _running(["web.serve"], installation.web, env, log):
                assert early.recv(100).startswith(b"HTTP/1.1 200"), log.read_text()


def test_the_broadcast_serves_the_inherited_socket(tmp_path: Path) -> None:
    """Its list of cameras is what the supervisor asks for before it counts as ready."""
    draw_film(tmp_path / "street.mp4")
    with listening() as listener, _running(["nuandeng.city.broadcast", "--films", str(tmp_path)], listener, {}, tmp_path / "log"):
        deadline = time.monotonic() + 30
        while True:
            try:
                assert _answer(f"http://127.0.0.1:{port_of(listener)}/", 30) == 200
            except urllib.error.URLError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            else:
                return
