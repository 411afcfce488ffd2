"""Reads a workspace as it was at a git revision, and which files have changed since then."""

from __future__ import annotations

import posixpath
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import UsageError
from catalog.loading.loader import Loaded, load_catalog
from catalog.settings import FILE_NAME, Settings, load_settings
from catalog.validation.problems import nearest

DEEPER = (
    "only the last commits were fetched into this checkout: fetch the rest with "
    "`git fetch --unshallow` (GitHub Actions: `fetch-depth: 0` of actions/checkout; GitLab CI: "
    "`GIT_DEPTH: 0`)"
)


@dataclass(frozen=True)
class Past:
    """A workspace at a revision; `settings` and `loaded` are None where there was none.

    `commit` is the whole hash of the commit it was read at: where the present branch left the
    revision. `files` are those that differ now, committed or not, relative to the workspace.
    """

    revision: str
    commit: str
    settings: Settings | None
    loaded: Loaded | None
    files: frozenset[str]

    def __str__(self) -> str:
        return f"{self.revision} ({self.commit[:10]})"


def read_past(root: Path, revision: str, option: str = "--changed-since") -> Past:
    """The workspace at `root` as it was where the present branch left `revision`.

    UsageError says what to do: no git, no repository, no such revision, a history cut short; it
    names the `option` by which the revision was given.
    """
    prefix = _prefix(root, revision, option)
    commit = _base(root, revision, option)
    with tempfile.TemporaryDirectory(prefix="tekdogru-past-") as folder:
        past = Path(folder)
        settings = _settings(root, commit, prefix, past)
        loaded = None
        if settings is not None and _write_catalog(root, commit, prefix, settings.catalog, past):
            loaded = load_catalog(past, settings.catalog, settings.language)
    return Past(revision, commit, settings, loaded, frozenset(_changed_files(root, commit)))


def _prefix(root: Path, revision: str, option: str) -> str:
    """The path of the workspace inside its repository, ending in a slash, or empty."""
    if not shutil.which("git"):
        raise UsageError(f"{option} needs git, which is not installed here")
    if revision.startswith("-"):
        raise UsageError(f"{option} {revision}: a revision does not begin with '-'")
    answer = run_git(root, "rev-parse", "--show-prefix")
    if answer.returncode:
        said = _text(answer.stderr).splitlines()
        why = said[0].removeprefix("fatal: ") if said else "git gives no reason"
        raise UsageError(
            f"{option} {revision}: {root} cannot be compared with the past: {why}; "
            "run it in a git checkout, or leave the option out"
        )
    return _text(answer.stdout).rstrip("\n")


def _base(root: Path, revision: str, option: str) -> str:
    """The commit at which the present branch left a revision: what it has changed counts."""
    found = run_git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode:
        raise UsageError(f"{option} {revision}: {_why_unknown(root, revision)}")
    commit = _text(found.stdout).strip()
    base = run_git(root, "merge-base", commit, "HEAD")
    if base.returncode and _is_shallow(root):
        raise UsageError(
            f"{option} {revision}: it cannot be told where this branch left it, because {DEEPER}"
        )
    return commit if base.returncode else _text(base.stdout).split()[0]


def _why_unknown(root: Path, revision: str) -> str:
    if _is_shallow(root):
        return f"git does not know it here; {DEEPER}"
    names = _text(run_git(root, "for-each-ref", "--format=%(refname:short)").stdout).split()
    return f"git knows no such revision; {nearest(revision, names)}"


def _is_shallow(root: Path) -> bool:
    return _text(run_git(root, "rev-parse", "--is-shallow-repository").stdout).strip() == "true"


def _settings(root: Path, commit: str, prefix: str, past: Path) -> Settings | None:
    """The settings of that time; None where there was no workspace, or one that was not valid."""
    written = run_git(root, "cat-file", "blob", f"{commit}:{prefix}{FILE_NAME}")
    if written.returncode:
        return None
    file = past / FILE_NAME
    file.write_bytes(written.stdout)
    try:
        return load_settings(file)
    except UsageError:
        return None


def _write_catalog(root: Path, commit: str, prefix: str, folder: str, past: Path) -> bool:
    """Write that time's definitions below `past`; false where there were none."""
    inside = posixpath.normpath(posixpath.join(prefix, folder))
    if inside.startswith(("..", "/")):
        return False
    where = [] if inside == "." else ["--", inside]
    listed = run_git(root, "ls-tree", "-r", "-z", "--full-tree", commit, *where)
    blobs = [
        (path, blob)
        for mode, kind, blob, path in _entries(_text(listed.stdout))
        if kind == "blob" and mode != "120000" and path.endswith((".yml", ".yaml"))
    ]
    contents = _contents(root, [blob for _, blob in blobs])
    for (path, _), content in zip(blobs, contents, strict=True):
        file = past / path.removeprefix(prefix)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return bool(blobs)


def _entries(listed: str) -> Iterator[tuple[str, str, str, str]]:
    for line in filter(None, listed.split("\0")):
        about, _, path = line.partition("\t")
        mode, kind, blob = about.split()[:3]
        yield mode, kind, blob, path


def _contents(root: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """The contents of blobs, in one call of git however many there are."""
    if not blobs:
        return
    answer = run_git(root, "cat-file", "--batch", said="\n".join(blobs).encode() + b"\n").stdout
    at = 0
    for _ in blobs:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        yield answer[end + 1 : end + 1 + size]
        at = end + size + 2


def _changed_files(root: Path, commit: str) -> Iterator[str]:
    """Files below the workspace that differ from the commit, those not committed included."""
    differing = run_git(
        root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", commit
    )
    untracked = run_git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for answer in (differing, untracked):
        yield from filter(None, _text(answer.stdout).split("\0"))


def run_git(
    root: Path, *arguments: str, said: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What git answers in a folder, whatever its status; `said` is written to its input."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    return subprocess.run(command, input=said, capture_output=True, check=False)  # noqa: S603


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="surrogateescape")
