"""Tells people when the state of things has changed: findings, failures, and that all is well again. Once each.

What was told last is remembered in the store, for each run and each way of telling; a way that failed is tried again
by the next run. Nothing here can make a run fail.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from odoo_rma.connector.alerts import Alert
from odoo_rma.connector.alerts.mail import send_mail
from odoo_rma.connector.alerts.webhook import post
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.redact import redact
from odoo_rma.connector.settings import Settings, StorePlace
from odoo_rma.sync.alert.state import State, digest
from odoo_rma.sync.store import Store


def tell(settings: Settings, what: str, state: State, now: datetime) -> list[str]:
    """Tell everybody who does not know yet. Gives notes on what went wrong with that.

    Args:
        settings: who is told, and where the store is.
        what: names the run, such as `sync`; different scopes have different names.
        state: how it ended.
        now: the time.

    """
    return [note for way in _ways(settings, now) for note in _tell(settings.run.store, way, what, state, now)]


@dataclass(frozen=True, slots=True)
class _Way:
    name: str
    send: Callable[[Alert], None]


def _ways(settings: Settings, now: datetime) -> Iterator[_Way]:
    alerts, secrets = settings.alerts, settings.secrets
    if alerts.mail_to:
        yield _Way("mail", lambda alert: send_mail(alert, alerts, secrets.mail))
    if alerts.webhook_url:
        yield _Way("webhook", lambda alert: post(alert, alerts, secrets.webhook, now))


def _tell(place: StorePlace, way: _Way, what: str, state: State, now: datetime) -> list[str]:
    notes: list[str] = []
    last, at = "", ""
    with _forgiving(notes), Store.open(place) as store:
        last, at = store.alerted(way.name, what)
    if last == state.mark:
        return notes
    if failed := _send(way, _alert(what, state, now, at)):
        return [*notes, failed]
    with _forgiving(notes), Store.open(place) as store:
        store.remember_alert(way.name, what, state.mark, now)
    return notes[:1]


@contextmanager
def _forgiving(notes: list[str]) -> Iterator[None]:
    """Without the store nobody can say what was told before: rather once too often than not at all."""
    try:
        yield
    except RmaError as error:
        notes.append(f"Alerts cannot be remembered. {redact(str(error))}")


def _send(way: _Way, alert: Alert) -> str:
    """Send it; gives what went wrong, in words."""
    try:
        way.send(alert)
    except RmaError as error:
        return f"The alert by {way.name} was not sent. {redact(str(error))}"
    except Exception as error:  # noqa: BLE001 (a library's surprise is no reason to lose the run)
        return f"The alert by {way.name} was not sent ({type(error).__name__})."
    return ""


def _alert(what: str, state: State, now: datetime, before: str) -> Alert:
    # Tried again it is the same alert; the same state at another time is another one.
    id_ = f"msg_{digest([what, state.mark, before])[:32]}"
    shown = (state.status, state.headline, state.server, dict(state.counts), state.worst, state.to_do)
    return Alert(id_, now, what, *shown)
