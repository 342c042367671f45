"""Which of its error codes an operation of AWS would refuse with."""

from __future__ import annotations

from jupyter_smkit.api import models
from jupyter_smkit.api.errors import ApiError


def refusal(service: str, operation: str, message: str, *codes: str) -> ApiError:
    """An error with the first of ``codes`` that the service model gives the operation.

    ValidationException where it gives none of them, as SageMaker answers. An operation that is
    not in the model gets the first code.
    """
    model = models.service(service)
    if operation in model.operation_names:
        modelled = {shape.name for shape in model.operation_model(operation).error_shapes}
        codes = tuple(code for code in codes if code in modelled)
    return ApiError(message, code=codes[0] if codes else "ValidationException", status=400)
