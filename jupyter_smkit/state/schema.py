"""The tables. Migrations bring an older database to what is declared here."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

records = Table(
    "records",
    metadata,
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("arn", Text, nullable=False),
    Column("status", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("request", JSON, nullable=False),
    Column("observed", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Column("modified", Float, nullable=False),
    Column("parent", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("account", "region", "kind", "key"),
    Index("records_by_arn", "arn"),
    Index("records_by_created", "account", "region", "kind", "created", "key"),
    Index("records_by_name", "account", "region", "kind", "name", "key"),
    Index("records_by_modified", "account", "region", "kind", "modified", "key"),
    Index("records_by_status", "kind", "status"),
    Index("records_by_parent", "parent", "kind"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("status", String(64), nullable=False),
    Column("was", String(64), nullable=False, server_default=text("''")),
    Column("parent", Text, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)

tags = Table(
    "tags",
    metadata,
    Column("arn", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("arn", "key"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("epoch", Integer, nullable=False),
)
"""How often each role was taken: a controller whose epoch is not the last may not write."""
