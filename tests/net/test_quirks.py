"""What servers do besides their RFCs, each as a short transcript with where it was seen.

A transcript maps the beginning of a command to what the server says; `$` stands for the command's
tag, and a last line without it is followed by a plain OK. Adding a quirk is adding a row.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from net.transcripts import (
    Quirk,
    appended,
    bodies,
    counted,
    dates,
    exists,
    first_notice,
    flags,
    found,
    gmail_names,
    headers,
    listed,
    listed_and_opened,
    namespaces,
    nothing,
    object_ids,
    refused,
    sizes,
    tier,
    validity,
)
from postroom.imap.capabilities import Tier
from postroom.imap.limits import Limits
from postroom.net import errors
from postroom.net.credentials import AccessToken
from postroom.net.imap_client import ImapClient
from postroom.net.server import AllowedNetworks, Security, Server
from servers.scripted import Dialogue, scripted

OPEN = [b"* 3 EXISTS", b"* OK [UIDVALIDITY 7] .", b"* OK [UIDNEXT 9] ."]
LIMITS = Limits(silence_seconds=0.4, command_seconds=2, poll_seconds=0.1, goodbye_seconds=0.2)

BODY = b"BODY[] {1}\r\n"
QUIRKS = [
    Quirk("NetEase 163: no mailbox opens until ID was sent; no blank after its bracket",
          exists, 3, {b'ID ("name" "Postroom")': [b"* ID NIL"], b"EXAMINE": OPEN,
                      b"ID (": [b"$ BAD Parse command error"]},
          capabilities=b"IMAP4rev1 ID"),
    Quirk("NetEase 163: `Unsafe Login` where ID was not enough",
          exists, refused(errors.CommandRefused, sentence="Unsafe Login"),
          {b"EXAMINE": [b"$ NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"]}),
    Quirk("Exchange Online: a good sign-in, then nothing works",
          listed, refused(errors.ServerUnavailable, sentence="not connected"),
          {b"LIST": [b"$ BAD User is authenticated but not connected."]}),
    Quirk("Exchange Online: throttled, with the time to wait",
          exists, refused(errors.Throttled, retry_after=299.961),
          {b"EXAMINE": [b"$ BAD Request is throttled. Suggested Backoff Time: 299961 millis"]}),
    Quirk("Exchange Online: a throttle for a day is waited for half an hour at a time",
          exists, refused(errors.Throttled, retry_after=1800),
          {b"EXAMINE": [b"$ BAD Request is throttled. Suggested Backoff Time: 86400000 ms"]}),
    Quirk("Exchange Online: one message it will not take",
          appended, refused(errors.CommandRefused, sentence="Argument Error"),
          {b"APPEND": [b"$ BAD Command Argument Error. 11"]}),
    Quirk("Exchange Online: folders' uses in LIST without SPECIAL-USE being offered",
          listed, [("Gesendet", "/", ["\\HasNoChildren", "\\Sent"])],
          {b"LIST": [b'* LIST (\\HasNoChildren \\Sent) "/" Gesendet']}),
    Quirk("Exchange Online: neither CONDSTORE nor QRESYNC", tier, Tier.PLAIN),
    Quirk("Exchange: some messages are gone, the others came",
          bodies, [(1, b"x")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS () " + BODY + b"x)",
           b"$ NO Some of the requested messages no longer exist."]}),
    Quirk("Exchange: RFC822.SIZE is what it stores, not what it sends",
          sizes, [(4242, 1)],
          {b"EXAMINE": OPEN,
           b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 4242 " + BODY + b"x)"]}),
    Quirk("Yahoo: answers out of the order of UIDs",
          flags, [(3, []), (1, ["\\Seen"]), (2, [])],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 3 FETCH (UID 3 FLAGS ())",
           b"* 1 FETCH (UID 1 FLAGS (\\Seen))", b"* 2 FETCH (UID 2 FLAGS ())"]}),
    Quirk("Yahoo: BAD with a code of its own",
          appended, refused(errors.CommandRefused, code="CLIENTBUG"),
          {b"APPEND": [b"$ BAD [CLIENTBUG] Additional arguments found"]}),
    Quirk("Yahoo: too many wrong passwords refuse the right one too",
          nothing, refused(errors.Throttled),
          {b"AUTHENTICATE": [b"$ NO [LIMIT] LOGIN Rate limit hit."]}),
    Quirk("some server (CPython #88574): a blank line after a message's literal",
          bodies, [(1, b"x"), (2, b"y")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS () " + BODY + b"x\r\n)",
           b"* 2 FETCH (UID 2 FLAGS () " + BODY + b"y)"]}),
    Quirk("emailjs #147: an empty literal with another behind it",
          headers, [(1, b"", b"x")],
          {b"EXAMINE": OPEN,
           b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[HEADER] {0}\r\n " + BODY + b"x)"]}),
    Quirk("async-imap #141: a late NO for a command answered long ago",
          exists, 3, {b"EXAMINE": [b"A1 NO too late", *OPEN]}),
    Quirk("Bluemind: BODYSTRUCTURE that follows no grammar, unasked",
          bodies, [(1, b"x")],
          {b"EXAMINE": OPEN, b"UID FETCH": [
              b'* 1 FETCH (BODYSTRUCTURE ("TEXT" ("A" (NIL)) (NIL "x")) UID 1 ' + BODY + b"x)"]}),
    Quirk("a flat server: NIL for a delimiter",
          listed, [("INBOX", None, [])], {b"LIST": [b"* LIST () NIL INBOX"]}),
    Quirk("a flat server: NIL for a delimiter in NAMESPACE",
          namespaces, [(b"", None)], {b"NAMESPACE": [b'* NAMESPACE (("" NIL)) NIL NIL']},
          capabilities=b"IMAP4rev1 NAMESPACE"),
    Quirk("Fastmail, Yahoo: THREADID NIL",
          object_ids, [("M1", None)],
          {b"EXAMINE": OPEN, b"UID FETCH": [
              b"* 1 FETCH (UID 1 EMAILID (M1) THREADID NIL BODY[HEADER] {2}\r\n\r\n)"]},
          capabilities=b"IMAP4rev1 OBJECTID"),
    Quirk("some servers: neither UIDVALIDITY nor UIDNEXT",
          validity, (None, None), {b"EXAMINE": [b"* 3 EXISTS"]}),
    Quirk("some servers: UIDVALIDITY 0",
          validity, (None, 9),
          {b"EXAMINE": [b"* 3 EXISTS", b"* OK [UIDVALIDITY 0] .", b"* OK [UIDNEXT 9] ."]}),
    Quirk("Dovecot, Cyrus: mailboxes in LIST that do not exist",
          listed, [("Lists", "/", ["\\HasChildren", "\\NonExistent"]), ("Lists/a", "/", [])],
          {b"LIST": [b'* LIST (\\NonExistent \\HasChildren) "/" Lists', b'* LIST () "/" Lists/a']}),
    Quirk("Exchange: AUTH LOGIN prompts that end in NUL",
          nothing, "signed in",
          {b"AUTHENTICATE LOGIN": [b"+ VXNlciBOYW1lAA=="], b"YWxpY2U=": [b"+ UGFzc3dvcmQA"],
           b"c2VjcmV0": [b"A2 OK welcome"]},
          capabilities=b"IMAP4rev1 AUTH=LOGIN LOGINDISABLED"),
    Quirk("Rambler (libetpan #240): announces 100 octets and sends nine",
          bodies, refused(errors.ConnectionLost),
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[] {100}\r\nSubject: )"]}),
    Quirk("MailKit #361: sends more than it announced",
          bodies, refused(errors.ProtocolViolation),
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[] {3}\r\nSubject: hello)"]}),
    Quirk("Gmail: ALERT on everything",
          nothing, refused(errors.SignInRefused, sentence="Application-specific password"),
          {b"AUTHENTICATE": [b"$ NO [ALERT] Application-specific password required: https://x"]}),
    Quirk("Gmail: the day's traffic is used up",
          exists, refused(errors.OverQuota),
          {b"EXAMINE": [b"$ NO [ALERT] Account exceeded command or bandwidth limits. (Failure)"]}),
    Quirk("Gmail: fifteen connections",
          nothing, refused(errors.TooManyConnections),
          {b"AUTHENTICATE": [b"$ NO [ALERT] Too many simultaneous connections. (Failure)"]}),
    Quirk("Gmail: ids and labels, quoted and not",
          gmail_names, [(12, 13, ["Kunden", "\\Inbox", "two words"])],
          {b"EXAMINE": OPEN, b"UID FETCH": [
              b'* 1 FETCH (X-GM-MSGID 12 X-GM-THRID 13 X-GM-LABELS ("\\\\Inbox" Kunden "two words")'
              b" UID 1 BODY[HEADER] {2}\r\n\r\n)"]},
          capabilities=b"IMAP4rev1 X-GM-EXT-1"),
    Quirk("Gmail, Microsoft: a token's refusal comes as a challenge first",
          nothing, refused(errors.SignInRefused),
          {b"AUTHENTICATE XOAUTH2": [b"+ eyJzdGF0dXMiOiI0MDEifQ=="],
           b"": [b"A2 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"]},
          capabilities=b"IMAP4rev1 SASL-IR AUTH=XOAUTH2", credential=AccessToken("alice", "t")),
    Quirk("Dovecot: too many connections from one address",
          nothing, refused(errors.TooManyConnections),
          {b"AUTHENTICATE": [b"$ NO [UNAVAILABLE] Maximum number of connections from user+IP "
                             b"exceeded (mail_max_userip_connections=10)"]}),
    Quirk("Dovecot: its user database is away; not a wrong password",
          nothing, refused(errors.ServerUnavailable),
          {b"AUTHENTICATE": [b"$ NO [UNAVAILABLE] Temporary authentication failure. [x:2026]"]}),
    Quirk("Dovecot: one broken folder; the others can be opened",
          exists, refused(errors.CommandRefused),
          {b"EXAMINE": [b"$ NO [SERVERBUG] Internal error occurred. Refer to server log."]}),
    Quirk("Dovecot: another program holds the lock of one folder",
          exists, refused(errors.CommandRefused),
          {b"EXAMINE": [b"$ NO [INUSE] Timeout while waiting for lock"]}),
    Quirk("Dovecot, Courier: refuses with BYE before the greeting",
          nothing, refused(errors.TooManyConnections),
          greeting=b"* BYE Too many connections from your address"),
    Quirk("QQ: refuses in GBK",
          nothing, refused(errors.SignInRefused, sentence="请使用授权码登录"),
          {b"AUTHENTICATE": ["$ NO 请使用授权码登录".encode("gbk")]}),
    Quirk("iCloud: hangs up after a refused sign-in",
          nothing, refused(errors.SignInRefused),
          {b"AUTHENTICATE": [b"$ NO [AUTHENTICATIONFAILED] Authentication Failed", b"* BYE"]}),
    Quirk("many: SEARCH that finds nothing says nothing",
          found, [], {b"EXAMINE": OPEN}),
    Quirk("Domino: SEARCH answered in two parts",
          found, [1, 2, 3],
          {b"EXAMINE": OPEN, b"UID SEARCH": [b"* SEARCH 1", b"* SEARCH 2 3"]}),
    Quirk("Courier, hMailServer: more blanks than the grammar has",
          found, [1, 2],
          {b"EXAMINE": [b"*  3  EXISTS", *OPEN], b"UID SEARCH": [b"*  SEARCH  1  2 "]}),
    Quirk("old servers: everything in small letters",
          flags, [(1, ["\\seen"])],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 fetch (uid 1 flags (\\seen))", b"$ ok done"]}),
    Quirk("Domino: flags and text of one message in two answers",
          bodies, [(1, b"x")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 FLAGS (\\Seen))",
                                            b"* 1 FETCH (UID 1 " + BODY + b"x)"]}),
    Quirk("many: new mail announced between the messages of a FETCH",
          bodies, [(1, b"x"), (2, b"y")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 " + BODY + b"x)", b"* 4 EXISTS",
           b"* 2 FETCH (UID 2 " + BODY + b"y)"]}),
    Quirk("old servers: dates with a blank, with one digit, and dates that never were",
          dates, [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), None],
          {b"EXAMINE": OPEN, b"UID FETCH": [
              b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE " 1-Jan-2026 00:00:00 +0000")',
              b'* 2 FETCH (UID 2 FLAGS () INTERNALDATE "2-Jan-2026 00:00:00 +0000")',
              b'* 3 FETCH (UID 3 FLAGS () INTERNALDATE "31-Feb-2026 00:00:00 +0000")']}),
    Quirk("servers that answer a whole fetch with an origin",
          bodies, [(1, b"x")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b"* 1 FETCH (UID 1 BODY[]<0> {1}\r\nx)"]}),
    Quirk("iCloud: a message that has just come, still empty",
          bodies, [(1, b"")],
          {b"EXAMINE": OPEN, b"UID FETCH": [b'* 1 FETCH (UID 1 BODY[] "")']}),
    Quirk("old servers: names in raw 8-bit, and `&` left as it is, open all the same",
          listed_and_opened, [1, 2],
          {b"LIST": [b'* LIST () "/" "R&D"', b'* LIST () "/" "Entw\xfcrfe"'],
           b'EXAMINE "R&D"': [b"* 1 EXISTS"], b"EXAMINE {": [b"+ go"],
           b"Entw\xfcrfe": [b"* 2 EXISTS", b"A8 OK done"]}),
    Quirk("Yahoo and others: end IDLE by themselves",
          first_notice, "Exists(count=4)",
          {b"EXAMINE": OPEN, b"IDLE": [b"+ idling", b"* OK Still here", b"$ OK IDLE ended",
                                       b"* 4 EXISTS"]},
          capabilities=b"IMAP4rev1 IDLE"),
    Quirk("NetEase, Yandex: no IDLE, so NOOP every so often",
          first_notice, "Exists(count=4)",
          {b"EXAMINE": OPEN, b"NOOP": [b"* 4 EXISTS"]}),
    Quirk("Gmail: new capabilities come unasked with the sign-in",
          tier, Tier.CONDSTORE,
          {b"AUTHENTICATE": [b"* CAPABILITY IMAP4rev1 CONDSTORE", b"$ OK welcome"],
           b"CAPABILITY": [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR"]}),
    Quirk("Zimbra: says goodbye in the middle",
          exists, refused(errors.ServerUnavailable, sentence="closing connection"),
          {b"EXAMINE": [b"* BYE Zimbra IMAP4rev1 server closing connection", b"!"]}),
    Quirk("OVH: refuses LIST without a reason",
          listed, refused(errors.CommandRefused), {b"LIST": [b"$ NO LIST failed"]}),
    Quirk("several: a mailbox of LIST cannot be counted",
          listed, [("INBOX", "/", []), ("odd", "/", [])],
          {b"LIST": [b'* LIST () "/" INBOX', b'* LIST () "/" odd'],
           b'STATUS "odd"': [b"$ NO STATUS failed"],
           b'STATUS "INBOX"': [b"* STATUS INBOX (MESSAGES 1)"]}),
    Quirk("servers that spell INBOX as they like",
          counted, 5, {b"STATUS": [b'* STATUS "Inbox" (MESSAGES 5)']}),
    Quirk("a POP3 server on the port", nothing, refused(errors.NotAnImapServer),
          greeting=b"+OK POP3 ready"),
    Quirk("an SMTP server on the port", nothing, refused(errors.NotAnImapServer),
          greeting=b"220 mail.example.com ESMTP"),
    Quirk("a web server on the port", nothing, refused(errors.NotAnImapServer),
          greeting=b"HTTP/1.1 400 Bad Request"),
]  # fmt: skip


def server(quirk: Quirk) -> Callable[[Dialogue], Awaitable[None]]:
    """Return the server of one transcript."""

    async def play(dialogue: Dialogue) -> None:
        await dialogue.send(quirk.greeting)
        while True:
            line = await dialogue.line()
            tag, _, said = line.partition(b" ")
            if not said:
                tag, said = b"", line
            answers = answers_to(quirk, said)
            for answer in answers:
                if answer == b"!":
                    return
                await dialogue.send(answer.replace(b"$", tag, 1))
            words = b"\r\n".join(answers)
            if tag and b"$" not in words and not words.startswith(b"+"):
                await dialogue.send(tag + b" OK done")

    return play


def answers_to(quirk: Quirk, said: bytes) -> list[bytes]:
    """Return what the transcript says to a line; the longest beginning wins."""
    if said.startswith(b"CAPABILITY") and b"CAPABILITY" not in quirk.answers:
        return [b"* CAPABILITY " + quirk.capabilities]
    if said.startswith(b"APPEND") and b"{" in said and b"APPEND" not in quirk.answers:
        return [b"+ go"]
    fitting = [start for start in quirk.answers if said.startswith(start) and (start or not said)]
    return quirk.answers[max(fitting, key=len)] if fitting else []


@pytest.mark.parametrize("quirk", QUIRKS, ids=str)
async def test_a_quirk(quirk: Quirk) -> None:
    async with scripted(server(quirk)) as running, asyncio.timeout(20):
        if callable(quirk.expected):
            with pytest.raises(errors.NetError) as caught:
                await converse(quirk, running.port)
            quirk.expected(caught.value)
        else:
            assert await converse(quirk, running.port) == quirk.expected


async def converse(quirk: Quirk, port: int) -> object:
    """Connect, sign in, ask."""
    allowed = AllowedNetworks.parse("127.0.0.0/8", str(port))
    address = Server("127.0.0.1", port, Security.NONE)
    client = await ImapClient.connect(address, allowed, limits=LIMITS)
    await client.sign_in(quirk.credential)
    result = await quirk.ask(client)
    await client.close()
    return result


def test_there_are_enough() -> None:
    print(f"{len(QUIRKS)} quirks")
    assert len(QUIRKS) >= 25
    assert len({quirk.seen for quirk in QUIRKS}) == len(QUIRKS)
