"""Does to a platform what a plan says. Each fault is begun, lasts, and is ended here; what follows is the platform's own business."""

import os
import random
import signal
import time

import redis

from chaos.ground import Ground
from chaos.parts import gone
from chaos.plan import Fault, Kind
from chaos.platform import clock_file
from chaos.proxy import Trouble
from chaos.screens import until

_GONE_S = 10.0
_STOPPED_S = 40.0


def inject(fault: Fault, ground: Ground, chance: random.Random) -> str:
    """Do it; return when it is over, with a word on what was met."""
    match fault.kind:
        case Kind.KILL:
            return _said(ground.parts.send(fault.part, signal.SIGKILL))
        case Kind.TERMINATE:
            return _terminate(fault, ground)
        case Kind.PAUSE:
            return _pause(fault, ground)
        case Kind.WIPE:
            return _wipe(ground)
        case Kind.DISK_FULL:
            return _disk_full(fault, ground)
        case Kind.POWER_CUT:
            return _power_cut(fault, ground, chance)
        case Kind.CLOCK_STEP:
            return _clock_step(fault, ground)
        case Kind.DELAY | Kind.CUT | Kind.HALF_OPEN:
            return _connection(fault, ground)


def _said(pid: int | None) -> str:
    return "was not running" if pid is None else f"pid {pid}"


def _terminate(fault: Fault, ground: Ground) -> str:
    """It may go on serving while it stops in order: over when it has."""
    pid = ground.parts.send(fault.part, signal.SIGTERM)
    if pid is not None and not gone(pid, _STOPPED_S):
        return f"pid {pid} did not stop"
    return _said(pid)


def _pause(fault: Fault, ground: Ground) -> str:
    pid = ground.parts.send(fault.part, signal.SIGSTOP)
    time.sleep(fault.seconds)
    if pid is None or ground.parts.pid(fault.part) != pid:
        return "was started anew meanwhile"
    ground.parts.send(fault.part, signal.SIGCONT)
    return _said(pid)


def _wipe(ground: Ground) -> str:
    with redis.Redis.from_url(ground.runtime.valkey_url, socket_timeout=5) as store:
        try:
            store.flushall()
        except redis.RedisError as err:
            return f"did not answer: {err}"
    return "wiped"


def _disk_full(fault: Fault, ground: Ground) -> str:
    disk = ground.disks[fault.part]
    disk.fill()
    try:
        time.sleep(fault.seconds)
    finally:
        disk.empty()
    return "full, and room again"


def _power_cut(fault: Fault, ground: Ground, chance: random.Random) -> str:
    assert ground.tails is not None  # noqa: S101 - a ground that is up watches them
    # Paused, so that nothing is started again before its files have lost their ends.
    ground.parts.signal_supervisor(signal.SIGSTOP)
    try:
        pids = [ground.parts.send(store, signal.SIGKILL) for store in ("kafka", "valkey")]
        if not all(gone(pid, _GONE_S) for pid in pids if pid is not None):
            return "did not end"
        lost = ground.tails.cut(fault.amount, chance)
    finally:
        ground.parts.signal_supervisor(signal.SIGCONT)
    return f"{lost} bytes lost"


def _clock_step(fault: Fault, ground: Ground) -> str:
    """It starts with a clock that is wrong by so much, and after a while the clock jumps to what is right."""
    clock = clock_file(ground.folder, fault.part)
    clock.write_text(f"{fault.amount:+.0f}\n")
    try:
        before = ground.parts.send(fault.part, signal.SIGKILL)
        until(lambda: ground.parts.pid(fault.part) not in (None, before), _GONE_S)
        time.sleep(fault.seconds)
        clock.write_text("+0\n")
        # libfaketime looks at the file once a second.
        time.sleep(1.2)
    finally:
        clock.unlink()
    return f"{fault.amount:+.0f} s"


def _connection(fault: Fault, ground: Ground) -> str:
    # Phones are all in this process, and have sockets to none but theirs.
    pid = os.getpid() if fault.store == "sockets" else ground.parts.pid(fault.part)
    if pid is None:
        return "was not running"
    proxy = ground.proxies[fault.store]
    proxy.begin(
        Trouble(
            pid=pid, delay_s=fault.amount if fault.kind is Kind.DELAY else 0.0, cut=fault.kind is Kind.CUT,
            half_open=fault.kind is Kind.HALF_OPEN,
        )
    )  # fmt: skip
    try:
        time.sleep(fault.seconds)
    finally:
        proxy.end()
    return _said(pid)
