"""Three ways to an Odoo: the user's own server is never touched, Docker is driven by Compose."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from odoo_rma.sandbox import NamedServer, NotOurServer, Sandbox, SandboxError, docker
from odoo_rma.sandbox.docker import DockerOdoo, engine_answers
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.packaged import PackagedOdoo

DOCKER = """#!/bin/sh
echo "$@" >> {folder}/calls
case "$*" in
  info|"compose version") exit {engine} ;;
  *" ps "*) cat {folder}/running 2>/dev/null ;;
  *" up --detach odoo") echo odoo > {folder}/running ;;
  *" down"*) rm -f {folder}/running ;;
  *" psql "*) read -r statement; echo "SQL $statement" >> {folder}/calls
     case "$statement" in
       *"SELECT datname"*) cat {folder}/databases 2>/dev/null ;;
       *RENAME*) echo clean_shop >> {folder}/databases ;;
       *"CREATE DATABASE"*) echo shop >> {folder}/databases ;;
     esac ;;
  *shell*) cat > {folder}/script; echo 'SEED 3/4 orders'
     echo '{{"login": "admin", "password": "admin", "api_key": "k", "version": "19.0"}}' > $ODOO_OUTPUT/credentials.json ;;
esac
exit 0
"""


def odoo_says(server: HTTPServer, *, uid: int | bool = 2, error: str | None = None) -> None:
    def answer(request: Request) -> Response:
        method = request.get_json()["params"]["method"]
        result: Any = {"server_serie": "18.0"} if method == "version" else uid
        body: dict[str, Any] = {"result": result}
        if error and method == "login":
            body = {"error": {"data": {"message": error}}}
        return Response(json.dumps(body))

    server.expect_request("/jsonrpc").respond_with_handler(answer)


@pytest.fixture
def named(httpserver: HTTPServer) -> NamedServer:
    return NamedServer(httpserver.url_for("").rstrip("/"), "live", "me", "secret")


def test_a_named_server_is_described(named: NamedServer, httpserver: HTTPServer) -> None:
    odoo_says(httpserver)
    env = Sandbox(server=named).up()
    assert (env.url, env.database, env.login, env.version) == (named.url, "live", "me", "18.0")
    assert named.status().way == "named"


def test_a_server_that_only_has_json2_is_described_too(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/version").respond_with_json({"version_info": [20, 0, 0, "final", 0, ""]})
    headers = {"Authorization": "bearer key", "X-Odoo-Database": "live"}
    allowed = httpserver.expect_request("/json/2/res.users/context_get", headers=headers)
    allowed.respond_with_json({"lang": "en_US"})
    env = NamedServer(httpserver.url_for("").rstrip("/"), "live", "me", "secret", "key").up()
    assert (env.version, env.api_key) == ("20.0", "key")


def test_a_named_server_is_never_changed(named: NamedServer, httpserver: HTTPServer) -> None:
    sandbox = Sandbox(server=named)
    for change in (
        sandbox.reset,
        sandbox.down,
        lambda: sandbox.down(purge=True),
        lambda: sandbox.drop("live"),
    ):
        with pytest.raises(NotOurServer, match="your own server"):
            change()
    assert httpserver.log == []


def test_wrong_credentials_are_said(named: NamedServer, httpserver: HTTPServer) -> None:
    odoo_says(httpserver, uid=False)
    with pytest.raises(SandboxError, match="does not let me into the database live"):
        named.up()


def test_a_refusal_is_passed_on(named: NamedServer, httpserver: HTTPServer) -> None:
    odoo_says(httpserver, error='FATAL: database "live" does not exist\n')
    with pytest.raises(SandboxError, match="does not exist"):
        named.up()


def test_something_else_than_an_odoo_is_said(named: NamedServer, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/jsonrpc").respond_with_data("<html>")
    with pytest.raises(SandboxError, match="not an Odoo"):
        named.up()


def test_nobody_there_is_said() -> None:
    gone = NamedServer("http://127.0.0.1:9", "live", "me", "secret")
    with pytest.raises(SandboxError, match="No Odoo answers"):
        gone.up()
    assert not gone.status().running


def test_a_server_is_named_by_options_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SANDBOX_URL", "SANDBOX_DATABASE", "SANDBOX_LOGIN", "PASSWORD", "API_KEY"):
        monkeypatch.delenv(f"ODOO_RMA_{name}", raising=False)
    assert NamedServer.given(None, "shop", None) is None
    with pytest.raises(SandboxError, match="login and password"):
        NamedServer.given("http://x", "shop", None)
    monkeypatch.setenv("ODOO_RMA_SANDBOX_URL", "http://y/")
    monkeypatch.setenv("ODOO_RMA_SANDBOX_DATABASE", "d")
    monkeypatch.setenv("ODOO_RMA_SANDBOX_LOGIN", "l")
    monkeypatch.setenv("ODOO_RMA_PASSWORD", "p")
    assert NamedServer.given(None, None, None) == NamedServer("http://y", "d", "l", "p")


class Engine:
    """A `docker` that only pretends."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, engine: int = 0) -> None:
        self.folder = folder
        (folder / "bin").mkdir(exist_ok=True)
        program = folder / "bin/docker"
        program.write_text(DOCKER.format(folder=folder, engine=engine))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")
        monkeypatch.setattr(docker, "answers", lambda _url: True)

    @property
    def calls(self) -> str:
        return (self.folder / "calls").read_text()


