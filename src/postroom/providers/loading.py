"""Reads the catalogue's files, strictly: whatever a file says wrong is an error, with its place.

The dataclasses of `provider` are the schema: a file's keys are their fields, needed unless the
field has a default, and of the field's type. So a new field is written once. Rejected: a JSON
schema beside them, which says all of it a second time.
"""

import json
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType, NoneType, UnionType
from typing import Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from postroom.providers.issuer import Issuer
from postroom.providers.provider import Provider

T = TypeVar("T")


class CatalogueBroken(Exception):
    """A file of the catalogue does not say what it must; the message names file and key."""


@cache
def load_catalogue() -> MappingProxyType[str, Provider]:
    """Return every provider by its id, in the order of their names. Read once, when first asked."""
    folder = files("postroom.providers") / "catalogue"
    read = [parse_provider(file.name, file.read_text("utf-8")) for file in folder.iterdir()]
    ordered = sorted(read, key=lambda provider: provider.name.casefold())
    return MappingProxyType({provider.id: provider for provider in ordered})


@cache
def load_issuers() -> MappingProxyType[str, Issuer]:
    """Return every issuer of access tokens by its id."""
    folder = files("postroom.providers") / "issuers"
    read = [parse_file(Issuer, file.name, file.read_text("utf-8")) for file in folder.iterdir()]
    return MappingProxyType({issuer.id: issuer for issuer in sorted(read, key=lambda i: i.id)})


def parse_provider(file_name: str, text: str) -> Provider:
    """Read one file of the catalogue. Raises CatalogueBroken."""
    return parse_file(Provider, file_name, text)


def parse_file(kind: type[T], file_name: str, text: str) -> T:
    """Read one file, whose name without `.json` is the id. Raises CatalogueBroken."""
    identifier, _, ending = file_name.rpartition(".")
    if ending != "json":
        raise CatalogueBroken(f"{file_name}: the catalogue has .json files only")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise CatalogueBroken(f"{file_name}: {error}") from error
    if not isinstance(values, dict) or "id" in values:
        raise CatalogueBroken(f"{file_name}: must be an object, and its id is the file's name")
    return cast(T, _read(kind, values | {"id": identifier}, file_name))


def _read(kind: object, value: object, place: str) -> object:
    """Return `value` as what the annotation `kind` says."""
    if get_origin(kind) is UnionType:
        kind = next(each for each in get_args(kind) if each is not NoneType)
        return None if value is None else _read(kind, value, place)
    if get_origin(kind) is tuple:
        return _read_list(get_args(kind)[0], value, place)
    if get_origin(kind) is Literal:
        return _read_one_of(get_args(kind), value, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(str(_read_one_of(tuple(kind), value, place)))
    if isinstance(kind, type) and is_dataclass(kind):
        return _read_object(kind, value, place)
    # Not isinstance: for Python, True is a number.
    if type(value) is not kind:
        raise CatalogueBroken(f"{place}: {value!r} is not of type {kind}")
    return value


def _read_list(kind: object, value: object, place: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise CatalogueBroken(f"{place}: must be a list")
    return tuple(_read(kind, each, f"{place}[{index}]") for index, each in enumerate(value))


def _read_one_of(allowed: tuple[object, ...], value: object, place: str) -> object:
    if value not in allowed:
        raise CatalogueBroken(f"{place}: {value!r} is none of {', '.join(map(str, allowed))}")
    return value


def _read_object(kind: type, value: object, place: str) -> object:
    if not isinstance(value, dict):
        raise CatalogueBroken(f"{place}: must be an object")
    hints = get_type_hints(kind)
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if wrong := (needed - value.keys()) | (value.keys() - hints.keys()):
        raise CatalogueBroken(f"{place}: missing or unknown: {', '.join(sorted(wrong))}")
    return kind(**{key: _read(hints[key], each, f"{place}.{key}") for key, each in value.items()})
