"""Settings come from tekdogru.toml and the environment; what is wrong with them is told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catalog.errors import SourceUnreadable, UsageError
from catalog.settings import Settings, fill_secrets, load_settings
from catalog.workspace import open_workspace


def load(folder: Path, text: str | bytes) -> Settings:
    file = folder / "tekdogru.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(file)


def refusal(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(UsageError) as raised:
        load(folder, text)
    return [line.strip().replace(f"{folder}/", "") for line in str(raised.value).splitlines()]


def test_an_empty_file_leaves_every_setting_at_its_default(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Settings()
    assert Settings().timezone == "Europe/Istanbul"


def test_every_wrong_setting_is_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    text = """
institutoin = "Çınaraltı Bankası"
language = "de"
timezone = "Europe/Istambul"
calendar = ["bayram"]
[engine]
memory = 3
threads = 0
[expiry]
warn = "soon"
"""
    span = (
        "expiry.warn: 'soon' is not a span of time; write a whole number and a unit, such as 365d, "
        "12mo or 5bd (units: h = hours, d = days, bd = business days, w = weeks, mo = months, "
        "y = years)"
    )
    found = refusal(tmp_path, text)
    assert found[0] == "tekdogru.toml (or TEKDOGRU_… variables):"
    assert sorted(found[1:]) == sorted([
        "unknown setting 'institutoin'; did you mean 'institution'?",
        "language: one of 'en' or 'tr' is expected; found 'de'",
        "timezone: there is no time zone 'Europe/Istambul'; did you mean 'Europe/Istanbul' or "
        "'Europe/Amsterdam' or 'Europe/Oslo'?",
        "calendar.0: a date is expected, as in 2027-06-30; found 'bayram'",
        "unknown setting 'engine.memory'; did you mean 'memory_mb'?",
        "engine.threads: a number of at least 1 is expected; found 0",
        span,
    ])  # fmt: skip


def test_a_section_that_is_no_section_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path, "engine = 3")[1:] == ["engine: a block of keys is expected; found 3"]


def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "language = 'en'\na = = 3") == [
        "tekdogru.toml: not TOML: Invalid value (at line 2, column 5)"
    ]


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    text = '# ayarlar\ninstitution = "Şube"\n'.encode("windows-1254")
    assert refusal(tmp_path, text) == ["tekdogru.toml:2: not UTF-8; save the file as UTF-8"]


def test_the_environment_wins_over_the_file_setting_by_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEKDOGRU_INSTITUTION", "From the environment")
    monkeypatch.setenv("TEKDOGRU_ENGINE__THREADS", "7")
    monkeypatch.setenv("TEKDOGRU_CALENDAR", '["2026-10-29"]')
    found = load(tmp_path, 'institution = "File"\nlanguage = "tr"\n[engine]\nmemory_mb = 512\n')
    assert (found.institution, found.language) == ("From the environment", "tr")
    assert (found.engine.threads, found.engine.memory_mb) == (7, 512)
    assert found.calendar == (date(2026, 10, 29),)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TEKDOGRU_ENGINE__THREADS", "many", "engine.threads: a whole number is expected; found 'many'"),
        ("TEKDOGRU_ENGINE__MEMORY", "1", "unknown setting 'engine.memory'; did you mean 'memory_mb'?"),
        ("TEKDOGRU_CALENDAR", "2026-10-29", "TEKDOGRU_CALENDAR: JSON is expected; Extra data: line 1 column 5 (char 4)"),
    ],
)  # fmt: skip
def test_a_wrong_variable_of_the_environment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal(tmp_path, "")[-1] == said


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        open_workspace(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} has no tekdogru.toml; `tekdogru init {tmp_path}` makes a workspace, "
        "or name one with --workspace"
    )
    assert raised.value.exit_code == 64


def test_the_nearest_parent_with_settings_is_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tekdogru.toml").write_text("")
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    assert open_workspace().root == tmp_path.resolve()


def test_secrets_come_from_the_environment_and_those_missing_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRM_USER", "reader")
    monkeypatch.delenv("CRM_PASSWORD", raising=False)
    monkeypatch.delenv("CRM_HOST", raising=False)
    with pytest.raises(SourceUnreadable) as raised:
        fill_secrets("postgres://${CRM_USER}:${CRM_PASSWORD}@${CRM_HOST}/crm")
    assert str(raised.value) == "environment variable CRM_HOST, CRM_PASSWORD is not set"
    monkeypatch.setenv("CRM_PASSWORD", "p$w${x}")
    monkeypatch.setenv("CRM_HOST", "db")
    filled = fill_secrets("postgres://${CRM_USER}:${CRM_PASSWORD}@${CRM_HOST}/crm")
    assert filled == "postgres://reader:p$w${x}@db/crm"
