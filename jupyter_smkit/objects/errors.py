"""S3's errors, after "Error responses" in the Amazon S3 API reference."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_smkit.api.errors import ApiError


class S3Error(ApiError):
    """An error of the object store: S3's code and status.

    ``members`` are further elements of the XML answer, such as ``BucketName``.
    """

    code, status = "InternalError", 500
    wording = "We encountered an internal error. Please try again."

    def __init__(self, message: str = "", **members: object) -> None:
        super().__init__(message or type(self).wording, members=members)


class AccessDenied(S3Error):
    code, status = "AccessDenied", 403
    wording = "Access Denied"


class BadDigest(S3Error):
    code, status = "BadDigest", 400
    wording = "The Content-MD5 you specified did not match what we received."


class BucketAlreadyExists(S3Error):
    code, status = "BucketAlreadyExists", 409
    wording = (
        "The requested bucket name is not available. The bucket namespace is shared by all users "
        "of the system. Please select a different name and try again."
    )


class BucketAlreadyOwnedByYou(S3Error):
    code, status = "BucketAlreadyOwnedByYou", 409
    wording = "Your previous request to create the named bucket succeeded and you already own it."


class BucketNotEmpty(S3Error):
    code, status = "BucketNotEmpty", 409
    wording = "The bucket you tried to delete is not empty"


class EntityTooLarge(S3Error):
    code, status = "EntityTooLarge", 400
    wording = "Your proposed upload exceeds the maximum allowed size"


class EntityTooSmall(S3Error):
    code, status = "EntityTooSmall", 400
    wording = "Your proposed upload is smaller than the minimum allowed size"


class IncompleteBody(S3Error):
    code, status = "IncompleteBody", 400
    wording = "You did not provide the number of bytes specified by the Content-Length HTTP header"


class InvalidArgument(S3Error):
    code, status = "InvalidArgument", 400
    wording = "Invalid Argument"


class InvalidBucketName(S3Error):
    code, status = "InvalidBucketName", 400
    wording = "The specified bucket is not valid."


class InvalidDigest(S3Error):
    code, status = "InvalidDigest", 400
    wording = "The Content-MD5 you specified was invalid."


class InvalidPart(S3Error):
    code, status = "InvalidPart", 400
    wording = (
        "One or more of the specified parts could not be found. The part may not have been "
        "uploaded, or the specified entity tag may not match the part's entity tag."
    )


class InvalidPartOrder(S3Error):
    code, status = "InvalidPartOrder", 400
    wording = "The list of parts was not in ascending order. Parts must be ordered by part number."


class InvalidRange(S3Error):
    code, status = "InvalidRange", 416
    wording = "The requested range is not satisfiable"


class InvalidRequest(S3Error):
    code, status = "InvalidRequest", 400
    wording = "Invalid Request"


class InvalidStorageClass(S3Error):
    code, status = "InvalidStorageClass", 400
    wording = "The storage class you specified is not valid"


class InvalidTag(S3Error):
    code, status = "InvalidTag", 400
    wording = "The tag provided was not a valid tag."


class InvalidURI(S3Error):
    code, status = "InvalidURI", 400
    wording = "Couldn't parse the specified URI."


class KeyTooLong(S3Error):
    code, status = "KeyTooLongError", 400
    wording = "Your key is too long"


class MalformedXML(S3Error):
    code, status = "MalformedXML", 400
    wording = (
        "The XML you provided was not well-formed or did not validate against our published schema"
    )


class MetadataTooLarge(S3Error):
    code, status = "MetadataTooLarge", 400
    wording = "Your metadata headers exceed the maximum allowed metadata size"


class MethodNotAllowed(S3Error):
    code, status = "MethodNotAllowed", 405
    wording = "The specified method is not allowed against this resource."


class MissingContentLength(S3Error):
    code, status = "MissingContentLength", 411
    wording = "You must provide the Content-Length HTTP header."


class NoSuchBucket(S3Error):
    code, status = "NoSuchBucket", 404
    wording = "The specified bucket does not exist"


class NoSuchConfiguration(S3Error):
    """A bucket has no record of the asked kind; the code names the kind."""

    status = 404

    def __init__(self, code: str, message: str, **members: object) -> None:
        super().__init__(message, **members)
        self.code = code


class NoSuchKey(S3Error):
    code, status = "NoSuchKey", 404
    wording = "The specified key does not exist."


class NoSuchUpload(S3Error):
    code, status = "NoSuchUpload", 404
    wording = (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed."
    )


class NoSuchVersion(S3Error):
    code, status = "NoSuchVersion", 404
    wording = "The specified version does not exist."


class NotImplementedHere(S3Error):
    code, status = "NotImplemented", 501
    wording = "A header or query you provided implies functionality that smkit does not have"


class NotModified(S3Error):
    """A conditional read found nothing new: an answer without a body, with the object's head."""

    code, status = "NotModified", 304
    wording = "Not Modified"

    def __init__(self, head: Mapping[str, str]) -> None:
        super().__init__()
        self.head = head


class InvalidPartNumber(S3Error):
    code, status = "InvalidPartNumber", 416
    wording = "The requested partnumber is not satisfiable"


class PreconditionFailed(S3Error):
    code, status = "PreconditionFailed", 412
    wording = "At least one of the pre-conditions you specified did not hold"


class SignatureDoesNotMatch(S3Error):
    code, status = "SignatureDoesNotMatch", 403
    wording = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )


class ContentSha256Mismatch(S3Error):
    code, status = "XAmzContentSHA256Mismatch", 400
    wording = "The provided 'x-amz-content-sha256' header does not match what was computed."
