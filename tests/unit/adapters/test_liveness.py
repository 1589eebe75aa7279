"""A loop that looks at its stop event is alive; one that does not stands still, and only then does the process's progress."""

import threading

from camera_adapters.liveness import Liveness, Pulse


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_one_loop_that_hangs_is_seen_beside_others_that_turn() -> None:
    """The progress told is that of the hanging loop, so it stands still for whoever compares; when it turns again all is well."""
    clock = Clock()
    life = Liveness(hangs_after_s=60, clock=clock)
    good, bad = life.stop_of(threading.Event()), life.stop_of(threading.Event())
    assert not bad.is_set()
    seen = []
    for _ in range(5):
        clock.now_s += 30
        assert not good.is_set()
        seen.append(life.pulse())
    assert [pulse.lag for pulse in seen] == [0, 0, 1, 1, 1]
    assert {pulse.progress for pulse in seen if pulse.lag} == {1}
    assert not bad.is_set()
    assert life.pulse() == Pulse(progress=7, lag=0)


def test_a_worker_without_work_does_not_hang() -> None:
    """It rests until it is woken; from then on it has to come round."""
    clock = Clock()
    life = Liveness(hangs_after_s=60, clock=clock)
    worker = life.loop()
    worker.rest()
    clock.now_s = 10_000
    assert life.pulse().lag == 0
    worker.turn()
    clock.now_s += 61
    assert life.pulse().lag == 1


def test_a_long_wait_for_the_next_look_is_no_standstill_and_ends_with_the_process() -> None:
    """A service that is asked once an hour waits on its stop; the process's stop ends every loop's wait."""
    stop = threading.Event()
    life = Liveness(hangs_after_s=60)
    mine = life.stop_of(stop)
    woken = threading.Event()

    def wait_an_hour() -> None:
        mine.wait(3600)
        woken.set()

    waiting = threading.Thread(target=wait_an_hour)
    waiting.start()
    assert not mine.wait(0.01)
    before = life.pulse().progress
    stop.set()
    assert woken.wait(5)
    waiting.join()
    assert mine.is_set()
    assert life.pulse().progress > before
