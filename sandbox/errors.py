"""What can go wrong while a sandbox is set up, said so that a person can act on it.

SandboxError
├── StepFailed       a step ended badly: which, why, and where the log is
├── HostUnfit        this machine lacks something: what to install
└── NotOurServer     the user's own server: it is described, never changed
"""

from __future__ import annotations

from pathlib import Path


class SandboxError(Exception):
    """The sandbox could not do what was asked; the message says what to do about it."""


class HostUnfit(SandboxError):
    """Something the sandbox needs is missing on this machine; the message names it."""


class NotOurServer(SandboxError):
    """A server the user named is only checked and described: it is never seeded, reset or stopped."""


class StepFailed(SandboxError):
    """One step of the set-up failed.

    Attributes:
        step: what was being done, in words.
        reason: the last lines that tell why.
        log: the file with everything that was printed, if there is one.
    """

    def __init__(self, step: str, reason: str, log: Path | None = None) -> None:
        self.step, self.reason, self.log = step, reason.strip(), log
        where = f"\nFull log: {log}" if log else ""
        super().__init__(f"This step failed: {step}\n{self.reason}{where}")
