"""Pictures drawn here, so that the demo has pictures nobody else owns: traces and dials as PNG."""

import math
import struct
import zlib
from random import Random

_WIDTH, _HEIGHT = 360, 240
_PAPER, _GRID, _INK, _BRASS, _DIAL, _WALL = range(6)
_TRACE_COLOURS = ((250, 246, 236), (214, 196, 170), (84, 46, 140), (176, 141, 70))
_WALLS = (
    (92, 112, 116),
    (142, 96, 78),
    (70, 84, 120),
    (120, 124, 92),
    (58, 62, 70),
    (150, 130, 104),
)


def draw_trace(seed: str) -> bytes:
    """A week on a barograph chart: a violet line on lined paper, as a PNG."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    rows = [_chart_row(y) for y in range(_HEIGHT)]
    height, slope = _HEIGHT / 2, 0.0
    for x in range(14, _WIDTH - 14):
        slope = slope * 0.94 + random.uniform(-0.55, 0.55) - (height - _HEIGHT / 2) * 0.002
        height = min(max(height + slope, 16.0), _HEIGHT - 16.0)
        for y in range(int(height), int(height) + 2):
            rows[y][x] = _INK
    return _png(rows, _palette(seed))


def draw_dial(seed: str) -> bytes:
    """A barometer on a wall: brass ring, pale dial, ticks and a needle, as a PNG."""
    rows = [bytearray([_WALL]) * _WIDTH for _ in range(_HEIGHT)]
    for radius, colour in ((104, _BRASS), (95, _INK), (93, _DIAL)):
        _fill_disc(rows, radius, colour)
    for tick in range(-12, 13):
        _draw_ray(rows, tick / 12 * 2.3, (80, 88), width=2 if tick % 4 == 0 else 1)
    needle = Random(seed).uniform(-1.8, 1.8)  # noqa: S311 - a drawing, not a secret
    _draw_ray(rows, needle, (-22, 74), width=3)
    _fill_disc(rows, 7, _BRASS)
    return _png(rows, _palette(seed))


def _chart_row(y: int) -> bytearray:
    if y % 24 == 0:
        return bytearray([_GRID]) * _WIDTH
    return bytearray(_GRID if x % 30 == 0 else _PAPER for x in range(_WIDTH))


def _fill_disc(rows: list[bytearray], radius: int, colour: int) -> None:
    middle_x, middle_y = _WIDTH // 2, _HEIGHT // 2
    for dy in range(-radius, radius + 1):
        half = int(math.sqrt(radius * radius - dy * dy))
        rows[middle_y + dy][middle_x - half : middle_x + half] = bytes([colour]) * (2 * half)


def _draw_ray(rows: list[bytearray], angle: float, reach: tuple[int, int], width: int) -> None:
    for distance in range(*reach):
        x = round(_WIDTH / 2 + math.sin(angle) * distance)
        y = round(_HEIGHT / 2 - math.cos(angle) * distance)
        for row in rows[y : y + width]:
            row[x : x + width] = bytes([_INK]) * width


def _palette(seed: str) -> bytes:
    wall = Random(seed).choice(_WALLS)  # noqa: S311 - a drawing, not a secret
    colours = (*_TRACE_COLOURS, (252, 250, 243), wall)
    return bytes(value for colour in colours for value in colour)


def _png(rows: list[bytearray], palette: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
