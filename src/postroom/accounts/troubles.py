"""Kinds of trouble that only a person can mend."""

from typing import Final

NEEDS_A_PERSON: Final = frozenset(
    {
        "sign_in_refused",
        "sign_in_not_offered",
        "tls_required",
        "password_not_taken",
        "secret_does_not_open",
        "grant_revoked",
        "token_not_taken",
    }
)
"""A refused password is never tried again by itself. Design §5, invariant 7."""
