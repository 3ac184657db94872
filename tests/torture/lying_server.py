"""An IMAP server that lies when told to, and keeps the truth in its boxes.

`torture.lies` names every switch. While one is on, most answers it bears on are false; what was
truly served is kept in `served`, by token. Told to be honest, it shows what its boxes hold.
"""

import random
import re
from collections import Counter

from postroom.imap.uid_set import UidSet
from servers.scripted import ClientLeft, Dialogue
from torture.boxes import Box
from torture.letters import Letter

WITHHELD = {"UIDVALIDITY": "no uidvalidity", "UIDNEXT": "no uidnext", "HIGHESTMODSEQ": "no modseq"}
RICH = b"IMAP4rev1 ENABLE CONDSTORE ESEARCH LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL+ UIDPLUS"
PLAIN = b"IMAP4rev1"
WRONG_DATE = "03-Mar-2027 01:00:00 +0100"
THROTTLE = b"NO Request is throttled. Suggested Backoff Time: 299961 milliseconds"


class LyingServer:
    """The server's truth and its switches; `play` is the script of one connection."""

    def __init__(self, dice: random.Random, capability: bytes) -> None:
        self.dice = dice
        self.capability = capability
        self.boxes: dict[str, Box] = {"INBOX": Box()}
        self.lies: set[str] = set()
        self.chance = 0.75
        self.told: Counter[str] = Counter()
        self.served: set[str] = set()
        self.used: Counter[str] = (
            Counter()
        )  # The highest UIDVALIDITY a name had before it was free.

    def lies_about(self, lie: str) -> bool:
        """Whether to tell this lie now."""
        if lie not in self.lies or self.dice.random() > self.chance:
            return False
        self.told[lie] += 1
        return True

    def box(self, name: str) -> Box:
        """The mailbox of that name, made if need be; RFC 9051 §2.3.1: its UIDVALIDITY is new."""
        return self.boxes.setdefault(name, Box(uidvalidity=self.used[name] + 1))

    def rename(self, name: str, to: str) -> None:
        """Give a mailbox another name, and its name to whatever comes."""
        self.boxes[to] = self.boxes.pop(name)
        self.used[name] = self.boxes[to].uidvalidity

    async def play(self, dialogue: Dialogue) -> None:
        """Answer one client until it leaves."""
        await dialogue.send(b"* OK [CAPABILITY " + self.capability + b"] ready")
        talk = Talk(self, dialogue)
        while await talk.answer_next():
            pass


