"""Every setting, from `tekdogru.toml` and the environment; no other module reads either."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from catalog.durations import Duration
from catalog.errors import SourceUnreadable, UsageError
from catalog.model.definition import Language
from catalog.validation.forms import say_form
from catalog.validation.problems import nearest

FILE_NAME = "tekdogru.toml"
PREFIX = "TEKDOGRU_"
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EngineSettings(_Section):
    """How much the engine may use."""

    memory_mb: int = Field(4096, ge=128, description="Most memory of the engine, in MiB.")
    threads: int = Field(2, ge=1, le=256)
    seconds: float = Field(3600, gt=0, description="Most time for a whole run.")
    sandbox_seconds: float = Field(60, gt=0, description="Most time for one steward's statement.")
    spill: Path | None = Field(None, description="Folder for data that does not fit in memory.")
    samples: int = Field(20, ge=0, le=1000, description="Most offending keys kept per check.")


class ExpirySettings(_Section):
    """When a definition past its review date warns and fails."""

    warn: Duration = Field(Duration(30, "d"), description="Warn this long before the review date.")
    grace: Duration = Field(Duration(0, "d"), description="Critical ones fail this long after it.")
    ahead: tuple[Duration, ...] = Field(
        (Duration(30, "d"), Duration(60, "d"), Duration(90, "d")),
        description="For these days to come it is told how many values will still be current.",
    )


class TrustSettings(_Section):
    """How what was found out about sources becomes a measured trust."""

    half_life: Duration = Field(Duration(730, "d"), description="A fact counts half after it.")
    minimum: int = Field(10, ge=1, description="Below so many facts there is no share.")


class PrivacySettings(_Section):
    """What of a person may be shown."""

    mask: bool = Field(True, description="Mask keys that are personal in samples.")
    small_counts: int = Field(5, ge=0, description="Pages write 'fewer than n' below this.")
    examples: int = Field(
        20, ge=0, le=100, description="Most masked cases kept per attribute for the pages."
    )


class SiteSettings(_Section):
    """How the site presents itself."""

    title: str | None = None
    edit_url: str | None = Field(None, description="Where 'Edit this' leads; {file} and {line}.")
    report_url: str | None = Field(None, description="Where 'Report a problem' leads; {urn}.")
    url: str | None = Field(
        None,
        pattern=r"^https?://[^\s]+$",
        description="Where the site is published; workbooks lead to its pages.",
    )


class WorkbookLimits(_Section):
    """How much of an Excel workbook is read; beyond, it is refused."""

    unpacked_mb: int = Field(1024, ge=1, description="Most MiB a workbook may unpack to.")
    ratio: int = Field(250, ge=2, description="Most times its own size it may unpack to.")
    parts: int = Field(10_000, ge=10, description="Most files in the workbook's archive.")
    cells: int = Field(2_000_000, ge=1, description="Most cells that hold something.")
    formulas: int = Field(1_000_000, ge=1, description="Most cells with a formula.")
    formula_length: int = Field(
        32_768, ge=1, description="Longer formulas are listed, not read; Excel allows 8,192."
    )


class ConsolidationSettings(_Section):
    """How numbers that are one are looked for, and what is said of a new one."""

    duplicates: Literal["warn", "refuse", "ignore"] = Field(
        "warn", description="Of a new number that equals or contradicts one there is."
    )
    glossary: str | None = Field(None, description="A TOML file with more words of one meaning.")


class Settings(BaseSettings):
    """All settings of a workspace; each also as an environment variable TEKDOGRU_…"""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    institution: str = "Institution"
    language: Language = "en"
    timezone: str = "Europe/Istanbul"
    calendar: tuple[date, ...] = Field((), description="Days on which the institution is closed.")
    catalog: str = Field("catalog", description="Folder of the definitions.")
    output: str = Field("build", description="Folder for what the commands produce.")
    state: str = Field(".tekdogru/state.db", description="SQLite file of the history.")
    database_url: str | None = Field(None, description="A shared database for the history.")
    plugins: tuple[str, ...] = Field((), description="Distributions whose parts are used.")
    engine: EngineSettings = EngineSettings()
    expiry: ExpirySettings = ExpirySettings()
    trust: TrustSettings = TrustSettings()
    privacy: PrivacySettings = PrivacySettings()
    site: SiteSettings = SiteSettings()
    consolidation: ConsolidationSettings = ConsolidationSettings()
    workbooks: WorkbookLimits = WorkbookLimits()

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            hint = nearest(name, available_timezones())
            raise ValueError(f"there is no time zone '{name}'; {hint}") from None
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings


def load_settings(file: Path) -> Settings:
    """The settings of a workspace; UsageError names every key that is wrong."""
    try:
        return Settings(**TomlConfigSettingsSource(Settings, file)())
    except ValidationError as error:
        said = [_say(detail) for detail in error.errors()]
        raise UsageError(
            f"{file.name} (or TEKDOGRU_… variables):\n  " + "\n  ".join(said)
        ) from None
    except SettingsError as error:
        raise UsageError(f"{_variable(error)}: JSON is expected; {error.__cause__}") from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise UsageError(f"{file}:{line}: not UTF-8; save the file as UTF-8") from None
    except ValueError as error:
        raise UsageError(f"{file}: not TOML: {error}") from None


def strange_variables() -> list[str]:
    """A warning for each environment variable that looks like a setting and is none."""
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    known = [f"{PREFIX}{name}".upper() for name in sections]
    parts = [
        f"{PREFIX}{name}__{part}".upper()
        for name, section in sections.items()
        if isinstance(section, type) and issubclass(section, _Section)
        for part in section.model_fields
    ]
    strange = (
        name
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and name.upper().partition("__")[0] not in known
    )
    return [
        f"the environment variable {name} is no setting and changes nothing; "
        f"{nearest(name.upper(), [*known, *parts])}"
        for name in strange
    ]


def _variable(error: SettingsError) -> str:
    """The environment variable that pydantic names by its field."""
    named = re.search(r'field "(\w+)"', str(error))
    return f"TEKDOGRU_{named[1].upper()}" if named else str(error)


def _say(detail: ErrorDetails) -> str:
    loc = detail["loc"]
    where = ".".join(str(part) for part in loc)
    if detail["type"] != "extra_forbidden":
        return f"{where}: {say_form(detail)}"
    section: Any = Settings
    for part in loc[:-1]:
        section = section.model_fields[str(part)].annotation
    return f"unknown setting '{where}'; {nearest(str(loc[-1]), section.model_fields)}"


def fill_secrets(text: str) -> str:
    """Replace `${NAME}` by environment variables; SourceUnreadable names those not set."""
    missing = sorted({name for name in _REFERENCE.findall(text) if name not in os.environ})
    if missing:
        raise SourceUnreadable(f"environment variable {', '.join(missing)} is not set")
    return _REFERENCE.sub(lambda found: os.environ[found[1]], text)


def secrets_of(text: str) -> tuple[str, ...]:
    """What `fill_secrets` would put into that text; none of it may be shown."""
    return tuple(os.environ[name] for name in _REFERENCE.findall(text) if os.environ.get(name))
