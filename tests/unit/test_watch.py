"""A run every minute, for months: it survives what passes, ends by itself over what does not, and says how it goes."""

import json
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from odoo_rma.connector.errors import BadSettings, LoginRefused, NoServer, RmaError
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit, RunReport
from odoo_rma.sync.watch import LONGEST_PAUSE, Health, asked_to_stop, watch

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Pauses(Event):
    """Stops after some pauses, and remembers how long they were to be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.taken: list[timedelta] = []
        self._most = most

    def wait(self, timeout: float | None = None) -> bool:
        self.taken.append(timedelta(seconds=timeout or 0))
        if len(self.taken) == self._most:
            self.set()
        return self.is_set()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "health.json"


def health(file: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(file.read_text())
    return said


def ending(*how: RmaError | None) -> Callable[[], RunReport]:
    """Runs that end one after the other as said; the last one for ever."""
    left = list(how)

    def run() -> RunReport:
        error = left.pop(0) if len(left) > 1 else left[0]
        if error:
            raise error
        return RunReport(NOON, finished=NOON)

    return run


def play(
    file: Path, run: Callable[[], RunReport], pauses: int = 3
) -> tuple[Exit, list[timedelta], list[Any]]:
    stop, told = Pauses(pauses), []
    code = watch(run, every=MINUTE, health=Health(file), stop=stop, told=told.append, clock=lambda: NOON)
    return code, stop.taken, told


def test_it_runs_every_minute_until_it_is_asked_to_stop(file: Path) -> None:
    code, pauses, told = play(file, ending(None))
    assert (code, pauses, len(told)) == (Exit.DONE, [MINUTE] * 3, 3)
    said = health(file)
    assert (said["state"], said["last_run"]["exit_code"], said["next_run"]) == ("stopped", 0, None)


def test_a_server_that_is_away_is_tried_again_after_longer_and_longer_pauses(file: Path) -> None:
    _, pauses, _ = play(file, ending(NoServer()), pauses=8)
    assert pauses[:3] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert max(pauses) == LONGEST_PAUSE
    assert (health(file)["healthy"], health(file)["failures"]) == (False, 8)


def test_once_it_is_back_the_pause_is_as_before(file: Path) -> None:
    _, pauses, _ = play(file, ending(NoServer(), None))
    assert pauses == [2 * MINUTE, MINUTE, MINUTE]
    assert (health(file)["failures"], health(file)["error"]) == (0, "")


@pytest.mark.parametrize("error", [LoginRefused("Wrong password."), BadSettings("No url.")])
def test_what_does_not_mend_by_itself_ends_the_watch(file: Path, error: RmaError) -> None:
    code, pauses, told = play(file, ending(error))
    assert (code, pauses, told) == (Exit.FAILED, [], [error])
    assert (health(file)["state"], health(file)["error"]) == ("failed", str(error))


def test_a_shop_that_is_away_shows_in_the_file_and_the_others_do_not_wait_for_it(file: Path) -> None:
    seen = []

    def run() -> RunReport:
        seen.append(health(file)["error"])
        return RunReport(NOON, finished=NOON, away={"web": "Nobody answers."})

    _, pauses, _ = play(file, run)
    assert pauses == [MINUTE] * 3
    assert seen[1:] == ["web could not be read: Nobody answers."] * 2
    assert health(file)["failures"] == 3


def test_another_run_at_work_is_waited_for_with_the_usual_pause(file: Path) -> None:
    _, pauses, _ = play(file, ending(Locked(), Locked(), Locked(), None), pauses=4)
    assert pauses == [MINUTE] * 4


@pytest.mark.parametrize(
    ("end", "state", "said"),
    [(KeyboardInterrupt(), "stopped", ""), (KeyError("odd"), "failed", "'odd'")],
    ids=["Ctrl-C a second time", "a mistake of ours"],
)
def test_whatever_ends_it_the_file_no_longer_says_that_all_is_well(
    file: Path, end: BaseException, state: str, said: str
) -> None:
    def run() -> RunReport:
        assert health(file)["healthy"]
        raise end

    with pytest.raises(type(end)):
        play(file, run)
    assert (health(file)["state"], health(file)["healthy"], health(file)["error"]) == (state, False, said)


def test_two_watches_with_one_health_file_do_not_end_each_other(file: Path) -> None:
    one, other = Health(file, pid=1), Health(file, pid=2)
    real = Path.replace

    def meanwhile(fresh: Path, target: Path) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "replace", real)
            other.write("waiting", NOON)
            return real(fresh, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", meanwhile)
        one.write("running", NOON)
    assert health(file)["pid"] == 1


def test_while_it_waits_the_file_says_when_it_goes_on(file: Path) -> None:
    seen = []

    class Looking(Pauses):
        def wait(self, timeout: float | None = None) -> bool:
            seen.append(health(file))
            return super().wait(timeout)

    watch(
        ending(None),
        every=MINUTE,
        health=Health(file),
        stop=Looking(1),
        told=lambda _: None,
        clock=lambda: NOON,
    )
    assert (seen[0]["state"], seen[0]["healthy"]) == ("waiting", True)
    assert seen[0]["next_run"] == "2026-11-24T12:01:00+00:00"


def test_a_health_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="health file"):
        play(tmp_path / "missing" / "health.json", ending(None))


def test_a_health_file_that_cannot_be_written_any_more_is_told_and_the_work_goes_on(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def run() -> RunReport:
        if file.is_file():
            file.unlink()
            file.mkdir()
        return RunReport(NOON, finished=NOON)

    code, pauses, _ = play(file, run)
    assert (code, len(pauses)) == (Exit.DONE, 3)
    assert f"The health file {file} cannot be written" in caplog.text


def test_a_long_run_shows_that_it_is_alive_every_few_seconds(file: Path) -> None:
    said = Health(file)
    said.write("running", NOON)
    for seconds in (1, 6, 8):
        said.beat(NOON + timedelta(seconds=seconds))
    assert (health(file)["state"], health(file)["at"]) == ("running", "2026-11-24T12:00:06+00:00")


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_the_second_counts_as_always(kind: signal.Signals) -> None:
    before = signal.getsignal(kind)
    with asked_to_stop() as stop:
        os.kill(os.getpid(), kind)
        assert stop.wait(5)
        assert signal.getsignal(kind) is before
    assert signal.getsignal(kind) is before
