"""Name, company and telephone of who wrote a letter, from its signature: only what is sure.

A pure function over the letter's own words. When in doubt it says nothing: what somebody has to
correct costs more than what somebody has to type. Nothing here is trusted; people see it in a form
before anything is kept.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

LONGEST_TEXT: Final = 20_000
LONGEST_LINE: Final = 120
LINES_OF_SIGNATURE: Final = 10
LINES_TO_NAME: Final = 3

# A line that says goodbye in the languages of most mail; what follows is the signature.
GOODBYE: Final = re.compile(
    r"(?:(?:with |many )?(?:kind|best|warm|warmest|kindest)(?: personal)? (?:regards|wishes)"
    r"|regards|yours(?: sincerely| faithfully| truly)?|sincerely(?: yours)?|cheers"
    r"|best|all the best"
    r"|(?:many |kind )?thanks(?: and (?:best )?regards| in advance)?|thank you"
    r"|(?:mit )?(?:freundlichen|besten|lieben|herzlichen|vielen) (?:grü(?:ß|ss)en?|gruß)"
    r"|(?:freundliche|beste|liebe|viele|herzliche) (?:grüße|grüsse)|mfg|lg|vg"
    r"|(?:bien )?cordialement|(?:bien )?à vous|meilleures salutations|sincères salutations"
    r"|(?:un )?(?:cordial )?saludos?|(?:saludos )?cordiales?|atentamente|un saludo"
    r"|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|groeten"
    r"|med (?:vänliga|venlig|vennlig) (?:hälsningar|hilsen)|mvh|atenciosamente|cumprimentos)"
    r"[\s,.!–-]*",
    re.IGNORECASE,
)
QUOTED: Final = re.compile(
    r"\s*>|-{2,} ?(?:original|forwarded|ursprüngliche)|on .{4,80} wrote:$|am .{4,80} schrieb"
    r"|le .{4,80} a écrit|from: |von: |de : ",
    re.IGNORECASE,
)
WORD: Final = r"[^\W\d_][^\W\d_'’.-]*(?:[-'’][^\W\d_]+)*\.?"
NAME: Final = re.compile(rf"{WORD}(?: {WORD}){{1,3}}")
TITLES: Final = re.compile(
    r"^(?:(?:dr|prof|mr|mrs|ms|herr|frau|m|mme|ing|dipl)\.? )+", re.IGNORECASE
)
# What belongs to the word behind it, written as one likes, and what to the word before it.
BEFORE_LAST: Final = frozenset(
    {"van", "vander", "ver", "der", "den", "de", "von", "zu", "di", "da", "la", "le", "du", "del"}
    | {"dos", "ter", "o", "mac"}
)
AFTER_LAST: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
ODD_CAPITALS: Final = re.compile(r"[A-Z]{2}[^\W\d_]+$|.*[a-z][A-Z]$")
NOT_A_PERSON: Final = re.compile(
    r"\b(?:team|support|info|sales|service|office|news|newsletter|account|billing|admin|help|via"
    r"|tech|updates?|today|daily|weekly|boards?|messages?|specialist|tools|software|editors?|press"
    r"|mailer|daemon|postmaster|webmaster|network|media|systems?|desk|lists|administrator|robot|bot"
    r"|e-?mail|nic|the|that|our|your|of|no.?reply|marketing|notifications?|customer|store|shop|alerts?|orders?|digest|group|list"
    r"|gmbh|ag|ltd|inc|llc|bv|sarl|srl|spa|oy|ab|aps|plc|kg|se|corp|company)\b",
    re.IGNORECASE,
)
LEGAL_FORM: Final = re.compile(
    r"(?:^|[\s,])(?:GmbH(?: & Co\.? KG)?|AG|UG|KG|OHG|e\.K\.|Ltd\.?|Limited|PLC|plc|LLP|LLC|Inc\.?"
    r"|Corp\.?|S\.?A\.?R\.?L\.?|SAS|S\.A\.|S\.L\.|S\.p\.A\.|S\.r\.l\.|B\.?V\.?|N\.V\.|ApS|A/S|Oy"
    r"|AB|s\.r\.o\.|Sp\. z o\.o\.|Pty Ltd|Lda\.?)$"
)
PHONE_LABEL: Final = re.compile(
    r"^(?:tel(?:ephone|efon|éfono|efono|\.)?|phone|ph|fon|t|p|m|mob(?:ile|il)?|cell|handy|direct"
    r"|office|tél(?:éphone)?|durchwahl)\b\.?\s*[:.]?\s*(?=[+(\d])",
    re.IGNORECASE,
)
FAX: Final = re.compile(r"\bfax\b|^f\s*[:.]", re.IGNORECASE)
NUMBER: Final = re.compile(r"\+?\(?\d[\d\s()./\u2011–-]{6,24}\d")
SEPARATORS: Final = re.compile(r"\s*[|·•]\s*|\s{3,}")


class Signature(NamedTuple):
    """What is sure of who wrote; what is not is empty."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""


