"""What every part of the snapshot is."""


class Seen:
    """One part of what Odoo holds: records by id, in tables of their own."""

    __slots__ = ()
