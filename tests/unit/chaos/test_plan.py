"""The same seed does the same, every kind comes up, and two faults at once leave each other alone."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chaos.plan import Kind, Scope, faults_of
from chaos.profile import PROFILES

EVERYTHING = Scope(frozenset(Kind))


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_a_round_is_a_function_of_seed_and_number(seed: int, number: int) -> None:
    """So a run can be repeated, and resumed in its middle."""
    assert faults_of(seed, number, EVERYTHING) == faults_of(seed, number, EVERYTHING)


def test_every_kind_comes_up_and_two_at_once_do() -> None:
    """Over 300 rounds; and another seed is another run."""
    rounds = [faults_of(7, number, EVERYTHING) for number in range(1, 301)]
    kinds = Counter(fault.kind for faults in rounds for fault in faults)
    assert kinds.keys() == EVERYTHING.able
    assert min(kinds.values()) >= 5
    assert 30 < sum(len(faults) == 2 for faults in rounds) < 90
    assert rounds != [faults_of(8, number, EVERYTHING) for number in range(1, 301)]


@given(st.integers(0, 10**6), st.integers(1, 300))
def test_a_round_is_bounded_and_faults_do_not_share_a_part(seed: int, number: int) -> None:
    """20 s at most; one trouble a proxy; nothing is done to a store in the middle of a power cut."""
    faults = faults_of(seed, number, EVERYTHING)
    assert all(0 <= fault.seconds <= 20 for fault in faults)
    if len(faults) == 2:
        first, second = ({fault.part, fault.store} - {""} for fault in faults)
        assert not first & second
        if Kind.POWER_CUT in {fault.kind for fault in faults}:
            assert not {"kafka", "valkey"} & (first | second)


def test_what_this_machine_does_not_allow_is_never_drawn() -> None:
    """Only what is able."""
    able = frozenset({Kind.KILL, Kind.WIPE})
    assert {fault.kind for number in range(200) for fault in faults_of(3, number, Scope(able))} == able


def test_the_profile_of_three_brokers_takes_down_one_broker_at_a_time() -> None:
    """Each of the three, and nothing else."""
    profile = PROFILES["three-brokers"]
    rounds = [faults_of(1, number, profile.scope(profile.kinds)) for number in range(1, 101)]
    assert {len(faults) for faults in rounds} == {1}
    assert {fault.part for (fault,) in rounds} == {"kafka", "kafka.2", "kafka.3"}


def test_the_profile_of_two_of_each_hits_both() -> None:
    """Of every kind of worker, and of the web process."""
    profile = PROFILES["two-of-each"]
    hit = {fault.part for number in range(1, 600) for fault in faults_of(1, number, profile.scope(profile.kinds))}
    assert hit == set(profile.tree.all)
    assert {"dispatcher", "dispatcher.2", "web", "web.2"} < hit


def test_phones_sockets_are_hit_at_the_phones_process_alone() -> None:
    """Slow, cut and silent ones; of every other part its connections to the stores."""
    profile = PROFILES["one-machine"]
    faults = [fault for number in range(1, 3000) for fault in faults_of(5, number, profile.scope(profile.kinds))]
    connections = {(fault.kind, fault.part) for fault in faults if fault.store == "sockets"}
    assert connections == {(kind, "phones") for kind in (Kind.DELAY, Kind.CUT, Kind.HALF_OPEN)}
    assert {fault.store for fault in faults if fault.part == "phones"} == {"", "kafka", "valkey", "sockets"}


def test_a_scope_with_one_thing_to_hit_has_rounds_of_one_fault() -> None:
    """There is no second part: the plan asked for one for ever."""
    narrow = Scope(able=frozenset({Kind.CLOCK_STEP}), parts=frozenset({"dispatcher"}))
    assert {len(faults_of(71, number, narrow)) for number in range(1, 40)} == {1}
