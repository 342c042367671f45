"""CloudWatch's metrics."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "metric_series",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Text, nullable=False),
    )
    op.create_index(
        "metric_series_by_name",
        "metric_series",
        ["account", "region", "namespace", "name", "dimensions"],
        unique=True,
    )
    op.create_table(
        "metric_points",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("sum", sa.Float, nullable=False),
        sa.Column("count", sa.Float, nullable=False),
        sa.Column("min", sa.Float, nullable=False),
        sa.Column("max", sa.Float, nullable=False),
        sa.Column("distribution", sa.JSON),
    )
    op.create_index("metric_points_by_time", "metric_points", ["series", "at"])


def downgrade() -> None:
    op.drop_table("metric_points")
    op.drop_table("metric_series")
