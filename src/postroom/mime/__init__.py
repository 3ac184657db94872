"""RFC 5322 bytes to a ParsedMessage, and drafts to bytes; never raises on bad mail."""

from postroom.mime.addresses import (
    Address,
    canonical_address,
    canonical_domain,
    parse_addresses,
)
from postroom.mime.attachments import (
    Attachment,
    attachment_content,
    attachment_contents,
    safe_file_name,
)
from postroom.mime.compose import compose_message
from postroom.mime.compose_fields import UnusableAddress
from postroom.mime.defects import Defect
from postroom.mime.draft import Draft, DraftFile
from postroom.mime.envelope import Envelope, parse_headers
from postroom.mime.identity import HEADER_FIELDS, identify, is_identified, stable_identity
from postroom.mime.message import ParsedMessage, Skim, parse_message, skim_message
from postroom.mime.reports import DeliveryReport, ReportedRecipient

__all__ = [
    "HEADER_FIELDS",
    "Address",
    "Attachment",
    "Defect",
    "DeliveryReport",
    "Draft",
    "DraftFile",
    "Envelope",
    "ParsedMessage",
    "ReportedRecipient",
    "Skim",
    "UnusableAddress",
    "attachment_content",
    "attachment_contents",
    "canonical_address",
    "canonical_domain",
    "compose_message",
    "identify",
    "is_identified",
    "parse_addresses",
    "parse_headers",
    "parse_message",
    "safe_file_name",
    "skim_message",
    "stable_identity",
]
