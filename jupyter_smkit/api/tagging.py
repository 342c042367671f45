"""AddTags, ListTags and DeleteTags of every kind."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_smkit.api import listing
from jupyter_smkit.api.errors import ResourceNotFound, ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.state.records import Record, Transaction

_MOST = 50
"""Tags on one resource, as AWS has it."""


def register(api: Registry) -> None:
    api.add("sagemaker", {"AddTags": add_tags, "ListTags": list_tags, "DeleteTags": delete_tags})


def add_tags(call: Call) -> Params:
    added = checked(call.params["Tags"])
    with call.state.begin() as transaction:
        record = _resource(call, transaction)
        kept = {**transaction.tags(record.arn), **added}
        if len(kept) > _MOST:
            raise ValidationException(f"A resource can have {_MOST} tags at the most")
        transaction.tag(record.arn, added)
    return {"Tags": tag_list(kept)}


def list_tags(call: Call) -> Params:
    with call.state.read() as transaction:
        found = tag_list(transaction.tags(_resource(call, transaction).arn))
    size = int(call.params.get("MaxResults") or _MOST)
    start = listing.offset(call)
    end = start + size
    return {"Tags": found[start:end], "NextToken": str(end) if end < len(found) else None}


def delete_tags(call: Call) -> Params:
    with call.state.begin() as transaction:
        transaction.untag(_resource(call, transaction).arn, call.params["TagKeys"])
    return {}


def _resource(call: Call, transaction: Transaction) -> Record:
    arn = call.params["ResourceArn"]
    record = transaction.by_arn(arn)
    if record is None or (record.account, record.region) != (call.account, call.region):
        raise ResourceNotFound(f"Could not find the resource {arn}.")
    return record


def checked(tags: list[Params]) -> dict[str, str]:
    """By key; raises ValidationException."""
    found = {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) < len(tags):
        raise ValidationException("Duplicate tag keys found. Please note that Tag keys are unique.")
    if reserved := [key for key in found if key.lower().startswith("aws:")]:
        raise ValidationException(f"Tag keys starting with 'aws:' are reserved: {reserved[0]}")
    return found


def tag_list(tags: Mapping[str, str]) -> list[Params]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
