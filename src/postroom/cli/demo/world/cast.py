"""Everybody who writes in the demo, and how their mail programs behave.

All domains end in .example, which nobody can own. Source: RFC 2606 §2.
"""

import enum
from dataclasses import dataclass
from email.headerregistry import Address

OWN_DOMAIN = "petrel.example"


class Program(enum.Enum):
    """How somebody's mail program answers: the habits that real threads show."""

    PLAIN = "text below a quotation"
    WEB = "HTML with the quotation folded away"
    OFFICE = "HTML with a block of headers above the quotation"
    PHONE = "a few words and no quotation"


@dataclass(frozen=True)
class Correspondent:
    """Somebody who writes or reads mail in the demo."""

    name: str
    mailbox: str
    program: Program = Program.PLAIN
    hours_ahead: float = 0
    charset: str = "utf-8"
    language: str = "en"
    signature: str = ""
    older_mailbox: str = ""

    @property
    def domain(self) -> str:
        """The part of the address behind the @."""
        return self.mailbox.rpartition("@")[2]

    @property
    def address(self) -> Address:
        """Name and address as they stand in a header."""
        return Address(self.name, addr_spec=self.mailbox)

    @property
    def older_address(self) -> Address:
        """Name and the address they used to write from."""
        return Address(self.name, addr_spec=self.older_mailbox)


_PLAIN, _WEB, _OFFICE, _PHONE = Program.PLAIN, Program.WEB, Program.OFFICE, Program.PHONE
_PETREL = "Petrel & Daughters, makers of barometers since 1886\n14 Church Street, Whitby"

COLLEAGUES = {
    "maya": Correspondent(
        "Maya Lindqvist", "maya@petrel.example", signature=f"Maya Lindqvist\n{_PETREL}"
    ),
    "tom": Correspondent(
        "Tom Adeyemi", "tom@petrel.example", _PHONE, signature=f"Tom Adeyemi, workshop\n{_PETREL}"
    ),
    "ruth": Correspondent("Ruth Petrel", "ruth@petrel.example", signature=_PETREL),
    "ines": Correspondent(
        "Ines Carvalho", "ines@petrel.example", signature=f"Ines Carvalho, accounts\n{_PETREL}"
    ),
    "jakub": Correspondent("Jakub Nowak", "jakub@petrel.example", _PHONE),
    "priya": Correspondent(
        "Priya Raman", "priya@petrel.example", _WEB, signature=f"Priya Raman\n{_PETREL}"
    ),
    "website": Correspondent("petrel.example", "website@petrel.example"),
}

