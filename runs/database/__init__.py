"""The floor under all hand-written SQL: what differs between SQLite and PostgreSQL stands here."""
