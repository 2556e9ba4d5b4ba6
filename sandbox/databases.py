"""The databases of a sandbox, and what Odoo must be told when one is replaced behind its back."""

from __future__ import annotations

import time

TEMPLATE = "clean_shop"
"""The seeded original; nobody connects to it, every other database is a copy of it."""

SHOP = "shop"
"""The database that is there when nobody asked for another."""


def forget_caches() -> str:
    """SQL, for a fresh copy, that makes every Odoo process forget an earlier database of the same name.

    Odoo compares a counter in the database with the one it saw last, to notice changes made by others. A copy
    of the template has the template's counter again, so a process would take the new database for the old one
    and answer from its caches. A counter taken from the clock is one nobody has seen.
    """
    unseen = int(time.time())
    return f"""
        DO $$ BEGIN
            IF to_regclass('orm_signaling_registry') IS NOT NULL THEN
                INSERT INTO orm_signaling_registry (id) VALUES ({unseen});
                PERFORM setval('orm_signaling_registry_id_seq', {unseen});
            ELSE
                PERFORM setval('base_registry_signaling', {unseen});
            END IF;
        END $$
    """  # noqa: S608


def close_template() -> str:
    """SQL that closes the seeded original to everybody, so that it can always be copied."""
    return f"ALTER DATABASE {TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"
