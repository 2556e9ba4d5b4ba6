"""The tables of the store, as the list of steps that led to them: opening an older store runs the missing ones.

Times are ISO 8601 text in UTC, structured values are JSON text. Nothing here is a secret.
"""

APPLICATION_ID = 0x6F524D41
"""Marks a SQLite file as ours ("oRMA" in ASCII), so that another program's file is never touched."""

_FIRST = (
    # One row per RMA, in the order of first arrival; `digest` tells equal snapshots quickly.
    """
    CREATE TABLE rma (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        id TEXT NOT NULL,
        number TEXT,
        revision INTEGER NOT NULL,
        digest TEXT NOT NULL,
        snapshot TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'finished', 'dropped', 'resolved')),
        outcome TEXT,
        documents TEXT NOT NULL DEFAULT '[]',
        partner_id INTEGER,
        order_ref TEXT,
        UNIQUE (source, id)
    ) STRICT
    """,
    "CREATE INDEX rma_open ON rma (seq) WHERE state = 'open'",
    "CREATE INDEX rma_id ON rma (id)",
    "CREATE INDEX rma_number ON rma (number)",
    # `key` is the RMA's id, or a short name made from the document where the id could not be read.
    """
    CREATE TABLE quarantine (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('unreadable', 'conflict', 'work')),
        code TEXT NOT NULL,
        held INTEGER NOT NULL,
        origin TEXT NOT NULL DEFAULT '',
        revision INTEGER,
        digest TEXT NOT NULL DEFAULT '',
        issues TEXT NOT NULL,
        document TEXT,
        opened TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'dropped', 'resolved')),
        closed TEXT,
        note TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE UNIQUE INDEX quarantine_open ON quarantine (source, key, kind) WHERE state = 'open'",
    "CREATE INDEX quarantine_key ON quarantine (source, key)",
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        command TEXT NOT NULL,
        started TEXT NOT NULL,
        ended TEXT,
        dry_run INTEGER NOT NULL DEFAULT 0,
        exit_code INTEGER,
        error TEXT NOT NULL DEFAULT '',
        report TEXT
    ) STRICT
    """,
    """
    CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        at TEXT NOT NULL,
        run INTEGER REFERENCES run (id),
        what TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX event_key ON event (source, key)",
)

_MEMORY = (
    # Every document an RMA had in Odoo; `again` means that a person wants it made again.
    """
    CREATE TABLE remembered (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        model TEXT NOT NULL,
        record INTEGER NOT NULL,
        what TEXT NOT NULL,
        name TEXT NOT NULL,
        state TEXT NOT NULL,
        again INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (source, key, model, record)
    ) STRICT
    """,
)

_ANSWERS = (
    # Feedback that customers gave by a signed token; `at` is when they gave it, `recorded` when it came in here.
    """
    CREATE TABLE answer (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        at TEXT NOT NULL,
        recorded TEXT NOT NULL,
        score INTEGER NOT NULL,
        comment TEXT
    ) STRICT
    """,
    "CREATE INDEX answer_key ON answer (source, key)",
)

_REQUESTS = (
    # What a person said to a request, until it stands in Odoo.
    """
    CREATE TABLE verdict (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        authorize INTEGER NOT NULL,
        why TEXT NOT NULL,
        PRIMARY KEY (source, key)
    ) STRICT
    """,
    # What a source was told; `mark` changes with what there is to tell.
    """
    CREATE TABLE reported (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        what TEXT NOT NULL,
        mark TEXT NOT NULL,
        PRIMARY KEY (source, key, what)
    ) STRICT
    """,
)

_BOTH_WAYS = (
    # Where reading goes on: per source (`source:NAME`), and in Odoo's own change marks (`odoo:MODEL`).
    """
    CREATE TABLE cursor (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT
    """,
    # What both sides said when they last agreed about a fact, such as `receipt 1`.
    """
    CREATE TABLE agreed (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        fact TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (source, key, fact)
    ) STRICT
    """,
    # Which RMAs a record in Odoo belongs to, so that one that is changed there is looked at again.
    """
    CREATE TABLE seen (
        model TEXT NOT NULL,
        record INTEGER NOT NULL,
        name TEXT NOT NULL,
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        PRIMARY KEY (model, record, source, key)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT OR IGNORE INTO seen (model, record, name, source, key)
    SELECT json_extract(d.value, '$.model'), json_extract(d.value, '$.id'), json_extract(d.value, '$.name'),
        rma.source, rma.id
    FROM rma, json_each(rma.documents) d WHERE json_extract(d.value, '$.id') IS NOT NULL
    """,
    "CREATE INDEX seen_name ON seen (model, name)",
)

_ALERTS = (
    # What people were told last about a run (`sync`), by mail or webhook; `mark` is empty while all is well.
    """
    CREATE TABLE alert (
        way TEXT NOT NULL,
        what TEXT NOT NULL,
        mark TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (way, what)
    ) STRICT
    """,
)

_WORKERS = (
    # Which returns may be worked on side by side: those of one order have the same `home` (mappings/lane.py).
    "ALTER TABLE rma ADD COLUMN home INTEGER NOT NULL DEFAULT 0",
    # Why a job of a worker failed last.
    """
    CREATE TABLE job_failure (
        job INTEGER PRIMARY KEY,
        error TEXT NOT NULL
    ) STRICT
    """,
)

_LONG_RUNS = (
    # What a run of the diary did, a row for each return in their order; older runs have them in `report`.
    """
    CREATE TABLE run_result (
        run INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        result TEXT NOT NULL,
        PRIMARY KEY (run, seq)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX event_run ON event (run)",
    "CREATE INDEX remembered_record ON remembered (model, record)",
)

_MEANWHILE = (
    # How often another look was asked for: what is asked while a return is worked on is for the next look.
    "ALTER TABLE rma ADD COLUMN asked INTEGER NOT NULL DEFAULT 0",
    # Until when an open return needs no look of its own; NULL where it does.
    "ALTER TABLE rma ADD COLUMN rest_until TEXT",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _MEMORY,
    _ANSWERS,
    _REQUESTS,
    _BOTH_WAYS,
    _ALERTS,
    _WORKERS,
    _LONG_RUNS,
    _MEANWHILE,
)
"""Step n turns version n of the store into version n + 1. Never edit a released step, add one."""

VERSION = len(MIGRATIONS)
