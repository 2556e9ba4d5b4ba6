"""The table of the settings that says whom a scheduled run tells when something is amiss."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from odoo_rma.connector.address import checked_address, is_here
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings_part import Part

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,<>]+@[^@\s,<>]+$")]


class MailTls(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class AlertSettings(Part):
    """`[alerts]`: who is told when `sync --alert` or `reconcile --alert` finds something."""

    mail_to: tuple[Address, ...] = Field((), description="Mail addresses that are told; none when left out.")
    mail_from: Address | None = Field(
        None, description="Sender's address; the first of `mail_to` when left out."
    )
    mail_host: str = Field("localhost", description="The mail server (SMTP).")
    mail_port: Annotated[int, Field(gt=0, lt=65536)] = Field(587, description="Its port.")
    mail_tls: MailTls = Field(
        MailTls.STARTTLS, description="starttls, tls (from the first byte, mostly port 465), or none."
    )
    mail_user: str | None = Field(
        None, description="Login at the mail server; its password comes from `ODOO_RMA_MAIL_PASSWORD`."
    )
    webhook_url: str | None = Field(
        None,
        description="Address that gets a POST with JSON, signed with `ODOO_RMA_WEBHOOK_SECRET` where there is one.",
    )
    allow_http: bool = Field(
        False, description="Permit a plain http webhook to another machine than this one."
    )
    timeout: float = Field(20.0, gt=0, description="Seconds that an alert may take.")

    @property
    def any(self) -> bool:
        """Tell that somebody is to be told."""
        return bool(self.mail_to or self.webhook_url)

    @field_validator("webhook_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("should be a web address that starts with https://")
        return value

    @model_validator(mode="after")
    def _protected(self) -> Self:
        if self.mail_user and self.mail_tls is MailTls.NONE and not is_here(self.mail_host):
            raise ValueError(
                'mail_tls = "none" would send the password of mail_user unprotected: use starttls or tls, or leave out '
                "mail_user"
            )
        if self.webhook_url:
            try:
                self.webhook()
            except BadSettings as error:
                raise ValueError(str(error).rstrip(".")) from None
        return self

    def webhook(self) -> str:
        """Give the checked address of the webhook.

        Raises:
            BadSettings: it is none, or plain http to another machine.

        """
        return checked_address(
            self.webhook_url or "",
            setting="alerts.webhook_url",
            allow_http=self.allow_http,
            gives_away="alert",
            path=True,
        )
