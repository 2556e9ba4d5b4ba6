"""How many returns are carried out at once: as many as Odoo manages in good time, and no more than the settings say."""

CAUTION = 8
"""After it was too much, so many parts in a row must be quick before more is tried."""


class Pace:
    """Halves when a reply was lost or a part took longer than one call may; goes back up when all is quick again."""

    def __init__(self, most: int, timeout: float) -> None:
        """Begin with as many as are allowed; `timeout` is how long one call may take, in seconds."""
        self.size = self._most = most
        self._timeout = timeout
        self._caution = 0

    def note(self, count: int, seconds: float, *, lost: bool) -> None:
        """Take down how long so many took, and whether Odoo left open what became of some of them."""
        if lost or seconds > self._timeout:
            self.size = max(1, min(self.size, count) // 2)
            self._caution = CAUTION
        elif seconds < self._timeout / 4:
            self._caution -= 1
            if self._caution < 0:
                self.size = min(self._most, self.size * 2)
