"""The command line: `nuandeng up`, `demo`, `doctor`, `config`, `case-feed`, `deadletters`, `replay`, `audit`, `erase`,
`backup`, `restore`, `export`, `sweep`, `import`.

Whatever can be said in a sentence ends in that sentence, its code and exit code 2, never in a traceback.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from contracts.accounts import ADMIN
from contracts.errors import NuandengError
from contracts.topics import topics_with
from nuandeng.audit_commands import audit_app
from nuandeng.case_feed_commands import case_feed_app
from nuandeng.containers import write_container_files
from nuandeng.doctor import examine
from nuandeng.embedded.topics import set_up_broker
from nuandeng.importing.import_commands import import_app
from nuandeng.keeping.backup_commands import backup_command, restore_command
from nuandeng.keeping.erase_commands import erase_command
from nuandeng.keeping.export_commands import export_command
from nuandeng.keeping.sweep_commands import sweep_command
from nuandeng.log_commands import deadletters_app, replay_command
from nuandeng.run import run_platform
from nuandeng.settings import Settings, read_settings, settings_schema
from stream.access import kafka_settings, runtime_from_environment

app = typer.Typer(name="nuandeng", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
config_app = typer.Typer(no_args_is_help=True, help="The settings file.")
app.add_typer(config_app, name="config")
app.add_typer(deadletters_app, name="deadletters")
app.add_typer(audit_app, name="audit")
app.add_typer(case_feed_app, name="case-feed")
app.add_typer(import_app, name="import")
app.command("replay")(replay_command)
app.command("erase")(erase_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.command("export")(export_command)
app.command("sweep")(sweep_command)

_Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="TOML file; without it, the defaults.")]
_DataDir = Annotated[Path | None, typer.Option("--data-dir", metavar="DIR", help="Instead of the settings' data_dir.")]
_Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Instead of the settings' web.port; 0 takes a free one.")]
_Tls = Annotated[
    list[str] | None,
    typer.Option(
        "--tls", metavar="auto | CERT KEY", help="auto: a certificate made here. CERT KEY: two PEM files. Phones need one of them."
    ),
]


@app.callback()
def _root() -> None:
    """暖灯: finds people in need on a city's cold nights and sends the volunteer who is near."""


@app.command()
def up(config: _Config = None, data_dir: _DataDir = None, port: _Port = None, tls: _Tls = None) -> None:
    """Run the platform until Ctrl-C."""
    run_platform(_settings(config, data_dir=data_dir, port=port, tls=tls))


@app.command()
def demo(
    data_dir: _DataDir = None,
    port: _Port = None,
    tls: _Tls = None,
    video: Annotated[
        list[str] | None, typer.Option("--video", metavar="PATH_OR_URL", help="A camera of your own; may be repeated.")
    ] = None,
) -> None:
    """Run the platform and the demo city until Ctrl-C."""
    from nuandeng.city import demo as city  # noqa: PLC0415 - draws maps and people; no other command pays for it

    settings = city.settings(_settings(None, data_dir=data_dir or Path("data/demo"), port=port, tls=tls))
    run_platform(
        settings, demo=True, more_parts=lambda installation: city.parts(installation, videos=video or []), when_ready=city.when_ready
    )


@app.command()
def doctor(config: _Config = None, data_dir: _DataDir = None, port: _Port = None) -> None:
    """Look at this machine and the data directory, and say what to do. Exit code 1: something is broken."""
    broken = False
    for finding in examine(_settings(config, data_dir=data_dir, port=port)):
        broken |= finding.verdict == "broken"
        advice = f"\n{'':21}→ {finding.what_to_do}" if finding.what_to_do else ""
        typer.echo(f"{finding.verdict:<8} {finding.subject}: {finding.says}{advice}")
    raise typer.Exit(1 if broken else 0)


@app.command()
def containers(
    folder: Path,
    host: Annotated[str, typer.Option("--host", help="The name that phones and browsers use.")] = "localhost",
    config: _Config = None,
    kubernetes: Annotated[bool, typer.Option("--kubernetes", help="For deploy/kubernetes instead of docker-compose.yml.")] = False,
) -> None:
    """Write the files that docker-compose.yml mounts: passwords, settings of Kafka and Valkey, runtime files."""
    for path in write_container_files(folder, _settings(config), host, kubernetes=kubernetes):
        typer.echo(str(path))


@app.command()
def topics() -> None:
    """Make the accounts, topics and rules that are missing at the broker that NUANDENG_RUNTIME names, by its `admin` account."""
    runtime = runtime_from_environment()
    passwords = runtime.kafka.passwords if runtime.kafka.mechanism else None
    set_up_broker(kafka_settings(runtime, ADMIN), topics_with(runtime.kafka.partitions), runtime.kafka.topic_prefix, passwords=passwords)


@config_app.command()
def schema() -> None:
    """Print the JSON schema of the settings file."""
    typer.echo(json.dumps(settings_schema(), indent=2, ensure_ascii=False))


@config_app.command()
def check(file: Path) -> None:
    """Read a settings file and print what it comes to, defaults included."""
    typer.echo(msgspec.json.format(msgspec.json.encode(read_settings(file)), indent=2).decode())


def _settings(config: Path | None, *, data_dir: Path | None = None, port: int | None = None, tls: list[str] | None = None) -> Settings:
    settings = read_settings(config) if config else Settings(data_dir=str(Path("data").resolve()))
    web = settings.web
    if port is not None:
        web = msgspec.structs.replace(web, port=port)
    if tls == ["auto"]:
        web = msgspec.structs.replace(web, tls="auto")
    elif tls:
        if len(tls) != 2:
            raise typer.BadParameter("--tls takes `auto`, or a certificate and a key")
        pair = [str(Path(path).resolve()) for path in tls]
        web = msgspec.structs.replace(web, tls="files", tls_certificate=pair[0], tls_key=pair[1])
    folder = str(data_dir.resolve()) if data_dir else settings.data_dir
    return msgspec.structs.replace(settings, data_dir=folder, web=web)


def _in_a_sentence(run: Callable[[], None]) -> None:
    try:
        run()
    except NuandengError as err:
        _give_up(err)


def _give_up(err: NuandengError) -> NoReturn:
    typer.echo(f"nuandeng: {err} [{err.code}]\n{err.what_to_do}", err=True)
    sys.exit(2)


def main() -> None:
    """Entry point of the `nuandeng` command."""
    _in_a_sentence(lambda: app(args=two_values_of_tls(sys.argv[1:])))


def two_values_of_tls(arguments: list[str]) -> list[str]:
    """`--tls CERT KEY` as the option parser can take it: `--tls CERT --tls KEY`."""
    if "--tls" not in arguments:
        return arguments
    at = arguments.index("--tls") + 2
    pair = at < len(arguments) and arguments[at - 1] != "auto" and not arguments[at].startswith("-")
    return [*arguments[:at], "--tls", *arguments[at:]] if pair else arguments
