"""Mail that machines write back is recognised, and what it claims is read."""

import pytest

from postroom.mime import parse_message

BOUNCE = b"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: alice@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I could not deliver your message.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Thu, 22 Aug 2002 18:26:25 +0700

Original-Recipient: rfc822;Bob@Example.com
Final-Recipient: rfc822; bob@inner.example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.com>: no
    such user

Final-Recipient: rfc822; charlie@example.com
Action: delayed
Status: 4.4.1

--B
Content-Type: message/rfc822

Message-ID: <sent@example.com>
Subject: Offer

Hello
--B--
"""


def test_a_delivery_report_says_who_did_not_get_which_mail() -> None:
    message = parse_message(BOUNCE)
    report = message.delivery_report
    assert report is not None
    assert report.reporting_server == "mx.example.com"
    assert report.original_message_id == "sent@example.com"
    assert [(one.address, one.action, one.status) for one in report.recipients] == [
        ("bob@example.com", "failed", "5.1.1"),
        ("charlie@example.com", "delayed", "4.4.1"),
    ]
    assert report.failed[0].diagnostic == "550 5.1.1 <bob@example.com>: no such user"
    assert message.text == "I could not deliver your message.\n"
    assert [one.name for one in message.attachments] == ["part-2.txt", "Offer.eml"]


def test_a_report_may_return_only_the_header() -> None:
    raw = BOUNCE.replace(b"message/rfc822", b"text/rfc822-headers")
    report = parse_message(raw).delivery_report
    assert report is not None
    assert report.original_message_id == "sent@example.com"


def test_exim_s_report_without_parts_is_one() -> None:
    raw = b"X-Failed-Recipients: bob@example.com,\n charlie@example.com\n\nThis message was ...\n"
    report = parse_message(raw).delivery_report
    assert report is not None
    assert [one.address for one in report.failed] == ["bob@example.com", "charlie@example.com"]


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        (b"Auto-Submitted: auto-replied", True),
        (b"Auto-Submitted: auto-replied (vacation); owner-email=a@b.c", True),
        (b"Auto-Submitted: auto-generated", False),
        (b"Auto-Submitted: no", False),
        (b"Precedence: auto_reply", True),
        (b"Precedence: bulk", False),
        (b"X-Autoreply: yes", True),
        (b"X-Autorespond: Out of office", True),
        (b"X-Autoreply: no", False),
        (b"X-Auto-Response-Suppress: All", False),
        (b"Subject: Auto-Submitted: auto-replied", False),
    ],
)
def test_an_automatic_reply_is_told_from_a_person_s(header: bytes, automatic: bool) -> None:
    assert parse_message(header + b"\n\nI am away.\n").is_auto_reply is automatic


def test_ordinary_mail_carries_no_report() -> None:
    assert parse_message(b"Subject: x\n\nFinal-Recipient: rfc822; a@b.c\n").delivery_report is None
