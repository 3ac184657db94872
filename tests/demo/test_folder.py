"""A demo takes no folder that is not its own: not to start in, not to forget."""

from pathlib import Path

import pytest

from postroom.cli.demo.folder import MARKER, DemoFolder, DemoIsRunning, DemoState, NotADemoFolder


def test_it_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    treasure = tmp_path / "secret.key"
    treasure.write_text("the only copy")
    for attempt in (DemoFolder(tmp_path).make, DemoFolder(tmp_path).forget):
        with pytest.raises(NotADemoFolder, match="is not a demo folder"):
            attempt()
    assert treasure.read_text() == "the only copy"


def test_it_forgets_a_folder_that_is_a_demo(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("of a demo")
    (tmp_path / MARKER).touch()
    assert DemoFolder(tmp_path).forget()
    assert not tmp_path.exists()


def test_forgetting_what_is_not_there_is_no_failure(tmp_path: Path) -> None:
    assert not DemoFolder(tmp_path / "never").forget()


def test_a_folder_is_one_process_own_while_it_runs(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    folder.make()
    with folder.claimed():
        with pytest.raises(DemoIsRunning), DemoFolder(folder.path).claimed():
            pass
        with pytest.raises(DemoIsRunning):
            folder.forget()
    assert folder.forget()


def test_it_remembers_from_one_start_to_the_next(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    folder.make()
    with folder.claimed():
        assert folder.find_state() is None
        folder.remember(DemoState("2026-05-14T10:30:00+00:00", 8143))
    assert folder.find_state() == DemoState("2026-05-14T10:30:00+00:00", 8143, is_staged=False)
