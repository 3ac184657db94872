"""What waits to be sent: Postroom's own notices, and the emails that people write."""

from postroom.outbox.models.compose_settings import (
    ComposeSettings,
    Font,
    FontSize,
    SignaturePlace,
)
from postroom.outbox.models.draft_copies import DraftCopy
from postroom.outbox.models.notices import Notice, NoticeState
from postroom.outbox.models.noticing import (
    OF_MACHINES,
    Doubt,
    NoNotice,
    NoticedPlace,
    PlaceKind,
    Reader,
    Sighting,
)
from postroom.outbox.models.outgoing import OutgoingEmail, OutgoingFile, OutgoingState, ReadReport
from postroom.outbox.models.templates import EmailTemplate, TemplateSharing

__all__ = [
    "OF_MACHINES",
    "ComposeSettings",
    "Doubt",
    "DraftCopy",
    "EmailTemplate",
    "Font",
    "FontSize",
    "NoNotice",
    "Notice",
    "NoticeState",
    "NoticedPlace",
    "OutgoingEmail",
    "OutgoingFile",
    "OutgoingState",
    "PlaceKind",
    "ReadReport",
    "Reader",
    "Sighting",
    "SignaturePlace",
    "TemplateSharing",
]
