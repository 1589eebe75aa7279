"""One platform under test: its folder, its proxies, its supervisor, from the first start to the last unmount."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chaos.city import settle
from chaos.disk import SIZE_MB, SmallDisk
from chaos.parts import Parts
from chaos.platform import FAKETIME_VARIABLE, libfaketime
from chaos.profile import Profile
from chaos.proxy import Proxy
from chaos.screens import Served, phones_at
from chaos.unsynced import UnsyncedTails
from contracts.runtime import Runtime, decode_runtime
from nuandeng.embedded.guard import Guard
from stream.partition import choose_partitions

ROOT = Path(__file__).resolve().parent.parent
_START_S = 150.0
_STOP_S = 60.0
_POLL_S = 0.1


class GroundError(Exception):
    """The platform did not start; the message says what it printed last."""


class Ground:
    """Started when made."""

    def __init__(self, folder: Path, profile: Profile, *, small_disks: bool) -> None:
        """Start everything, and found the city. Raises GroundError, OSError, TimeoutError."""
        # The supervisor's, once it has ended by itself; None when it had to be killed.
        self.exit_code: int | None = None
        self.folder = folder
        self._profile = profile
        folder.mkdir(parents=True)
        self._guard = Guard()
        self.disks: dict[str, SmallDisk] = {}
        self.proxies: dict[str, Proxy] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self.tails: UnsyncedTails | None = None
        try:
            if small_disks:
                self.disks = {store: SmallDisk(folder / store, size_mb) for store, size_mb in SIZE_MB.items()}
            self.proxies = {store: Proxy(store) for store in profile.proxied}
            self._process = self._started()
            self.parts = Parts(self._process.pid, profile.tree)
            self.runtime = self._runtime()
            self.base = self._ready()
            settle(self.runtime)
            self.tails = UnsyncedTails(folder)
        except BaseException:
            self.close()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        tree = self._profile.tree
        layout = ["--brokers", str(tree.brokers), "--each", str(tree.each), "--phones", str(tree.phones)]
        layout += ["--partitions", str(tree.partitions)]
        proxies = [text for store, proxy in self.proxies.items() if store in tree.stores for text in (f"--{store}-proxy", str(proxy.port))]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        library = libfaketime()
        if library is not None:
            environment[FAKETIME_VARIABLE] = str(library)
        with (self.folder / "platform.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "chaos.platform", str(self.folder), *layout, *proxies], cwd=ROOT, env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._guard.watch(process.pid)
        return process

    def _runtime(self) -> Runtime:
        """What stands in the file of tools, once it is there; the proxies are pointed at the servers it names."""
        path = self.folder / "run" / "tools.json"
        self._until(path.exists, "says where it is")
        runtime = decode_runtime(path.read_bytes())
        choose_partitions(runtime.kafka.partitions)
        kafka, valkey = runtime.kafka.bootstrap, runtime.valkey_url.rpartition("/")[0]
        ports = {"kafka": kafka.rpartition(":")[2], "valkey": valkey.rpartition(":")[2], "sockets": runtime.web.phones_port}
        for name, proxy in self.proxies.items():
            proxy.target_port = int(ports[name] or 0)
        return runtime

    @property
    def phones(self) -> Served | None:
        """Where phones are served; None where no process is for them alone."""
        port = self.proxies["sockets"].port if "sockets" in self.proxies else self.runtime.web.phones_port
        return phones_at(f"http://127.0.0.1:{port}") if self._profile.tree.phones else None

    def _ready(self) -> str:
        log = self.folder / "platform.log"
        self._until(lambda: "\nready " in f"\n{log.read_text(errors='replace')}", "is ready")
        return next(line.split()[1] for line in log.read_text(errors="replace").splitlines() if line.startswith("ready "))

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _START_S
        while not condition():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = (self.folder / "platform.log").read_text(errors="replace")[-2000:]
                raise GroundError(f"before it {what} the platform {'ended' if ended else 'took too long'}:\n{said}")
            time.sleep(_POLL_S)

    @property
    def runs(self) -> bool:
        """Whether the supervisor runs."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """Stop everything."""
        self.exit_code = self._stopped()
        if self.tails is not None:
            self.tails.close()
        for proxy in self.proxies.values():
            proxy.close()
        self._guard.close()
        for disk in self.disks.values():
            disk.unmount()

    def _stopped(self) -> int | None:
        process = self._process
        if process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            # Its own guard ends the parts behind it.
            process.kill()
            process.wait()
            time.sleep(1)
            return None
