"""Connected mailboxes, their servers, and with whom their mail is shared."""

from postroom.accounts.from_address import FromAddress
from postroom.accounts.models.account import (
    Activation,
    Deletion,
    EmailAccount,
    KeepSent,
    Membership,
    Protocol,
    Security,
)
from postroom.accounts.models.credentials import Credential, Direction
from postroom.accounts.models.decisions import AccessRequest, Answer, Grant, Ruling
from postroom.accounts.models.reach import Reach, Sharing, Sight
from postroom.accounts.models.sharing import (
    CHOICE,
    Exclusion,
    PatternUnusable,
    Share,
    SharedAddress,
    SharingInForce,
    SharingRule,
    pattern_of,
)
from postroom.accounts.models.use import Hold, Use

__all__ = [
    "CHOICE",
    "AccessRequest",
    "Activation",
    "Answer",
    "Credential",
    "Deletion",
    "Direction",
    "EmailAccount",
    "Exclusion",
    "FromAddress",
    "Grant",
    "Hold",
    "KeepSent",
    "Membership",
    "PatternUnusable",
    "Protocol",
    "Reach",
    "Ruling",
    "Security",
    "Share",
    "SharedAddress",
    "Sharing",
    "SharingInForce",
    "SharingRule",
    "Sight",
    "Use",
    "pattern_of",
]
