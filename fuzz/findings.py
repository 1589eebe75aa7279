"""What was found: one file with the input and one with the story for each, kept below .cache/fuzz until it is a test."""

import traceback
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from nuandeng.checkout import ROOT, cache_dir

Kind = Literal["crash", "died", "hang", "slow", "grew", "no_code"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """mark: what makes two findings the same."""

    target: str
    kind: Kind
    mark: str
    story: str


def folder(target: str) -> Path:
    """Where a target's samples and findings are kept between runs."""
    return cache_dir() / "fuzz" / target


def keep(finding: Finding, octets: bytes) -> bool:
    """Write a finding down; False when the same was found before."""
    place = folder(finding.target) / "findings"
    place.mkdir(parents=True, exist_ok=True)
    name = f"{finding.kind}-{sha256(finding.mark.encode()).hexdigest()[:12]}"
    if (place / f"{name}.json").exists():
        return False
    (place / f"{name}.input").write_bytes(octets)
    (place / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(finding), indent=2))
    return True


def of_exception(target: str, err: BaseException) -> Finding:
    """Return the finding that an exception is: the same as another when it came from the same line of ours."""
    frames = traceback.extract_tb(err.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(ROOT)) and "/.venv/" not in frame.filename]
    place = next((frame for frame in reversed(ours) if "/fuzz/" not in frame.filename), ours[-1] if ours else frames[-1])
    mark = f"{type(err).__name__} at {place.filename.removeprefix(str(ROOT))}:{place.lineno}"
    return Finding(target=target, kind="crash", mark=mark, story="".join(traceback.format_exception(err))[-6000:])


def kept(target: str) -> list[str]:
    """Return the names of all findings of a target that are still there."""
    place = folder(target) / "findings"
    return sorted(path.stem for path in place.glob("*.json")) if place.is_dir() else []
