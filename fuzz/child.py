"""`python -m fuzz.child TARGET …`: attacks one target in this process for its time or its inputs. Started by `python -m fuzz`."""

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random

import structlog

from fuzz import tools
from fuzz.findings import Finding, folder, keep, of_exception
from fuzz.mutate import mutated
from fuzz.page import INPUT_LONGEST, Page, Progress
from fuzz.target import Attempt, Target

# Goals of design and documentation: what one input may cost.
LONGEST_S = 1.0
GROWTH_MIB = 64
_OURS = ["contracts", "dispatch", "stream", "camera_adapters", "web", "nuandeng"]
_WARM_INPUTS = 3_000
_LOOK_EVERY = 512
_SAMPLES_MOST = 3_000


class Attack:
    """Tries inputs one by one, and keeps what is new or wrong."""

    def __init__(self, target: Target, attempt: Attempt, page: Page) -> None:
        self._target, self._attempt, self._page = target, attempt, page
        self._told: set[str] = set()
        self._outcomes: set[str] = set()
        self.fresh: list[bytes] = []
        self.progress = Progress()

    def one(self, octets: bytes) -> None:
        """Try one input."""
        begun = self.progress._replace(inputs=self.progress.inputs + 1, busy=1, length=min(len(octets), INPUT_LONGEST))
        self._page.write_input(octets)
        self._page.write(begun)
        started_s = time.process_time()
        try:
            outcome = self._attempt(octets)
        except self._target.refuses as err:
            outcome = f"{type(err).__name__}:{getattr(err, 'reason', None) or _wording(str(err))}"
        except Exception as err:  # noqa: BLE001 - what this is for
            outcome = self._wrong(of_exception(self._target.name, err), octets)
        took_s = time.process_time() - started_s
        if took_s > LONGEST_S:
            story = f"{took_s:.2f} s of CPU for {len(octets)} octets; outcome: {outcome}"
            self._wrong(Finding(target=self._target.name, kind="slow", mark=f"slow {outcome}", story=story), octets)
        # Wordings that quote what was tried would be new for ever, and what they cost would look like a leak of the target's.
        if outcome not in self._outcomes and len(self._outcomes) < _SAMPLES_MOST:
            self._outcomes.add(outcome)
            self.fresh.append(octets)
        self.progress = begun._replace(
            busy=0, longest_us=max(begun.longest_us, round(took_s * 1e6)), outcomes=len(self._outcomes), findings=len(self._told)
        )
        if begun.inputs % _LOOK_EVERY == 0 or begun.inputs == _WARM_INPUTS:
            self._look_at_memory(octets)
        self._page.write(self.progress)

    def _wrong(self, finding: Finding, octets: bytes) -> str:
        if finding.mark not in self._told:
            self._told.add(finding.mark)
            keep(finding, octets)
        return finding.mark

    def _look_at_memory(self, octets: bytes) -> None:
        now_kib = _rss_kib()
        if self.progress.inputs >= _WARM_INPUTS and self.progress.rss_before_kib == 0:
            gc.collect()
            now_kib = _rss_kib()
            self.progress = self.progress._replace(rss_before_kib=now_kib)
        self.progress = self.progress._replace(rss_most_kib=max(self.progress.rss_most_kib, now_kib))
        if self.progress.rss_before_kib and now_kib - self.progress.rss_before_kib > GROWTH_MIB * 1024:
            story = f"from {self.progress.rss_before_kib} to {now_kib} KiB after {self.progress.inputs} inputs"
            self._wrong(Finding(target=self._target.name, kind="grew", mark="grew", story=story), octets)


def _wording(message: str) -> str:
    """A message without what it quotes: letters up to the first digit or quotation mark, so that new wordings count as new outcomes."""
    for number, letter in enumerate(message[:60]):
        if letter.isdigit() or letter in "'\"`<":
            return message[:number]
    return message[:60]


