"""The cache folder: one place, atomic, shared safely, and steps that fail in words."""

import threading
from pathlib import Path

import pytest

from odoo_rma.sandbox import HostUnfit, SandboxError, StepFailed
from odoo_rma.sandbox.folders import Cache, default_name
from odoo_rma.sandbox.steps import run_step, telling_lines


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ODOO_RMA_CACHE", str(tmp_path / "here"))
    assert Cache.usual().root == tmp_path / "here"
    monkeypatch.delenv("ODOO_RMA_CACHE")
    assert Cache.usual().root.name == "odoo-rma"


def test_a_checkout_has_a_name_of_its_own_that_stays() -> None:
    assert default_name() == default_name()
    assert len(default_name()) == 8


def test_what_is_built_appears_whole_or_not_at_all(cache: Cache) -> None:
    target = cache.root / "thing"
    with pytest.raises(RuntimeError), cache.built_whole(target) as building:
        (building / "half").touch()
        raise RuntimeError
    assert list(cache.root.iterdir()) == []
    with cache.built_whole(target) as building:
        (building / "whole").touch()
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_what_a_killed_process_left_is_cleared(cache: Cache) -> None:
    left = cache.root / ".thing.abcdefgh"
    left.mkdir(parents=True)
    with cache.built_whole(cache.root / "thing"):
        assert not left.exists()


def test_a_lock_that_is_held_is_waited_for_and_said(cache: Cache) -> None:
    said: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with cache.lock("thing"):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)

    def report(message: str, _fraction: float | None) -> None:
        said.append(message)
        leave.set()

    with cache.lock("thing", report):
        pass
    holder.join()
    assert said == ["Waiting for another process that works on thing"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SandboxError, match=r"cannot be written.*ODOO_RMA_CACHE"),
        Cache(tmp_path / "file").lock("x"),
    ):
        pass


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="too long"):
        Cache(tmp_path / ("long" * 30)).socket_folder(tmp_path)


def test_a_step_logs_and_returns_what_was_printed(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "step.log"
    seen: list[str] = []
    printed = run_step(
        "greet",
        ["sh", "-c", "cat; echo $WHO"],
        log,
        environment={"WHO": "you"},
        stdin="hello\n",
        line_seen=seen.append,
    )
    assert printed == "hello\nyou"
    assert seen == ["hello", "you"]
    assert log.read_text() == "\n### greet\nhello\nyou\n"


def test_a_failed_step_says_which_why_and_where_the_log_is(tmp_path: Path) -> None:
    log = tmp_path / "step.log"
    script = "echo ERROR: no room left; for n in $(seq 50); do echo line $n; done; exit 3"
    with pytest.raises(StepFailed) as failed:
        run_step("fill the cup", ["sh", "-c", script], log)
    assert failed.value.step == "fill the cup"
    assert "no room left" in failed.value.reason
    assert "line 50" in failed.value.reason
    assert "line 20" not in failed.value.reason
    assert str(log) in str(failed.value)


def test_a_silent_failure_still_says_something(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="ended with code 7"):
        run_step("fail", ["sh", "-c", "exit 7"], tmp_path / "log")


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostUnfit, match="no-such-program"):
        run_step("do it", ["no-such-program"], tmp_path / "log")


def test_an_interrupted_step_leaves_no_process(tmp_path: Path) -> None:
    def stop(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_step("wait", ["sh", "-c", "echo go; exec sleep 60"], tmp_path / "log", line_seen=stop)


def test_telling_lines_keep_their_order() -> None:
    lines = ["error: first", *[f"noise {n}" for n in range(30)], "fatal: last"]
    told = telling_lines(lines).splitlines()
    assert told[0] == "error: first"
    assert told[-1] == "fatal: last"
