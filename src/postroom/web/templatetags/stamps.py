"""The mark of a mail service: a postage stamp with its letters, drawn here and in one style."""

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SIDE, TEETH = 40, 6
_TOOTH = SIDE / TEETH
_RADIUS = _TOOTH * 0.3
_GAP = (_TOOTH - 2 * _RADIUS) / 2


@register.simple_tag
@cache
def stamp(letters: str, size: int = 40) -> SafeString:
    """A perforated stamp; it says nothing to screen readers, the name beside it does."""
    return format_html(
        '<svg class="service-stamp" width="{0}" height="{0}" viewBox="0 0 40 40"'
        ' aria-hidden="true" focusable="false"><path d="{1}"/>'
        '<text x="20" y="20" dy=".36em" text-anchor="middle" font-size="{2}">{3}</text></svg>',
        size,
        outline(),
        18 if len(letters) < 2 else 13,
        letters,
    )


@cache
def outline() -> str:
    """Four sides, each of teeth with a half circle bitten out between them."""
    sides = ((1, 0), (0, 1), (-1, 0), (0, -1))
    return "M0 0" + "".join(side(x, y) for x, y in sides) + "z"


def side(x: int, y: int) -> str:
    """One side, walked in direction (x, y)."""

    def step(length: float) -> str:
        return f"{x * length:.3g} {y * length:.3g}"

    tooth = f"l{step(_GAP)}a{_RADIUS:.3g} {_RADIUS:.3g} 0 0 0 {step(2 * _RADIUS)}l{step(_GAP)}"
    return tooth * TEETH
