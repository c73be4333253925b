"""Passwords, tokens and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matcher.errors import InputError

_SHORTEST, _LONGEST = 10, 200
_HASHER = PasswordHasher()
"""argon2id with the parameters of RFC 9106 for machines with little memory (64 MiB)."""


def new_token() -> str:
    """256 random bits, fit for addresses."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token; enough for secrets that nobody could guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(given: str, kept: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return secrets.compare_digest(given.encode(), kept.encode())


def hash_password(password: str, login: str) -> str:
    """What is kept of a new password; raises InputError where it is too easy or too long."""
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise InputError(f"密码应为 {_SHORTEST} 至 {_LONGEST} 个字符。", code="weak_password")
    if len(set(password)) < 4 or login.lower() in password.lower():
        raise InputError("密码过于简单：不要包含登录名，不要重复少数几个字符。", code="weak_password")
    return _HASHER.hash(password)


def check_password(password: str, kept: str | None) -> bool:
    """Whether the password is right; takes as long where there is no account (`kept` None)."""
    try:
        return _HASHER.verify(kept or _nobody(), password[:_LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(1)
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
