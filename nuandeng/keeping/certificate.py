"""The certificate of an erasure: what was destroyed, who ordered it, and where the log says so. No word of the person."""

import datetime as dt
from pathlib import Path

import msgspec

from nuandeng.embedded.secrets import write_private

FORMAT = "nuandeng-erasure.1"


class RecordedAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commit that says it. sha256: of its record."""

    jurisdiction: str
    sequence: int
    sha256: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """subjects: who was meant, by the log's own ids; also: what else held something sealed with these keys. keys: destroyed for ever.

    keys_destroyed, pictures_removed, secrets_removed: how much of it was still there this time. recorded: commits of this time.
    backups_unreached: those that must be given the list of the erased before they are restored.
    """

    format: str
    subjects: tuple[str, ...]
    also: tuple[str, ...]
    keys: tuple[str, ...]
    by: str
    reason: str
    at_ms: int
    recorded: tuple[RecordedAt, ...]
    keys_destroyed: int
    pictures_removed: int
    secrets_removed: int
    backups_reached: tuple[str, ...]
    backups_unreached: tuple[str, ...]


def write_certificate(folder: Path, certificate: Certificate) -> tuple[Path, Path]:
    """Write it twice, for machines and for people, and return both paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    when = dt.datetime.fromtimestamp(certificate.at_ms / 1000, dt.UTC)
    stem = f"erasure-{when:%Y%m%dT%H%M%S}{certificate.at_ms % 1000:03d}Z-{certificate.keys[0]}"
    machine, people = folder / f"{stem}.json", folder / f"{stem}.txt"
    write_private(machine, msgspec.json.format(msgspec.json.encode(certificate), indent=2) + b"\n")
    write_private(people, in_words(certificate).encode())
    return machine, people


def in_words(certificate: Certificate) -> str:
    """The certificate as a text, Chinese first."""
    when = dt.datetime.fromtimestamp(certificate.at_ms / 1000, dt.UTC).isoformat(timespec="seconds")
    lines = [
        "个人信息销毁证明 · Certificate of erasure", "",
        f"时间 at: {when}", f"操作 by: {certificate.by}", f"理由 reason: {certificate.reason}",
        f"对象 subjects: {', '.join(certificate.subjects) or '-'}",
        *([f"同一密钥另涉 also held by: {', '.join(certificate.also)}"] if certificate.also else []), "",
        "下列密钥已永久销毁,用其加密的一切(日志、读模型、快照、证据)从此不可读。",
        "These keys were destroyed for ever; all that is sealed with them, in log, read model, snapshots and evidence, is unreadable:",
        *(f"  {key}" for key in certificate.keys), "",
        f"本次删除图片 pictures removed: {certificate.pictures_removed}    登录与推送密文 secrets removed: {certificate.secrets_removed}",
        "日志记载 recorded in the log:",
        *(f"  {one.jurisdiction}/{one.sequence}  SHA-256 {one.sha256}" for one in certificate.recorded),
        *([] if certificate.recorded else ["  此前已记载 was recorded before"]), "",
        "日志各条记录未改动,哈希链与检查点照旧可验证:nuandeng audit verify;每条记载可证明:nuandeng audit prove。",
        "No record of the log was changed: hashes and checkpoints verify as before, and each commit above can be proved.",
    ]  # fmt: skip
    if certificate.backups_reached:
        lines += ["", "已同步的备份 carried out in backups:", *(f"  {path}" for path in certificate.backups_reached)]
    if certificate.backups_unreached:
        lines += [
            "", "未能触及的备份,恢复前须提供已销毁清单 backups out of reach; restore them with --erased and the list of the erased:",
            *(f"  {path}" for path in certificate.backups_unreached),
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
