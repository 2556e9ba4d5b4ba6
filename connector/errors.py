"""Every error of the two edges, grouped by what the caller must do next. The docstring is the message.

RmaError
├── Stop                  nothing more can be done in this run
│   ├── BadSettings           settings or secrets are missing or wrong
│   ├── LoginRefused          wrong login, password, key or database
│   ├── NoServer              nobody answers there
│   ├── MissingFeature        a module or a version is missing
│   └── StoreFailed           our own store cannot be read or written
├── Unreachable           certain that nothing ran: try again
├── Unknown               nobody knows whether it ran: look first
└── Refused               Odoo said no, in words: quarantine
    ├── AccessRefused         the user has no right to it: stop
    ├── NotOffered            this Odoo has no such model or method
    └── Busy                  Odoo gave up on competing writers: nothing ran, try again
"""


class RmaError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class Stop(RmaError):
    """The run cannot go on."""


class BadSettings(Stop):
    """The settings are missing or wrong. Run `odoo-rma init`, or read docs/settings.md."""


class LoginRefused(Stop):
    """Odoo refuses the login. Check the database, the login and the password or API key."""


class NoServer(Stop):
    """Nobody answers at this address. Check the url, the network and that Odoo runs."""


class MissingFeature(Stop):
    """This Odoo lacks something that is needed."""


class StoreFailed(Stop):
    """The local store cannot be read or written. Nothing more was sent to Odoo."""


class Unreachable(RmaError):
    """The request did not reach Odoo; nothing was done there."""

    status: int | None = None
    """The HTTP status, where somebody answered."""
    retry_after: float | None = None
    """Seconds to wait, where whoever answered said so."""


class Unknown(RmaError):
    """The request was sent, but no readable answer came back; it may or may not have been carried out."""

    status: int | None = None
    """The HTTP status, where somebody answered."""
    retry_after: float | None = None
    """Seconds to wait, where whoever answered said so."""


class Refused(RmaError):
    """Odoo refused, and rolled back."""

    def __init__(self, message: str = "", *, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row
        """Which row of a `load` was the first bad one, counted from 0, where Odoo says so."""


class AccessRefused(Refused):
    """The Odoo user has no right to do this."""


class NotOffered(Refused):
    """This Odoo has no such model or method."""


class Busy(Refused):
    """Odoo gave up because others write to the same records; nothing was changed."""
