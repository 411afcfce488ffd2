"""Keeps the tokens of the service: who may come in, with what right, until when."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, cast

from sqlmodel import col, select, update

from catalog.errors import UsageError
from catalog.store.database import Database
from catalog.store.tables import TokenRow

Scope = Literal["read", "write"]
PREFIX = "td"
# How exactly the last use is kept; each use would else be a write.
LAST_USED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """A token as it may be shown: everything but its secret; instants are UTC."""

    key: str
    name: str
    scope: Scope
    created: datetime
    expires: datetime
    revoked: datetime | None
    last_used: datetime | None

    def state(self, now: datetime) -> Literal["valid", "revoked", "expired"]:
        """Whether it still opens the door."""
        if self.revoked:
            return "revoked"
        return "valid" if now < self.expires else "expired"


class TokenStore:
    """The tokens in one database."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the database; with `reading` nothing is made or changed."""
        self._session = Database(url, reading=reading).session
        self._reading = reading

    def issue(self, name: str, scope: Scope, now: datetime, expires: datetime) -> tuple[Token, str]:
        """A new token and its secret, which is told this once: only its hash is kept.

        The secret has 256 random bits, so that a plain hash protects it.
        """
        key = secrets.token_hex(4)
        secret = f"{PREFIX}_{key}_{secrets.token_urlsafe(32)}"
        row = TokenRow(
            key=key,
            name=name,
            digest=_digest(secret),
            scope=scope,
            created=now.astimezone(UTC),
            expires=expires.astimezone(UTC),
        )
        with self._session() as session:
            session.add(row)
        return _token(row), secret

    def find(self, secret: str, now: datetime) -> Token | None:
        """The valid token with that secret, its use noted; None for anything else."""
        prefix, _, rest = secret.partition("_")
        key = rest.partition("_")[0]
        with self._session() as session:
            row = session.get(TokenRow, key) if prefix == PREFIX and key.isalnum() else None
        known = row.digest if row else _digest("")
        if not hmac.compare_digest(known, _digest(secret)) or row is None:
            return None
        return self._used(_token(row), now)

    def get(self, key: str, now: datetime) -> Token | None:
        """The token of that key if it is still valid, its use noted."""
        with self._session() as session:
            row = session.get(TokenRow, key)
        return self._used(_token(row), now) if row else None

    def listed(self) -> Sequence[Token]:
        """Every token, the newest first."""
        with self._session() as session:
            rows = session.exec(select(TokenRow).order_by(col(TokenRow.created).desc())).all()
        return [_token(row) for row in rows]

    def revoke(self, key: str, now: datetime) -> Token:
        """End a token for good; UsageError names those there are."""
        with self._session() as session:
            row = session.get(TokenRow, key)
            if row is None:
                raise UsageError(
                    f"there is no token '{key}'; `tekdogru token list` shows the keys there are"
                )
            row.revoked = row.revoked or now.astimezone(UTC)
            session.add(row)
        return _token(row)

    def _used(self, token: Token, now: datetime) -> Token | None:
        if token.state(now) != "valid":
            return None
        lately = token.last_used and now - token.last_used < LAST_USED_WITHIN
        if not lately and not self._reading:
            with self._session() as session:
                noted = update(TokenRow).where(col(TokenRow.key) == token.key)
                session.exec(noted.values(last_used=now.astimezone(UTC)))
        return token


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _token(row: TokenRow) -> Token:
    return Token(
        row.key,
        row.name,
        cast(Scope, row.scope),
        row.created,
        row.expires,
        row.revoked,
        row.last_used,
    )
