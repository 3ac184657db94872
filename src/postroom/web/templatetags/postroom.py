"""Words for templates: icons, dates as people write them, sizes, initials."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

from django import template
from django.template.base import Parser, Token
from django.template.defaultfilters import filesizeformat
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as any_url
from django.urls import get_script_prefix, get_urlconf
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# The pages are in English, whatever the machine speaks; and `strftime` takes ten times as long.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNITS = (("day", 1440), ("hour", 60), ("minute", 1))
ICON = (
    '<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    ' aria-hidden="true" focusable="false">{shapes}'
)


@register.simple_tag
@cache
def icon(name: str, size: int = 18) -> SafeString:
    """An icon that says nothing to screen readers: the words beside it do."""
    shapes = icon_set().read(f"{name}.svg").decode().partition(">")[2]
    drawing = ICON.format(size=size, shapes=" ".join(shapes.split()).replace("> <", "><"))
    return mark_safe(drawing)  # noqa: S308 - our own constant names, drawn by the icon set


@cache
def icon_set() -> ZipFile:
    """All of Lucide, opened once a process: the list of its 1,745 icons takes long to read."""
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))


class FixedAddress(template.Node):
    """The address of a page that has but one: looked up once, and not forty times a page."""

    def __init__(self, node: URLNode) -> None:
        self.node = node
        self.known: dict[object, str] = {}

    def render(self, context: template.Context) -> str:
        """It is the same as long as the site's addresses are."""
        of_site = get_urlconf(), get_script_prefix(), context.autoescape
        if of_site not in self.known:
            self.known[of_site] = self.node.render(context)
        return self.known[of_site]


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """Django's own `{% url %}`."""
    node = any_url(parser, token)
    name = node.view_name
    says_more = node.args or node.kwargs or node.asvar or name.filters
    return node if says_more or not isinstance(name.var, str) else FixedAddress(node)


@register.simple_tag
def when(moment: datetime, now: datetime | None = None) -> SafeString:
    """A `<time>` that reads like a person's note and tells the whole when pointed at."""
    zone = timezone.get_current_timezone()
    local = moment.astimezone(zone)
    return time_tag(local, short_date(local, (now or timezone.now()).astimezone(zone)))


@register.simple_tag
def waited(moment: datetime, now: datetime | None = None) -> SafeString:
    """A `<time>` that says how long ago it was, and the whole when pointed at."""
    return time_tag(timezone.localtime(moment), how_long((now or timezone.now()) - moment))


def time_tag(local: datetime, words: str) -> SafeString:
    """What is written here has nothing to escape, and a list has many of them."""
    moment, whole = local.isoformat(timespec="seconds"), full_date(local)
    return mark_safe(f'<time datetime="{moment}" title="{whole}">{words}</time>')  # noqa: S308


def how_long(time: timedelta) -> str:
    """Whole days, or hours of one day, or minutes of one hour."""
    minutes = max(int(time.total_seconds() // 60), 1)
    unit, length = next(each for each in UNITS if minutes >= each[1])
    number = minutes // length
    return f"{number} {unit}{'' if number == 1 else 's'}"


@register.simple_tag
def when_exactly(moment: datetime) -> SafeString:
    """A `<time>` in full."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), full_date(local)
    )


def short_date(moment: datetime, now: datetime) -> str:
    """`10:42` today, `Yesterday`, `12 Mar` this year, else `3 Nov 2025`; both in one zone."""
    days_ago = now.toordinal() - moment.toordinal()
    if days_ago == 0:
        return f"{moment.hour:02}:{moment.minute:02}"
    if days_ago == 1:
        return "Yesterday"
    day = f"{moment.day} {MONTHS[moment.month - 1][:3]}"
    return day if moment.year == now.year else f"{day} {moment.year:04}"


def full_date(moment: datetime) -> str:
    """`Thursday 12 March 2026, 10:42`."""
    day, month = DAYS[moment.weekday()], MONTHS[moment.month - 1]
    time = f"{moment.hour:02}:{moment.minute:02}"
    return f"{day} {moment.day} {month} {moment.year:04}, {time}"


@register.filter
def size(count: int) -> str:
    """A file's size as people say it."""
    return filesizeformat(count)


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper() or "?"


@register.filter
def duration(seconds: float) -> str:
    """Time left, roughly: `about 20 seconds`, `about 3 minutes`, `about 2 hours`."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return f"about {round(seconds / length)} {unit}s"
    if seconds >= 55:
        return "about a minute"
    return "a few seconds" if seconds < 8 else f"about {round(seconds / 5) * 5} seconds"


@register.filter
def dotted(part: tuple[int, ...]) -> str:
    """An attachment's place in its message, as URLs write it."""
    return ".".join(map(str, part))


@register.filter
def file_kind(media_type: str) -> str:
    """A media type in a word or two."""
    kind, _, subtype = media_type.partition("/")
    return KINDS.get(media_type) or KINDS.get(kind) or subtype


KINDS = {
    "application/pdf": "PDF",
    "application/zip": "ZIP archive",
    "application/octet-stream": "file",
    "application/msword": "Word document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.ms-excel": "spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "spreadsheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "presentation",
    "text/calendar": "invitation",
    "text/csv": "CSV table",
    "text/html": "web page",
    "message/rfc822": "email",
    "image": "image",
    "text": "text",
    "audio": "sound",
    "video": "video",
}


@register.filter
def grouped(number: float) -> str:
    """A whole number with its thousands apart."""
    return f"{round(number):,}"


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    """An amount with its thousands apart, and cents where there are any."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f} {currency}" if whole else f"{amount:,.2f} {currency}"


@register.filter
def soft(address: str) -> SafeString:
    """An address that may go on in a new line after its @."""
    local, at, domain = address.rpartition("@")
    return format_html("{}{}<wbr>{}", local, at, domain)
