"""The engine itself: the same seed makes the same inputs, within bounds, and reaches what it is meant to change."""

from random import Random
from typing import get_args

import msgspec
import pytest

from fuzz.mutate import mutated
from fuzz.target import Form

SAMPLE = b'{"a":[1,2,{"b":"text"}],"c":null}\n<x y="1"><z>t</z></x>\nk = "v"\n'


@pytest.mark.parametrize("form", get_args(Form))
def test_a_seed_is_a_run(form: Form) -> None:
    """And no input is longer than asked for, however often its parts were repeated."""
    runs = [[mutated(SAMPLE * 40, SAMPLE, form, Random(seed), longest=4_000) for seed in range(300)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert max(map(len, runs[0])) <= 4_000
    assert len(set(runs[0])) > 200


def test_json_stays_json_most_of_the_time() -> None:
    """What does not parse never reaches the rules behind the parser."""
    sample = SAMPLE.partition(b"\n")[0]
    sound = 0
    for seed in range(400):
        try:
            msgspec.json.decode(mutated(sample, sample, "json", Random(seed)))
            sound += 1
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
    assert 120 < sound < 400
