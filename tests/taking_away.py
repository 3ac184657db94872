"""Take a condition out of the code, for a test that is to miss it."""

import inspect
from types import FunctionType, ModuleType

import pytest

from postroom.team import written_once


def take_away(
    module: ModuleType, there: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module's functions as if this had never stood there; whoever imported them has these."""
    source = inspect.getsource(module)
    assert source.count(there) == 1, there
    monkeypatch.setattr(written_once, "is_kept", False)
    changed: dict[str, object] = {"__name__": module.__name__}
    exec(compile(source.replace(there, instead), str(module.__file__), "exec"), changed)
    for name, found in changed.items():
        function = inspect.unwrap(found) if callable(found) else found
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            ours = inspect.unwrap(getattr(module, name))
            monkeypatch.setattr(ours, "__code__", function.__code__)
