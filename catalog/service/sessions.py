"""Who is signed in to the pages: sessions that begin with a token, and how often one may try."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from fastapi import Request, Response

from catalog.store.tokens import Token, TokenStore

COOKIE = "tekdogru_session"
LASTS = timedelta(hours=10)
MOST_SESSIONS = 10_000
TRIES, TRIES_OF_ALL, WITHIN = 5, 50, timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A signed-in browser: by which token, until when, and what its forms must bring back."""

    token: str
    csrf: str
    until: datetime

    def is_own_form(self, brought: str) -> bool:
        """Whether a form was made by this session."""
        return hmac.compare_digest(self.csrf.encode(), brought.encode())


@dataclass(frozen=True)
class SignedIn:
    """A request's session, and the token it began with, which is still valid."""

    session: Session
    token: Token

    @property
    def may_write(self) -> bool:
        """Whether its token allows to change definitions."""
        return self.token.scope == "write"


@dataclass
class Sessions:
    """The sessions of one process; they end with it. Only hashes of cookies are kept."""

    tokens: TokenStore
    _open: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, token: Token, now: datetime, response: Response, secure: bool) -> None:
        """Open a session and give its cookie with the response."""
        secret = secrets.token_urlsafe(32)
        until = min(now + LASTS, token.expires)
        with self._lock:
            self._open = {k: s for k, s in self._open.items() if s.until > now}
            while len(self._open) >= MOST_SESSIONS:
                self._open.pop(next(iter(self._open)))
            self._open[_digest(secret)] = Session(token.key, secrets.token_urlsafe(32), until)
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int((until - now).total_seconds()),
            httponly=True,
            samesite="strict",
            secure=secure,
        )

    def find(self, request: Request, now: datetime) -> SignedIn | None:
        """The session of a request, if it goes on and its token is still valid."""
        session = self._open.get(_digest(request.cookies.get(COOKIE, "")))
        if session is None or session.until <= now:
            return None
        token = self.tokens.get(session.token, now)
        return SignedIn(session, token) if token else None

    def end(self, request: Request, response: Response) -> None:
        """Close the session of a request and take its cookie back."""
        with self._lock:
            self._open.pop(_digest(request.cookies.get(COOKIE, "")), None)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@dataclass
class Attempts:
    """Counts failed sign-ins, per address and of all, so that nobody tries keys one by one."""

    _failed: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, address: str, now: datetime) -> int:
        """How many seconds this address has to wait before it may try; 0 for none."""
        with self._lock:
            self._forget(now)
            everyone = sorted(one for failed in self._failed.values() for one in failed)
            own = self._failed.get(address, ())
            if len(own) >= TRIES:
                return _seconds(own[-TRIES] + WITHIN - now)
            if len(everyone) >= TRIES_OF_ALL:
                return _seconds(everyone[-TRIES_OF_ALL] + WITHIN - now)
        return 0

    def fail(self, address: str, now: datetime) -> None:
        """Note a failed try."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=TRIES)).append(now)

    def _forget(self, now: datetime) -> None:
        recent = {
            address: deque((one for one in failed if one + WITHIN > now), TRIES)
            for address, failed in self._failed.items()
        }
        self._failed = {address: failed for address, failed in recent.items() if failed}


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _seconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds()) + 1)