def test_an_engine_is_asked_whether_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Engine(tmp_path, monkeypatch)
    assert engine_answers()
    Engine(tmp_path, monkeypatch, engine=1)
    assert not engine_answers()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not engine_answers()


def test_containers_are_seeded_once_and_reset_by_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(tmp_path, monkeypatch)
    sandbox = DockerOdoo(19, "t", Cache(tmp_path / "cache"))
    said: list[str] = []
    env = sandbox.up(lambda message, _fraction: said.append(message))
    assert env.api_key == "k"
    assert "Seeding the shop: orders" in said
    assert "/mnt/seed" in (tmp_path / "script").read_text()
    assert "SQL ALTER DATABASE clean_shop WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;" in engine.calls
    assert 'SQL CREATE DATABASE "shop" TEMPLATE clean_shop' in engine.calls
    before = engine.calls.count("shell")
    assert sandbox.up() == env
    assert engine.calls.count("shell") == before
    assert sandbox.status().databases == ("clean_shop", "shop")
    assert sandbox.down(purge=True)
    assert "down --volumes" in engine.calls
    assert not sandbox.folder.exists()


@pytest.mark.parametrize("name", ['x"; DROP', "a/b", "clean_shop", ""])
def test_a_database_name_must_be_plain(name: str) -> None:
    with pytest.raises(SandboxError, match="cannot be a sandbox's database"):
        docker._plain(name)


def test_docker_comes_first_unless_packages_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ODOO_RMA_SANDBOX_WAY", raising=False)
    Engine(tmp_path, monkeypatch)
    assert isinstance(Sandbox(19, "a", tmp_path / "c").way, DockerOdoo)
    (tmp_path / "c/instances/a-19").mkdir(parents=True)
    assert isinstance(Sandbox(19, "a", tmp_path / "c").way, PackagedOdoo)
    monkeypatch.setenv("ODOO_RMA_SANDBOX_WAY", "docker")
    assert isinstance(Sandbox(19, "a", tmp_path / "c").way, DockerOdoo)
    monkeypatch.setenv("ODOO_RMA_SANDBOX_WAY", "podman")
    with pytest.raises(SandboxError, match="docker or packages"):
        Sandbox(19, "a", tmp_path / "c")


def test_packages_where_no_engine_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ODOO_RMA_SANDBOX_WAY", raising=False)
    Engine(tmp_path, monkeypatch, engine=1)
    assert isinstance(Sandbox(14, "a", tmp_path / "c").way, PackagedOdoo)
