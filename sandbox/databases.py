"""Database work that is about Odoo, not about PostgreSQL."""

from __future__ import annotations

import time

from psycopg2 import sql

from odoo_rma.sandbox.postgres import Postgres


def restart_caches(postgres: Postgres, database: str) -> None:
    """Make every Odoo process forget what it remembers of an earlier database of this name.

    Odoo compares a counter in the database with the one it saw last, to notice changes made by others. A copy
    of the template has the template's counter again, so a process would take the new database for the old one
    and answer from its caches. A counter taken from the clock is one nobody has seen.
    """
    unseen = int(time.time())
    with postgres.session(database) as cursor:
        cursor.execute("SELECT to_regclass('orm_signaling_registry') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute("INSERT INTO orm_signaling_registry (id) VALUES (%s)", [unseen])
            name = sql.Literal("orm_signaling_registry_id_seq")
        else:
            name = sql.Literal("base_registry_signaling")
        cursor.execute(sql.SQL("SELECT setval({}, %s)").format(name), [unseen])