CUSTOMERS = {
    "aoi": Correspondent(
        "中村 葵 (Aoi Nakamura)",
        "aoi.nakamura@kanazawa-craft.example",
        hours_ahead=9,
        language="ja",
        signature="中村 葵 / Aoi Nakamura\nCurator, Kanazawa Museum of Craft\n金沢工芸館 学芸員",
    ),
    "ken": Correspondent(
        "佐々木 健",
        "k.sasaki@kanazawa-craft.example",
        hours_ahead=9,
        charset="iso-2022-jp",
        language="ja",
        signature="佐々木 健 (Sasaki Ken)\n金沢工芸館 技術",
    ),
    "layla": Correspondent(
        "Layla Haddad ليلى حداد",
        "l.haddad@corniche-hotel.example",
        _OFFICE,
        hours_ahead=2,
        signature="Layla Haddad | ليلى حداد\nGuest Relations\nCorniche Hotel, Alexandria",
    ),
    "giorgos": Correspondent(
        "Γιώργος Παπαδάκης",
        "secretary@nop-piraeus.example",
        hours_ahead=2,
        charset="windows-1253",
        language="el",
        signature="Γιώργος Παπαδάκης\nΝαυτικός Όμιλος Πειραιώς",
        older_mailbox="papadakis.family62@postbox.example",
    ),
    "maelle": Correspondent(
        "Maëlle Lefèvre",
        "maelle@hirondelles.example",
        hours_ahead=1,
        charset="iso-8859-15",
        language="fr",
        signature="Maëlle Lefèvre\nDomaine des Hirondelles, vignerons depuis 1871",
    ),
    "bjorn": Correspondent(
        "Bjørn Ødegård",
        "bjorn.odegard@nordlys-station.example",
        hours_ahead=1,
        charset="iso-8859-1",
        language="nb",
        signature="Bjørn Ødegård\nNordlys Polar Station, 79°N",
    ),
    "fiona": Correspondent(
        "Fiona MacAskill", "fiona@skerrylight.example", _WEB, signature="Skerry Lighthouse Trust"
    ),
    "alasdair": Correspondent(
        "Alasdair Munro",
        "treasurer@skerrylight.example",
        _OFFICE,
        signature="A. Munro, Hon. Treasurer\nSkerry Lighthouse Trust",
    ),
    "hannah": Correspondent(
        "Hannah Weiß",
        "hannah@optik-weiss.example",
        _OFFICE,
        hours_ahead=1,
        charset="windows-1252",
        language="de",
        signature="Hannah Weiß\nOptik Weiß, Wien, seit 1898",
    ),
    "emil": Correspondent(
        "Emil Weiß", "emil@optik-weiss.example", _PHONE, 1, charset="windows-1252", language="de"
    ),
    "olena": Correspondent(
        "Олена Шевчук",
        "o.shevchuk@marine-lyceum.example",
        _WEB,
        hours_ahead=2,
        language="uk",
        signature="Олена Шевчук\nОдеський морський ліцей",
    ),
    "joao": Correspondent("João Guimarães", "joao.guimaraes@postbox.example", _PHONE),
    "dana": Correspondent(
        "Dana Whitfield",
        "dana@whitfield-interiors.example",
        _WEB,
        hours_ahead=-5,
        signature="Dana Whitfield\nWhitfield Interiors, Boston",
    ),
    "widow": Correspondent("Eleanor Pickersgill", "e.pickersgill@postbox.example"),
    "teacher": Correspondent("Joanne Hartley", "j.hartley@airyhill.example", _WEB),
}

TRADE = {
    "glass": Correspondent("R. Thirkell", "r.thirkell@wearside-glass.example"),
    "timber": Correspondent("Will Garbutt", "will@garbutt-timber.example", _PHONE),
    "journalist": Correspondent("Beatriz Salgado", "b.salgado@slow-quarterly.example", _WEB),
    "theatre": Correspondent("Northgate Players", "props@northgate-players.example", _PHONE),
    "broker": Correspondent("Calloway & Finch", "cover@calloway-finch.example", _OFFICE),
    "fair": Correspondent(
        "Messe für Feinmechanik Zürich",
        "stand@feinmechanik-zuerich.example",
        _OFFICE,
        hours_ahead=1,
        charset="windows-1252",
        language="de",
    ),
    "estate": Correspondent("Peter Dring", "peter@dring-coverdale.example", _OFFICE),
    "carrier": Correspondent("Northern Parcel", "tracking@northern-parcel.example"),
}

PRIVATE = {
    "karin": Correspondent("Karin Lindqvist", "karin.lindqvist@postbox.example", _PHONE, 1),
    "frida": Correspondent("Frida", "frida.och.elsa@postbox.example", _PHONE, 1),
    "dentist": Correspondent("Harbour Dental Practice", "desk@harbour-dental.example"),
    "landlord": Correspondent("Margaret Storr", "m.storr@postbox.example"),
    "choir": Correspondent("Harriet Vance", "singers@sunday-singers.example"),
    "physio": Correspondent("Samira Qureshi", "samira@esk-physio.example"),
    "surgery": Correspondent("Esk Valley Surgery", "results@esk-valley-surgery.example"),
    "library": Correspondent("Whitby Library", "desk@whitby-library.example"),
}

EVERYBODY = {**COLLEAGUES, **CUSTOMERS, **TRADE, **PRIVATE}


def address_of(who: str) -> Address:
    """The header address of somebody; `giorgos@old` means the address of earlier years."""
    key, _, variant = who.partition("@")
    correspondent = EVERYBODY[key]
    return correspondent.older_address if variant else correspondent.address


def correspondent_of(who: str) -> Correspondent:
    """Somebody by their name in the script, whichever address they write from."""
    return EVERYBODY[who.partition("@")[0]]
