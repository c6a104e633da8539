"""The warehouse file: many readers, one writer, and a draft between them."""

from sotw.warehouse.connection import (
    Connection,
    DatabaseError,
    connect,
    little_memory,
    quoted,
    rows,
    utc_now,
)
from sotw.warehouse.draft import explained, lock_holder, reading, remove_draft, sync_folder, writing
from sotw.warehouse.files import (
    demo_paths,
    draft_path,
    is_demo_path,
    lock_path,
    make_read_only,
    refuse_foreign_wal,
    scratch_of_draft,
    settle_wal,
    spill_path,
    wal_path,
)
from sotw.warehouse.migrations import SCHEMA_VERSION, migrate, schema_version
from sotw.warehouse.plain_names import plainly_named
from sotw.warehouse.tables import is_built, is_demo

__all__ = [
    "SCHEMA_VERSION",
    "Connection",
    "DatabaseError",
    "connect",
    "demo_paths",
    "draft_path",
    "explained",
    "is_built",
    "is_demo",
    "is_demo_path",
    "little_memory",
    "lock_holder",
    "lock_path",
    "make_read_only",
    "migrate",
    "plainly_named",
    "quoted",
    "reading",
    "refuse_foreign_wal",
    "remove_draft",
    "rows",
    "schema_version",
    "scratch_of_draft",
    "settle_wal",
    "spill_path",
    "sync_folder",
    "utc_now",
    "wal_path",
    "writing",
]