def _rss_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def samples_of(target: Target) -> list[bytes]:
    """The target's own samples, and what earlier runs kept."""
    place = folder(target.name) / "samples"
    earlier = [path.read_bytes() for path in sorted(place.glob("*"))] if place.is_dir() else []
    return [*target.samples(), *earlier]


def _keep_samples(target: Target, fresh: list[bytes]) -> None:
    place = folder(target.name) / "samples"
    place.mkdir(parents=True, exist_ok=True)
    room = max(0, _SAMPLES_MOST - sum(1 for _ in place.iterdir()))
    for octets in fresh[:room]:
        (place / sha256(octets).hexdigest()[:24]).write_bytes(octets)


def by_mutation(target: Target, attack: Attack, rng: Random, go_on: Callable[[], bool]) -> None:
    """Our own engine: change samples; what led to a new outcome becomes a sample."""
    samples = samples_of(target)
    for octets in samples:
        attack.one(octets)
    attack.fresh.clear()
    kept = 0
    while go_on():
        sample = samples[rng.randrange(len(samples))]
        other = samples[rng.randrange(len(samples))]
        attack.one(mutated(sample, other, target.form, rng, words=target.words, longest=target.longest))
        if len(attack.fresh) > kept and len(samples) < _SAMPLES_MOST:
            samples += attack.fresh[kept:]
            kept = len(attack.fresh)


def by_coverage(target: Target, attack: Attack, seed: int, seconds: int, inputs: int) -> None:
    """Atheris: keeps what reaches new code of ours. Half of its mutations are libFuzzer's, half ours. Ends the process."""
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - only where there is one for this Python

    place = folder(target.name) / "coverage"
    place.mkdir(parents=True, exist_ok=True)
    for octets in samples_of(target):
        (place / sha256(octets).hexdigest()[:24]).write_bytes(octets)
    samples = list(target.samples())

    def change(octets: bytes, longest: int, number: int) -> bytes:
        rng = Random(number)
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(octets, longest))
        return mutated(octets, rng.choice(samples), target.form, rng, words=target.words, longest=longest)

    arguments = [
        "fuzz", f"-seed={seed & 0x7FFFFFFF or 1}", f"-max_total_time={seconds}", f"-runs={inputs or -1}", f"-max_len={target.longest}",
        "-timeout=60", "-rss_limit_mb=4096", "-verbosity=0", "-reload=0", f"-artifact_prefix={place.parent}/", str(place),
    ]  # fmt: skip
    atheris.Setup(arguments, attack.one, custom_mutator=change)
    atheris.Fuzz()


def _by_description(attack: Attack, seed: int, go_on: Callable[[], bool]) -> None:
    from fuzz.targets.http import by_description  # noqa: PLC0415 - the one target that has one

    by_description(attack.one, seed, go_on)


def _open(name: str, engine: str) -> Target:
    if engine == "coverage":
        import atheris  # noqa: PLC0415

        with atheris.instrument_imports(include=_OURS), suppress(SystemExit):
            return _table(name)
    return _table(name)


def _table(name: str) -> Target:
    from fuzz.targets import load  # noqa: PLC0415 - after the instrumentation was set up

    return load(name)


def main() -> int:
    """Attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--engine", choices=("coverage", "mutation", "description"), required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--inputs", type=int, required=True, help="0: as many as the time allows")
    parser.add_argument("--page", type=Path, required=True)
    given = parser.parse_args()
    tools.reach()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    logging.disable()
    target = _open(given.target, given.engine)
    with target.attack() as attempt:
        attack = Attack(target, attempt, Page(given.page))
        if given.engine == "coverage":
            by_coverage(target, attack, given.seed, given.seconds, given.inputs)
        ends_s = time.monotonic() + given.seconds

        def go_on() -> bool:
            return time.monotonic() < ends_s and not 0 < given.inputs <= attack.progress.inputs

        if given.engine == "description":
            half_s = time.monotonic() + given.seconds / 2
            _by_description(attack, given.seed, lambda: go_on() and time.monotonic() < half_s)
        by_mutation(target, attack, Random(given.seed), go_on)
        _keep_samples(target, attack.fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
