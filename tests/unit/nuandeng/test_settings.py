"""A settings file that is not understood is refused, and the message says which key and what was meant."""

import contextlib
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from contracts.runtime import decode_runtime
from nuandeng.cli import app, two_values_of_tls
from nuandeng.containers import write_container_files
from nuandeng.failures import SettingsError
from nuandeng.installation import Installation
from nuandeng.settings import Settings, parse_settings, read_settings, settings_schema
from nuandeng.settings_page import PAGE, page

BASE = Path("/etc/nuandeng")


def test_an_empty_file_is_the_defaults() -> None:
    """Everything has a default."""
    assert parse_settings({}, base=BASE).web.port == 8080


def test_relative_paths_start_at_the_files_folder() -> None:
    """Absolute ones and URLs stay as they are."""
    found = parse_settings({"data_dir": "d", "evidence": "s3://bucket/pictures", "borders": "/srv/b.geojson"}, base=BASE)
    assert (found.data_dir, found.evidence, found.borders) == ("/etc/nuandeng/d", "s3://bucket/pictures", "/srv/b.geojson")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"web": {"prot": 1}}, r"unknown key `web\.prot` \(did you mean `web\.port`\?\)"),
        ({"datadir": "x"}, r"unknown key `datadir` \(did you mean `data_dir`\?\)"),
        ({"zzz": 1}, r"unknown key `zzz` \(known: adapters, "),
        ({"jurisdictions": [{"nam_zh": "x"}]}, r"unknown key `jurisdictions\[0\]\.nam_zh` \(did you mean `jurisdictions\[0\]\.name_zh`"),
        ({"web": {"port": 70000}}, r"<= 65535.*`web\.port`"),
        ({"web": {"port": "80"}}, r"Expected `int`, got `str`.*`web\.port`"),
        ({"web": {"tls": "files"}}, r"needs web\.tls_certificate"),
        ({"web": {"tls_key": "k"}}, r'with web\.tls = "files" only'),
        ({"kafka": {"passwords_file": "p"}}, r"kafka\.bootstrap only"),
        ({"weather": {"places": ["ftp://weather.example/cap"]}}, r"weather\.places: 'ftp://weather\.example/cap' is neither"),
        ({"observability": {"otlp_url": "collector:4318"}}, r"observability\.otlp_url: collector:4318"),
        ({"witness": {"urls": ["ftp://w.example"]}}, r"witness\.urls: ftp://w\.example"),
        ({"witness": {"keys": ["w.example+00000000+BAAA"]}}, r"witness\.keys: Not a verifier key"),
        ({"adapters": ["vidoe"]}, r"Invalid enum value 'vidoe'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(raw: dict[str, object], said: str) -> None:
    """Unknown keys, values out of range, wrong types, contradictions."""
    with pytest.raises(SettingsError, match=said):
        parse_settings(raw, base=BASE)


@given(st.binary(max_size=200))
def test_hostile_bytes_are_refused_or_read_but_never_break(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the file holds, the answer is settings or a sentence."""
    file = tmp_path_factory.getbasetemp() / "hostile.toml"
    file.write_bytes(content)
    try:
        found = read_settings(file)
    except SettingsError as err:
        assert str(file) in str(err)  # noqa: PT017 - both outcomes are right
    else:
        assert isinstance(found, Settings)


def test_the_schema_accepts_the_defaults_and_refuses_unknown_keys() -> None:
    """An editor that uses the schema agrees with us."""
    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(msgspec.json.decode(msgspec.json.encode(Settings())))
    assert not validator.is_valid({"web": {"prot": 1}})


def test_the_page_of_settings_is_up_to_date() -> None:
    """docs/settings.md is what the types say; `python -m nuandeng.settings_page` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_check_prints_what_the_file_comes_to(tmp_path: Path) -> None:
    """Defaults included."""
    file = tmp_path / "n.toml"
    file.write_text("[web]\nport = 9000\n")
    result = CliRunner().invoke(app, ["config", "check", str(file)])
    assert '"port": 9000' in result.stdout
    assert f'"data_dir": "{tmp_path}/data"' in result.stdout


def test_a_refusal_is_a_sentence_with_a_code(tmp_path: Path) -> None:
    """The command ends with 2, names code and remedy, and shows no traceback."""
    file = tmp_path / "n.toml"
    file.write_text("[web]\nprot = 9000\n")
    ended = subprocess.run([sys.executable, "-m", "nuandeng", "up", "--config", str(file)], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "did you mean `web.port`?). [settings_invalid]" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["up", "--tls", "auto", "--port", "1"], ["up", "--tls", "auto", "--port", "1"]),
        (["up", "--tls", "c.pem", "k.pem"], ["up", "--tls", "c.pem", "--tls", "k.pem"]),
        (["up", "--tls", "c.pem"], ["up", "--tls", "c.pem"]),
        (["up"], ["up"]),
    ],
)
def test_tls_takes_auto_or_two_files(typed: list[str], parsed: list[str]) -> None:
    """`--tls CERT KEY` is what the documents say."""
    assert two_values_of_tls(typed) == parsed


def test_further_places_of_warnings_are_a_setting_that_reaches_the_adapter(tmp_path: Path) -> None:
    """Folders start at the file's folder, addresses stay; every process is told by the runtime file, in containers as well."""
    file = tmp_path / "n.toml"
    file.write_text('data_dir = "d"\n[web]\nport = 0\n[weather]\nplaces = ["bureau", "https://weather.example/index.xml"]\n')
    settings = read_settings(file)
    assert settings.weather.places == (str(tmp_path / "bureau"), "https://weather.example/index.xml")
    with contextlib.closing(Installation(settings)) as installation:
        told = decode_runtime(installation.runtime_file("weather-adapter", "weather-adapter").read_bytes())
    assert told.weather_places == settings.weather.places
    write_container_files(tmp_path / "c", settings, "localhost")
    assert decode_runtime((tmp_path / "c" / "weather-adapter.json").read_bytes()).weather_places == settings.weather.places