def read_signature(text: str, display_name: str, address: str) -> Signature:
    """Read a letter's signature; `display_name` and `address` are those of its From."""
    block = block_of(text[:LONGEST_TEXT])
    first, last = name_in(display_name, address, block)
    is_theirs = bool(last) and any(has_name(line, last) for line in block[:LINES_TO_NAME])
    if not is_theirs:
        return Signature(first, last)
    return Signature(first, last, company_in(block, address), phone_in(block))


def block_of(text: str) -> list[str]:
    """The lines of the signature, in parts where a line has several; empty when none is sure."""
    lines = own_lines(text)
    if "--" in lines:
        start = lines.index("--") + 1
    else:
        ends = [n for n, line in enumerate(lines) if GOODBYE.fullmatch(line)]
        if not ends:
            return []
        start = ends[-1] + 1
    filled = [line for line in lines[start:] if line]
    parts = [part for line in filled[:LINES_OF_SIGNATURE] for part in SEPARATORS.split(line)]
    return [part.strip() for part in parts if part.strip() and len(part) <= LONGEST_LINE]


def own_lines(text: str) -> list[str]:
    """The letter's lines down to what it quotes."""
    lines: list[str] = []
    for line in text.splitlines():
        if QUOTED.match(line):
            break
        lines.append(line.strip())
    return lines


def name_in(display_name: str, address: str, block: Sequence[str]) -> tuple[str, str]:
    """First and last name: as the From says it, or else as the signature's first line does."""
    shown = " ".join(display_name.split()).strip("\"' ")
    if "@" not in shown and shown.count(",") == 1:
        last, first = (part.strip() for part in shown.split(","))
        shown = f"{first} {last}"
    if is_name(shown):
        return split_name(shown)
    if shown and shown.casefold() != address.casefold():
        return "", ""
    begun = next((line for line in block[:1] if is_name(line) and fits(line, address)), "")
    return split_name(begun) if begun else ("", "")


def is_name(text: str) -> bool:
    """Whether it can be nothing but somebody's first and last name."""
    bare = TITLES.sub("", text)
    if len(bare) > 60 or NOT_A_PERSON.search(bare) or not NAME.fullmatch(bare):
        return False
    words = bare.split()
    begins = all(word[0] == word[0].upper() for word in (words[0], words[-1]))
    plain = [word for word in words if word.casefold() not in AFTER_LAST]
    return begins and (bare.isupper() or not any(map(ODD_CAPITALS.match, plain)))


def split_name(text: str) -> tuple[str, str]:
    """The last word is the last name, with what belongs before it."""
    words = TITLES.sub("", text).split()
    start = len(words) - 1
    if start > 1 and words[start].casefold().rstrip(".") in AFTER_LAST:
        start -= 1
    while start > 1 and words[start - 1].casefold() in BEFORE_LAST:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def fits(name: str, address: str) -> bool:
    """Whether an address is made of the name."""
    local = address.partition("@")[0].casefold()
    return name.split()[-1].casefold() in local or local in name.casefold().split()


def has_name(line: str, last_name: str) -> bool:
    """Whether the last name stands in a line."""
    return re.search(rf"(?<!\w){re.escape(last_name)}(?!\w)", line, re.IGNORECASE) is not None


def company_in(block: Sequence[str], address: str) -> str:
    """The one line with a legal form, or the one that says what the domain says."""
    formal = list(dict.fromkeys(line for line in block if is_company(line)))
    if len(formal) == 1:
        return formal[0]
    domain = address.rpartition("@")[2].split(".")
    label = domain[-2] if len(domain) > 1 else ""
    named = [line for line in block if len(label) > 3 and letters(line) == letters(label)]
    return named[0] if not formal and named else ""


def is_company(line: str) -> bool:
    """Whether a line is a company's name with its legal form, and nothing beside."""
    return len(line) <= 60 and len(line.split()) > 1 and bool(LEGAL_FORM.search(line))


def letters(text: str) -> str:
    """A name without what names are written with."""
    return re.sub(r"[\W_]", "", text).casefold()


def phone_in(block: Sequence[str]) -> str:
    """The first number that is called a telephone; else the only one with a country's code."""
    bare: list[str] = []
    for line in block:
        label = PHONE_LABEL.match(line)
        found = NUMBER.fullmatch(line[label.end() :] if label else line)
        if not found or FAX.search(line) or not 8 <= sum(map(str.isdigit, found[0])) <= 15:
            continue
        if label:
            return found[0].strip()
        bare += [found[0].strip()] if found[0].startswith("+") else []
    return bare[0] if len(bare) == 1 else ""
