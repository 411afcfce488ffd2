"""Where each page stands: addresses made of URNs, safe on every file system and reversible."""

from __future__ import annotations

import re
from hashlib import sha256

DEFINITIONS = "d"
LISTS = "all"
CONFLICTS = "c"
CLUSTERS = "k"
LONGEST = 200
_UNSAFE = re.compile(r"[^A-Za-z0-9_.]+")
_ESCAPED = re.compile(r"--|-([0-9a-f]+)-")


def address_of(urn: str) -> str:
    """The page of a definition, from the site's root: `d/attribute-customer.email/index.html`.

    `/` is written `--`, other characters as the hexadecimal of their UTF-8 between hyphens. A
    name longer than a file system bears is cut and closed with a digest of the whole.
    """
    kind, _, path = urn.partition(":")
    name = f"{kind}-{_escape(path)}"
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 18]}-~{sha256(urn.encode()).hexdigest()[:16]}"
    return f"{DEFINITIONS}/{name}/index.html"


def urn_of(address: str) -> str:
    """The URN whose page has that address; ValueError for one that is not a definition's."""
    folder, _, rest = address.partition("/")
    kind, _, path = rest.removesuffix("/index.html").partition("-")
    if folder != DEFINITIONS or not path or "-~" in path:
        raise ValueError(f"'{address}' is not the address of a definition")
    return f"{kind}:{_ESCAPED.sub(_original, path)}"


def list_address(name: str) -> str:
    """The page of a list: `all/attributes/index.html`, as deep as a definition's."""
    return f"{LISTS}/{name}/index.html"


def conflicts_address(attribute: str) -> str:
    """The page of an attribute's conflicts, as deep as a definition's: `c/customer.email/…`."""
    return f"{CONFLICTS}/{attribute}/index.html"


def cluster_address(key: str) -> str:
    """The page of a number that is published more than once: `k/risk_monthly.loans/…`."""
    return f"{CLUSTERS}/{key}/index.html"


def _escape(path: str) -> str:
    return "--".join(
        _UNSAFE.sub(lambda found: f"-{found[0].encode().hex()}-", part) for part in path.split("/")
    )


def _original(found: re.Match[str]) -> str:
    return "/" if found[0] == "--" else bytes.fromhex(found[1]).decode()
