"""Indexes for lists sorted by name and by last modification."""

from alembic import op

revision = "0003"
down_revision = "0002"

_SCOPE = ["account", "region", "kind"]


def upgrade() -> None:
    op.create_index("records_by_name", "records", [*_SCOPE, "name", "key"])
    op.create_index("records_by_modified", "records", [*_SCOPE, "modified", "key"])


def downgrade() -> None:
    op.drop_index("records_by_modified", "records")
    op.drop_index("records_by_name", "records")
