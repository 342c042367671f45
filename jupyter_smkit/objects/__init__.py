"""s3:// : the store, its S3 wire, and the way to a real S3-compatible service instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_smkit.config import Home
    from jupyter_smkit.objects.remote import RemoteObjects
    from jupyter_smkit.objects.store import ObjectStore


def open_store(home: Home) -> ObjectStore | RemoteObjects:
    """The store in the home, or the service that ``Settings.s3_endpoint`` names."""
    if endpoint := home.settings.s3_endpoint:
        from jupyter_smkit.objects.remote import RemoteObjects

        return RemoteObjects(endpoint, home.settings.region)
    from jupyter_smkit.objects.store import ObjectStore

    return ObjectStore(home.objects)
