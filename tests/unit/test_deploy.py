"""What is ready in deploy/: the commands in it are there, with these options, and what belongs together is the same."""

import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from odoo_rma.cli.main import main
from odoo_rma.connector.settings_store import StoreServer, store_place

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PROGRAM = "/opt/odoo-rma/bin/odoo-rma "
ENTRY = ["--log-format", "json"]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def calls() -> list[list[str]]:
    """Every call of the program in deploy/."""
    found = [
        shlex.split(line.partition(PROGRAM)[2].replace("%i", "9111"))
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    return [*found, [*ENTRY, *compose()["services"]["worker"]["command"]]]


def test_there_is_a_unit_for_a_watch_and_one_for_workers() -> None:
    assert [unit.name for unit in UNITS] == ["odoo-rma-watch.service", "odoo-rma-worker@.service"]


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_what_is_called_is_there(call: list[str]) -> None:
    context = main.make_context("odoo-rma", call)
    name, *arguments = context._protected_args + context.args
    command = main.get_command(context, name)
    assert command
    command.make_context(name, arguments, parent=context)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    # With a program and a user that are on this machine.
    name = unit.name.replace("@.", "@9111.")
    text = unit.read_text("utf-8").replace(PROGRAM, "/bin/true ").replace("User=odoo-rma", "User=daemon")
    (tmp_path / name).write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not [line for line in done.stderr.splitlines() if name in line], done.stderr


def test_the_units_guard_what_the_examples_for_timers_guard() -> None:
    example = (ROOT / "docs" / "examples" / "odoo-rma-sync.service").read_text("utf-8").splitlines()
    guarding = {
        line
        for line in example
        if line.startswith(("Protect", "Private", "NoNew", "Restrict", "Lock", "UMask"))
    }
    for unit in UNITS:
        assert guarding <= set(unit.read_text("utf-8").splitlines()), unit.name


def test_the_compose_file_gives_workers_their_store_and_time_to_end() -> None:
    services = compose()["services"]
    worker, store = services["worker"], services["store"]
    place = store_place(worker["environment"]["ODOO_RMA_RUN__STORE"])
    assert place == StoreServer(f"postgresql://{store['environment']['POSTGRES_USER']}@store/returns")
    assert worker["depends_on"] == {"store": {"condition": "service_healthy"}}
    assert worker["stop_grace_period"] == "10m"
    assert "9109" in " ".join(worker["command"]) and ":9109/health" in worker["healthcheck"]["test"][-1]
    assert "container_name" not in worker  # several of it may run
    assert {v.partition(":")[0] for v in [*worker["volumes"], *store["volumes"]]} - {
        "./odoo-rma.toml"
    } == set(compose()["volumes"])


def test_the_image_begins_with_the_program_and_its_extra() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert f'ENTRYPOINT ["odoo-rma", {", ".join(f"{chr(34)}{word}{chr(34)}" for word in ENTRY)}]' in text
    assert "[postgres]'" in text
    assert "USER odoo-rma" in text
    for folder in ("cli", "connector", "mappings", "sync"):
        assert (ROOT / folder).is_dir()  # what COPY . brings along


def test_no_secret_stands_in_what_is_ready() -> None:
    for path in DEPLOY.iterdir():
        for line in path.read_text("utf-8").splitlines():
            assert "PASSWORD" not in line or line.startswith("#"), (path.name, line)


def test_an_image_is_built_from_what_is_needed_and_neither_settings_nor_secrets_are_among_it() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    admitted = {line.removeprefix("!") for line in lines if line.startswith("!")}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert "**" in lines
    assert admitted == {*wheel["only-include"], "LICENSE", "README.md", "hatch_build.py", "pyproject.toml"}
