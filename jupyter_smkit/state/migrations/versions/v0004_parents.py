"""Whose child a record is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("records", "events"):
        op.add_column(
            table, sa.Column("parent", sa.Text, nullable=False, server_default=sa.text("''"))
        )
    op.create_index("records_by_parent", "records", ["parent", "kind"])


def downgrade() -> None:
    op.drop_index("records_by_parent", "records")
    for table in ("events", "records"):
        op.drop_column(table, "parent")
