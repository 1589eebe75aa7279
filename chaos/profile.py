"""What runs in a session, and what may be done to it: one of everything, three brokers, or two of each worker and web process."""

from typing import NamedTuple

from chaos.plan import Kind, Scope
from chaos.tree import ONE_OF_EACH, Tree

_OF_A_PROCESS = frozenset({Kind.KILL, Kind.PAUSE, Kind.TERMINATE})


class Profile(NamedTuple):
    """kinds: of faults that are done. parts: roles that are hit, None for all. proxied: what is reached through a proxy.

    screens: how many of each person. copies: whether each round waits until every broker holds all copies again, as whoever takes down one
    broker after the other must.
    """

    tree: Tree = ONE_OF_EACH
    kinds: frozenset[Kind] = frozenset(Kind)
    parts: frozenset[str] | None = None
    proxied: tuple[str, ...] = ("kafka", "valkey", "sockets")
    two_at_once: bool = True
    copies: bool = False
    screens: int = 1

    def scope(self, able: frozenset[Kind]) -> Scope:
        """What may be done of what this machine allows."""
        return Scope(able & self.kinds, self.tree, self.parts, self.two_at_once)


PROFILES = {
    "one-machine": Profile(),
    # Each of three brokers tells its clients where it is: a proxy in front of all three would need three addresses, and shows nothing new.
    "three-brokers": Profile(
        tree=Tree(brokers=3, phones=0), kinds=_OF_A_PROCESS, parts=frozenset({"kafka"}), proxied=("valkey",), two_at_once=False, copies=True
    ),
    "two-of-each": Profile(tree=Tree(each=2, phones=2, partitions=16), kinds=_OF_A_PROCESS, screens=3),
}