class Talk:
    """One connection to the lying server."""

    def __init__(self, server: LyingServer, dialogue: Dialogue) -> None:
        self.server = server
        self.lies_about = server.lies_about
        self.dice = server.dice
        self.dialogue = dialogue
        self.open: str = ""
        self.last_tag = b"A0"
        self.is_out_of_step = (
            False  # What follows a literal of a false length is read as part of it.
        )

    async def answer_next(self) -> bool:
        """Answer one command; False once the conversation is over."""
        tag, word, rest = await self.dialogue.command()
        if word == b"UID":
            word, _, rest = rest.partition(b" ")
        if self.lies_about("renumbered in silence") and self.open in self.server.boxes:
            self.server.boxes[self.open].renumber(self.dice)
        ended = await getattr(self, "on_" + word.decode().lower())(rest)
        if ended == "cut":
            self.dialogue.reset()
            return False
        if self.lies_about("never ending"):
            return True
        if self.lies_about("stale tag"):
            await self.dialogue.send(self.last_tag + b" NO late answer to what was answered")
        await self.dialogue.send(tag + b" " + (ended or b"OK done"))
        self.last_tag = tag
        return word != b"LOGOUT"

    async def on_capability(self, rest: bytes) -> bytes:
        await self.dialogue.send(b"* CAPABILITY " + self.server.capability)
        return b"OK done"

    async def on_login(self, rest: bytes) -> bytes:
        return b"OK [CAPABILITY " + self.server.capability + b"] welcome"

    async def on_enable(self, rest: bytes) -> bytes:
        await self.dialogue.send(b"* ENABLED CONDSTORE")
        return b"OK done"

    async def on_noop(self, rest: bytes) -> bytes:
        return b"OK done"

    async def on_logout(self, rest: bytes) -> bytes:
        await self.dialogue.send(b"* BYE bye")
        return b"OK done"

    async def on_list(self, rest: bytes) -> bytes:
        if self.lies_about("list refused"):
            return b"NO not today"
        names = list(self.server.boxes)
        if self.lies_about("no folders"):
            names = []
        if len(names) > 1 and self.lies_about("one folder not listed"):
            names.remove(self.dice.choice(names))
        if self.lies_about("folders listed twice"):
            names += names
        for name in names:
            shown = name + "-renamed" if self.lies_about("folders renamed") else name
            await self.dialogue.send(b'* LIST () "/" "' + shown.encode() + b'"')
            if b"STATUS" in rest and not self.lies_about("no status"):
                await self.send_status(name)
        return b"OK done"

    async def on_status(self, rest: bytes) -> bytes:
        name = quoted(rest)
        if name not in self.server.boxes:
            return b"NO [NONEXISTENT] no such mailbox"
        if not self.lies_about("no status"):
            await self.send_status(name)
        return b"OK done"

    async def send_status(self, name: str) -> None:
        box = self.server.boxes[name]
        unseen = sum("\\Seen" not in letter.flags for letter in box.letters.values())
        counts = {
            "MESSAGES": len(box.letters),
            "UIDNEXT": box.uidnext,
            "UIDVALIDITY": box.uidvalidity,
            "UNSEEN": unseen,
        }
        if b"CONDSTORE" in self.server.capability:
            counts["HIGHESTMODSEQ"] = box.modseq
        if self.lies_about("wrong status"):
            counts = {item: self.dice.randrange(1, 20) for item in counts}
        if self.lies_about("huge status"):
            counts["MESSAGES"] = 2**32 - 1
        items = " ".join(f"{item} {count}" for item, count in counts.items())
        await self.dialogue.send(f'* STATUS "{name}" ({items})'.encode())

    async def on_select(self, rest: bytes) -> bytes:
        return await self.on_examine(rest)

    async def on_examine(self, rest: bytes) -> bytes:
        name = quoted(rest)
        self.open = ""
        if self.lies_about("opening refused"):
            return b"NO not this one"
        if self.lies_about("opening throttled"):
            return THROTTLE
        if name not in self.server.boxes or self.lies_about("folder gone at opening"):
            return b"NO [NONEXISTENT] no such mailbox"
        self.open = name
        await self.dialogue.send(*self.opening(self.server.boxes[name]))
        return b"OK [READ-ONLY] open"

    def opening(self, box: Box) -> list[bytes]:
        """The untagged answers to EXAMINE."""
        shown = {
            "EXISTS": len(box.letters),
            "UIDVALIDITY": box.uidvalidity,
            "UIDNEXT": box.uidnext,
            "HIGHESTMODSEQ": box.modseq,
        }
        if b"CONDSTORE" not in self.server.capability:
            del shown["HIGHESTMODSEQ"]
        for item, lie, number in self.lies_of_opening(box):
            if item in shown and self.lies_about(lie):
                shown[item] = number
        for item, lie in WITHHELD.items():
            if item in shown and self.lies_about(lie):
                del shown[item]
        exists = shown.pop("EXISTS")
        codes = [f"* OK [{item} {number}] so" for item, number in shown.items()]
        return [b"* %d EXISTS" % exists, *(code.encode() for code in codes)]

    def lies_of_opening(self, box: Box) -> list[tuple[str, str, int]]:
        """What is said in place of the truth."""
        exists, some = len(box.letters), self.dice.randrange(1, 9)
        return [
            ("EXISTS", "exists too high", exists + some),
            ("EXISTS", "exists too low", max(0, exists - some)),
            ("EXISTS", "exists zero", 0),
            ("UIDVALIDITY", "another uidvalidity", self.dice.choice((1, 2, 3, 99, 2**32 - 1))),
            ("UIDVALIDITY", "uidvalidity zero", 0),
            ("UIDNEXT", "uidnext too low", 1),
            ("HIGHESTMODSEQ", "modseq too high", box.modseq + 1000),
            ("HIGHESTMODSEQ", "modseq beyond 63 bits", 2**64 + 5),
        ]

    async def on_search(self, rest: bytes) -> bytes:
        if self.lies_about("search refused") or self.open not in self.server.boxes:
            return b"NO not now"
        for uids in self.found(sorted(self.server.boxes[self.open].letters)):
            await self.dialogue.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids))
        return b"OK done"

    def found(self, uids: list[int]) -> list[list[int]]:
        """The answers to UID SEARCH ALL; there is one, in the rule."""
        if self.lies_about("nothing found"):
            uids = []
        if self.lies_about("half found"):
            uids = [uid for uid in uids if self.dice.random() < 0.5]
        if self.lies_about("ghosts found"):
            uids = [*uids, *(self.dice.randrange(1, 60) for _ in range(3))]
        if self.lies_about("found twice"):
            uids = uids + uids
        if self.lies_about("found nought"):
            uids = [0, *uids]
        if self.lies_about("found descending"):
            uids = uids[::-1]
        if self.lies_about("found in two answers"):
            half = len(uids) // 2
            return [uids[:half], uids[half:]]
        return [uids]

    async def on_store(self, rest: bytes) -> bytes:
        if self.lies_about("store refused") or self.open not in self.server.boxes:
            return b"NO read only"
        numbers, _, change = rest.partition(b" ")
        box = self.server.boxes[self.open]
        words = set(re.findall(r"\\\w+", change.decode()))
        for uid in set(UidSet.parse(numbers)) & set(box.letters):
            before = box.letters[uid].flags
            box.set_flags(uid, before - words if change[:1] == b"-" else before | words)
        return b"OK done"

    async def on_fetch(self, rest: bytes) -> bytes | str:
        if self.open not in self.server.boxes:
            return b"BAD nothing is open"
        numbers, _, items = rest.partition(b" ")
        asked = UidSet.parse(numbers)
        since = re.search(rb"CHANGEDSINCE (\d+)", items)
        box = self.server.boxes[self.open]
        answers = self.answers(box, asked, int(since.group(1)) if since else 0)
        ended = self.ending(len(answers))
        for position, (uid, letter) in enumerate(answers):
            if ended is not None and position >= len(answers) // 2:
                break
            await self.amid_fetch()
            octets, is_true = self.fetched(box, uid, letter, items)
            if ended == "cut" and position + 1 == len(answers) // 2:
                octets = octets[: self.dice.randrange(len(octets))]
                is_true = None
            await self.dialogue.send_raw(octets)
            # What is on its way when a connection breaks may never be read: the next command fails.
            if is_true is not None and uid in asked and ended != "cut":
                self.server.served.add(is_true.token)
        return b"OK done" if ended is None else ended

    def ending(self, answers: int) -> bytes | str | None:
        """How a FETCH ends before its time, if it does."""
        for lie, ended in (
            ("bye amid fetch", "cut"),
            ("cut amid fetch", "cut"),
            ("partly gone", b"NO Some of the requested messages no longer exist."),
            ("fetch refused half way", b"NO something broke"),
            ("fetch throttled", THROTTLE),
            ("bad half way", b"BAD Command Argument Error 11"),
        ):
            if self.lies_about(lie):
                return ended
        return None

    def answers(self, box: Box, asked: UidSet, since: int) -> list[tuple[int, Letter]]:
        """Which messages are answered, in which order."""
        rows = [
            (uid, letter)
            for uid, letter in sorted(box.letters.items())
            if uid in asked and letter.modseq > since
        ]
        if rows and self.lies_about("one not answered"):
            rows.remove(self.dice.choice(rows))
        if self.lies_about("none answered"):
            rows = []
        if self.lies_about("answered descending"):
            rows.reverse()
        if self.lies_about("answers shifted"):
            letters = [letter for _, letter in rows]
            rows = [
                (uid, letter)
                for (uid, _), letter in zip(rows, letters[1:] + letters[:1], strict=True)
            ]
        if rows and self.lies_about("answered twice"):
            rows.insert(0, self.dice.choice(rows))
            if self.dice.random() < 0.5:
                rows.append((rows[0][0], self.dice.choice(list(box.letters.values()))))
        unasked = [row for row in box.letters.items() if row[0] not in asked]
        if unasked and self.lies_about("answered unasked"):
            rows.append(self.dice.choice(unasked))
        return rows

    async def amid_fetch(self) -> None:
        """What is said between two answers."""
        if self.lies_about("expunge amid fetch"):
            await self.dialogue.send(b"* 1 EXPUNGE")
        if self.lies_about("exists amid fetch"):
            await self.dialogue.send(b"* %d EXISTS" % self.dice.randrange(100))
        if self.lies_about("flags of nobody"):
            await self.dialogue.send(b"* 1 FETCH (FLAGS (\\Seen \\Deleted))")

    def fetched(
        self, box: Box, uid: int, letter: Letter, items: bytes
    ) -> tuple[bytes, Letter | None]:
        """One FETCH response, and the letter whose body it truly brings."""
        number = self.number(uid)
        words = [number, *self.told_beside(letter, items)]
        if b"HEADER" in items:
            words.append(b"BODY[HEADER.FIELDS (SUBJECT)] " + self.header(letter))
        served = None
        if b"BODY.PEEK[]" in items:
            if self.lies_about("body of another"):
                letter = self.dice.choice(list(box.letters.values()))
            octets, is_whole = self.body(letter)
            words.append(b"BODY[] " + octets)
            is_true = is_whole and number == b"UID %d" % uid and not self.is_out_of_step
            served = letter if is_true else None
        return b"* 1 FETCH (" + b" ".join(filter(None, words)) + b")\r\n", served

    def number(self, uid: int) -> bytes:
        """The UID, if it is told."""
        if self.lies_about("uid nought"):
            return b"UID 0"
        return b"" if self.lies_about("uid missing") else b"UID %d" % uid

    def told_beside(self, letter: Letter, items: bytes) -> list[bytes]:
        """Flags, date, size and MODSEQ."""
        words = []
        if not self.lies_about("no flags"):
            words.append(b"FLAGS (%b)" % " ".join(sorted(letter.flags)).encode())
        if b"INTERNALDATE" in items:
            date = WRONG_DATE if self.lies_about("wrong date") else letter.received
            words.append(b'INTERNALDATE "%b"' % date.encode())
        if b"RFC822.SIZE" in items:
            words.append(b"RFC822.SIZE %d" % self.size(letter))
        if b"MODSEQ" in items:
            words.append(b"MODSEQ (%d)" % letter.modseq)
        return words

    def size(self, letter: Letter) -> int:
        if self.lies_about("wrong size"):
            return self.dice.randrange(5000)
        return 10**19 if self.lies_about("absurd size") else len(letter.raw)

    def header(self, letter: Letter) -> bytes:
        if self.lies_about("header is nil"):
            return b"NIL"
        return literal(b"" if self.lies_about("header is empty") else letter.header)

    def body(self, letter: Letter) -> tuple[bytes, bool]:
        """The literal of a body, and whether it is the whole of it."""
        if self.lies_about("body is nil"):
            return b"NIL", False
        if self.lies_about("body is empty"):
            return self.dice.choice((b"{0}\r\n", b'""')), False
        if self.lies_about("body cut short"):
            return literal(letter.raw[: self.dice.randrange(len(letter.raw))]), False
        announced = len(letter.raw)
        if self.lies_about("literal too long"):
            announced += self.dice.randrange(1, 400)
        if self.lies_about("literal too short"):
            announced -= self.dice.randrange(1, announced)
        self.is_out_of_step |= announced != len(letter.raw)
        return b"{%d}\r\n" % announced + letter.raw, announced == len(letter.raw)


def literal(octets: bytes) -> bytes:
    return b"{%d}\r\n" % len(octets) + octets


def quoted(rest: bytes) -> str:
    """The first argument, which our client quotes."""
    found = re.match(rb'"((?:[^"\\]|\\.)*)"', rest)
    if found is None:
        raise ClientLeft
    return re.sub(r"\\(.)", r"\1", found.group(1).decode())
