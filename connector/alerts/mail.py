"""An alert as a mail, over SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

import certifi

from odoo_rma.connector import redact
from odoo_rma.connector.alerts import Alert, NotSent
from odoo_rma.connector.settings_alerts import AlertSettings, MailTls


def send_mail(alert: Alert, settings: AlertSettings, password: str = "") -> None:
    """Send an alert to all addresses of the settings.

    Raises:
        NotSent: the server cannot be reached or takes it for nobody; the message says why, without the password.

    """
    redact.register(password)
    try:
        with _connected(settings) as server:
            if settings.mail_user:
                server.login(settings.mail_user, password)
            refused = server.send_message(_message(alert, settings))
    except (OSError, smtplib.SMTPException) as error:
        where = f"{settings.mail_host}:{settings.mail_port}"
        raise NotSent(
            redact.redact(f"The mail server {where} did not take the alert: {_words(error)}.")
        ) from None
    if refused:
        raise NotSent(f"The mail server refuses {', '.join(sorted(refused))}; the other addresses were told.")


def _message(alert: Alert, settings: AlertSettings) -> EmailMessage:
    sender = settings.mail_from or settings.mail_to[0]
    message = EmailMessage()
    message["Subject"] = f"[odoo-rma] {alert.headline}"
    message["From"] = sender
    message["To"] = ", ".join(settings.mail_to)
    message["Date"] = format_datetime(alert.at)
    message["Message-ID"] = f"<{alert.id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office note comes back
    message.set_content(alert.text)
    return message


def _connected(settings: AlertSettings) -> smtplib.SMTP:
    place, seconds = (settings.mail_host, settings.mail_port), settings.timeout
    if settings.mail_tls is MailTls.TLS:
        return smtplib.SMTP_SSL(*place, timeout=seconds, context=_trust())
    server = smtplib.SMTP(*place, timeout=seconds)
    try:
        if settings.mail_tls is MailTls.STARTTLS:
            server.starttls(context=_trust())
    except BaseException:
        server.close()
        raise
    return server


def _trust() -> ssl.SSLContext:
    # The system's own store first: a company's private authority is installed there.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it refuses {', '.join(sorted(error.recipients))}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error).rstrip(".") or type(error).__name__
