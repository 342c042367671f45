"""Which operation a request is: S3 tells them apart by method, path and query."""

from __future__ import annotations

from jupyter_smkit.objects import bucket_operations as buckets
from jupyter_smkit.objects import list_operations as lists
from jupyter_smkit.objects import object_operations as objects
from jupyter_smkit.objects import upload_operations as uploads
from jupyter_smkit.objects.errors import MethodNotAllowed, NotImplementedHere
from jupyter_smkit.objects.request import Handler, Receiver, S3Request

_BUCKET: dict[tuple[str, str], Handler] = {
    ("GET", "location"): buckets.get_location,
    ("GET", "versioning"): buckets.get_versioning,
    ("PUT", "versioning"): buckets.put_versioning,
    ("GET", "requestPayment"): buckets.get_request_payment,
    ("GET", "acl"): buckets.get_acl,
    ("PUT", "acl"): buckets.put_acl,
    ("GET", "uploads"): lists.list_uploads,
    ("GET", "versions"): lists.list_versions,
    ("POST", "delete"): objects.delete_objects,
    ("GET", ""): lists.list_objects,
    ("PUT", ""): buckets.create_bucket,
    ("HEAD", ""): buckets.head_bucket,
    ("DELETE", ""): buckets.delete_bucket,
}
for _kind in (*buckets.MISSING, *buckets.EMPTY):
    _BUCKET["GET", _kind] = buckets.get_configuration(_kind)
    _BUCKET["PUT", _kind] = buckets.put_configuration(_kind)
    _BUCKET["DELETE", _kind] = buckets.delete_configuration(_kind)

_OBJECT: dict[tuple[str, str], Handler] = {
    ("GET", "acl"): buckets.get_acl,
    ("PUT", "acl"): buckets.put_acl,
    ("GET", "tagging"): objects.get_tagging,
    ("PUT", "tagging"): objects.put_tagging,
    ("DELETE", "tagging"): objects.delete_tagging,
    ("GET", "attributes"): objects.get_attributes,
    ("POST", "uploads"): uploads.create_upload,
    ("GET", "uploadId"): uploads.list_parts,
    ("POST", "uploadId"): uploads.complete_upload,
    ("DELETE", "uploadId"): uploads.abort_upload,
    ("GET", ""): objects.get_object,
    ("HEAD", ""): objects.head_object,
    ("DELETE", ""): objects.delete_object,
}
_SUBRESOURCES = {name for _, name in (*_BUCKET, *_OBJECT)} - {""}
_UNKNOWN = {
    *("analytics", "intelligent-tiering", "inventory", "metrics", "metadataConfiguration"),
    *("legal-hold", "metadataTable", "policyStatus", "renameObject", "restore", "retention"),
    *("select", "session", "torrent"),
}


def receiver_for(request: S3Request) -> Receiver | None:
    """What takes the body as it comes, where the request brings an object's or a part's bytes."""
    if request.method != "PUT" or not request.key or "x-amz-copy-source" in request.headers:
        return None
    if "uploadId" in request.query:
        return uploads.receive_part
    return None if _subresource(request) else objects.receive_object


def handler_for(request: S3Request) -> Handler:
    name = _subresource(request)
    if not request.bucket:
        if request.method != "GET":
            raise MethodNotAllowed(Method=request.method)
        return buckets.list_buckets
    if not request.key:
        if request.method == "GET" and not name and request.query.get("list-type") == "2":
            return lists.list_objects_v2
        table = _BUCKET
    elif request.method == "PUT" and "x-amz-copy-source" in request.headers:
        return uploads.copy_part if "uploadId" in request.query else objects.copy_object
    else:
        table = _OBJECT
    found = table.get((request.method, name))
    if found is None:
        raise MethodNotAllowed(Method=request.method, ResourceType=name.upper() or "OBJECT")
    return found


def _subresource(request: S3Request) -> str:
    for name in request.query:
        if name in _UNKNOWN:
            raise NotImplementedHere(f"smkit's S3 has no {name}", Header=name)
    return next((name for name in request.query if name in _SUBRESOURCES), "")
