"""A post box on this machine: Odoo sends its mails here, and a test opens them."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from live.books import Tables

from odoo_rma.mappings.seen.message import Mark


@dataclass
class Mail:
    """A mail as it arrived."""

    to: list[str]
    content: EmailMessage

    @property
    def step(self) -> str:
        mark = Mark.parse(str(self.content["Message-Id"]))
        assert mark, self.content["Message-Id"]
        return mark.step.value

    @property
    def subject(self) -> str:
        return str(self.content["Subject"])

    @property
    def html(self) -> str:
        body = self.content.get_body(("html",))
        assert body
        return str(body.get_content())


@dataclass
class PostBox:
    """All mails that came, in order."""

    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        content = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(content, EmailMessage)
        self.mails.append(Mail(list(envelope.rcpt_tos), content))
        return "250 OK"

    def to(self, address: str) -> list[Mail]:
        return [m for m in self.mails if address in m.to]

    def steps_to(self, address: str) -> list[str]:
        return [m.step for m in self.to(address)]


@contextmanager
def post_box(tables: Tables) -> Iterator[PostBox]:
    """Let an Odoo send its mails to a box of ours."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = PostBox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    server = {"name": "box", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_encryption": "none"}
    tables.call("ir.mail_server", "create", [server])
    try:
        yield box
    finally:
        controller.stop()
