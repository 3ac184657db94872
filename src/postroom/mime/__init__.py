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
from postroom.mime.authentication import Authentication, find_authentication
from postroom.mime.compose import compose_message
from postroom.mime.compose_fields import UnusableAddress
from postroom.mime.defects import Defect
from postroom.mime.draft import Draft, DraftFile
from postroom.mime.envelope import Envelope, parse_headers
from postroom.mime.field_list import Field, header_fields, list_fields
from postroom.mime.identity import HEADER_FIELDS, identify, is_identified, stable_identity
from postroom.mime.message import (
    ParsedMessage,
    Skim,
    parse_message,
    read_for_search,
    skim_message,
    skim_with_text,
)
from postroom.mime.reports import DeliveryReport, ReportedRecipient
from postroom.mime.unsubscribing import Unsubscribing, find_unsubscribing

__all__ = [
    "HEADER_FIELDS",
    "Address",
    "Attachment",
    "Authentication",
    "Defect",
    "DeliveryReport",
    "Draft",
    "DraftFile",
    "Envelope",
    "Field",
    "ParsedMessage",
    "ReportedRecipient",
    "Skim",
    "Unsubscribing",
    "UnusableAddress",
    "attachment_content",
    "attachment_contents",
    "canonical_address",
    "canonical_domain",
    "compose_message",
    "find_authentication",
    "find_unsubscribing",
    "header_fields",
    "identify",
    "is_identified",
    "list_fields",
    "parse_addresses",
    "parse_headers",
    "parse_message",
    "read_for_search",
    "safe_file_name",
    "skim_message",
    "skim_with_text",
    "stable_identity",
]
