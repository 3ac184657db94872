"""Second factors of somebody in a test, reckoned by RFC 6238 and not by what checks them."""

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.models import Authenticator

from postroom.accounts.factor_seals import seal_factor
from postroom.team.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_codes(user: User) -> None:
    """Give the user an app's codes and recovery codes."""
    secret = {"secret": seal_factor(SECRET)}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=secret)
    seed = {"seed": seal_factor("a1" * 40), "used_mask": 0}
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data=seed)


def code_of(secret: str) -> str:
    """The code that an app shows now."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
