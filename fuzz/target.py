"""What is attacked: one parser or surface, its samples, and the errors it is documented to raise."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

Form = Literal["json", "xml", "lines", "octets"]
Attempt = Callable[[bytes], str]


@dataclass(frozen=True, kw_only=True)
class Target:
    """samples: sound inputs to begin from. form: which mutations make sense besides those of octets.

    attack: opens what is attacked and gives a function that takes one input and returns what came of it in a word or two (new outcomes
    are kept as samples); whatever that function raises, but `refuses`, is a finding. words: bits that parsers of this kind look for.
    """

    name: str
    about: str
    form: Form
    samples: Callable[[], Iterator[bytes]]
    attack: Callable[[], AbstractContextManager[Attempt]]
    refuses: tuple[type[Exception], ...] = ()
    words: tuple[bytes, ...] = ()
    longest: int = 65_536
