"""Operations on buckets and on the service itself."""

from __future__ import annotations

import json

from jupyter_smkit.objects import xml
from jupyter_smkit.objects.errors import (
    BucketAlreadyOwnedByYou,
    MalformedXML,
    NoSuchConfiguration,
    NotImplementedHere,
    S3Error,
)
from jupyter_smkit.objects.request import (
    Answer,
    Handler,
    S3Request,
    answer_xml,
    canonical_id,
    owner,
)

# A configuration that a bucket lacks: the error's code and message.
MISSING = {
    "policy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "tagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "cors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "lifecycle": ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    "encryption": (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
    "publicAccessBlock": (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    "ownershipControls": (
        "OwnershipControlsNotFoundError",
        "The bucket ownership controls were not found",
    ),
    "website": (
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    ),
    "replication": (
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
    ),
    "object-lock": (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
}
# A configuration that every bucket has: the document of one that was never set.
EMPTY = {
    "notification": "NotificationConfiguration",
    "logging": "BucketLoggingStatus",
    "accelerate": "AccelerateConfiguration",
}


def list_buckets(request: S3Request) -> Answer:
    limit = request.number("max-buckets", 10_000, 10_000)
    prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
    region = request.query.get("bucket-region")
    found = [
        bucket
        for bucket in request.store.buckets.all(request.caller.account)
        if bucket.name.startswith(prefix)
        and bucket.name > after
        and region in (None, bucket.region)
    ]
    content: list[tuple[str, xml.Node]] = [
        ("Owner", owner(request.caller.account)),
        (
            "Buckets",
            [
                (
                    "Bucket",
                    [
                        ("Name", bucket.name),
                        ("CreationDate", xml.timestamp(bucket.created)),
                        ("BucketRegion", bucket.region),
                    ],
                )
                for bucket in found[:limit]
            ],
        ),
    ]
    if len(found) > limit > 0:
        content.append(("ContinuationToken", found[limit - 1].name))
    if prefix:
        content.append(("Prefix", prefix))
    return answer_xml("ListAllMyBucketsResult", content)


def create_bucket(request: S3Request) -> Answer:
    region = request.caller.region
    if request.body.strip():
        root = xml.parse(request.body, "CreateBucketConfiguration")
        region = root.text("LocationConstraint", "") or region
    if region == "EU":
        region = "eu-west-1"
    try:
        request.store.buckets.create(request.bucket, request.caller.account, region)
    except BucketAlreadyOwnedByYou:
        # In its oldest region S3 answers success, and old clients count on it.
        if request.store.buckets.get(request.bucket).region != "us-east-1":
            raise
    return Answer(headers={"location": f"/{request.bucket}"})


def head_bucket(request: S3Request) -> Answer:
    return Answer(headers={"x-amz-bucket-region": request.owned().region})


def delete_bucket(request: S3Request) -> Answer:
    request.owned()
    request.store.delete_bucket(request.bucket)
    return Answer(204)


def get_location(request: S3Request) -> Answer:
    region = request.owned().region
    return answer_xml("LocationConstraint", "" if region == "us-east-1" else region)


def get_versioning(request: S3Request) -> Answer:
    request.owned()
    return answer_xml("VersioningConfiguration", [])


def put_versioning(request: S3Request) -> Answer:
    request.owned()
    if xml.parse(request.body, "VersioningConfiguration").text("Status", "") == "Enabled":
        raise NotImplementedHere("smkit keeps one version of an object: versioning is not enabled")
    return Answer()


def get_request_payment(request: S3Request) -> Answer:
    request.owned()
    return answer_xml("RequestPaymentConfiguration", [("Payer", "BucketOwner")])


def get_acl(request: S3Request) -> Answer:
    """Of a bucket or an object: private, its owner's."""
    account = request.owned().account
    if request.key:
        request.store.head(request.bucket, request.key)
    grantee = (
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:type="CanonicalUser"><ID>{canonical_id(account)}</ID>'
        f"<DisplayName>{account}</DisplayName></Grantee>"
    )
    content = [
        ("Owner", owner(account)),
        ("AccessControlList", [("Grant", [("Grantee", ""), ("Permission", "FULL_CONTROL")])]),
    ]
    answer = answer_xml("AccessControlPolicy", content)
    body = xml.document("AccessControlPolicy", content)
    return Answer(200, body.replace(b"<Grantee></Grantee>", grantee.encode()), answer.headers)


def put_acl(request: S3Request) -> Answer:
    """Accepted without effect: who may do what is a matter of accounts here."""
    request.owned()
    if request.key:
        request.store.head(request.bucket, request.key)
    return Answer()


def get_configuration(kind: str) -> Handler:
    def handler(request: S3Request) -> Answer:
        request.owned()
        body = request.store.buckets.configuration(request.bucket, kind)
        if body is None and kind in EMPTY:
            return answer_xml(EMPTY[kind], [])
        if body is None:
            raise NoSuchConfiguration(*MISSING[kind], BucketName=request.bucket)
        form = "application/json" if kind == "policy" else "application/xml"
        return Answer(200, body.encode(), {"content-type": form})

    return handler


def put_configuration(kind: str) -> Handler:
    def handler(request: S3Request) -> Answer:
        request.owned()
        if kind == "policy":
            _check_policy(request.body)
        else:
            xml.parse(request.body, "")
        try:
            text = request.body.decode()
        except UnicodeDecodeError:
            raise MalformedXML from None
        request.store.buckets.configure(request.bucket, kind, text)
        return Answer(204 if kind in ("policy", "tagging") else 200)

    return handler


def delete_configuration(kind: str) -> Handler:
    def handler(request: S3Request) -> Answer:
        request.owned()
        request.store.buckets.configure(request.bucket, kind, None)
        return Answer(204)

    return handler


class MalformedPolicy(S3Error):
    code, status = "MalformedPolicy", 400
    wording = "Policies must be valid JSON and the first byte must be '{'"


def _check_policy(body: bytes) -> None:
    try:
        policy = json.loads(body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise MalformedPolicy
    if not policy.get("Statement"):
        raise MalformedPolicy("Missing required field Statement")
