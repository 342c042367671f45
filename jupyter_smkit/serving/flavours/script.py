"""Script mode: ``inference.py`` with model_fn, input_fn, predict_fn and output_fn.

What the script leaves out is done as sagemaker-inference does it; without a model_fn the model
is found as if there were no script. A transform_fn takes the place of the last three.
"""

from __future__ import annotations

import importlib.util
import inspect
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from jupyter_smkit.serving import codecs
from jupyter_smkit.serving.inference import Inquiry, Outcome, Refusal, Reply, Service, media_type
from jupyter_smkit.serving.schema import Schema

_PROGRAM = "inference.py"
_TEXT = "text/plain"


def find(directory: Path, environ: Mapping[str, str]) -> Path | None:
    """The script; raises FileNotFoundError where SAGEMAKER_PROGRAM names one that is not there."""
    program = environ.get("SAGEMAKER_PROGRAM")
    submitted = environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    places = [directory / "code", directory]
    if submitted and "://" not in submitted:
        places.insert(0, Path(submitted))
    for place in places:
        if (place / (program or _PROGRAM)).is_file():
            return place / (program or _PROGRAM)
    if program:
        looked = ", ".join(str(place) for place in places)
        raise FileNotFoundError(f"SAGEMAKER_PROGRAM is {program}, which is in none of {looked}")
    return None


def service(script: Path, directory: Path, environ: Mapping[str, str]) -> Service:
    module = _imported(script)
    model = _model(module, directory, environ)
    transform = getattr(module, "transform_fn", None)
    input_fn, predict_fn = _defaults(model, Schema.read(directory))
    read = getattr(module, "input_fn", input_fn)
    predict = getattr(module, "predict_fn", predict_fn)
    write = getattr(module, "output_fn", _output_fn)
    content_type = environ.get("SAGEMAKER_DEFAULT_CONTENT_TYPE", codecs.JSON)
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", codecs.JSON)

    def answer_one(inquiry: Inquiry) -> Outcome:
        kind = media_type(inquiry.content_type) or content_type
        wanted = media_type(inquiry.accept.partition(",")[0])
        wanted = accept if wanted in ("", "*/*") else wanted
        try:
            body: str | bytes = inquiry.body.decode() if _is_text(kind) else inquiry.body
            if transform is not None:
                return _reply(_call(transform, model, body, kind, wanted), wanted)
            data = _call(read, inquiry.body if read is input_fn else body, kind)
            return _reply(_call(write, _call(predict, data, model), wanted), wanted)
        except Exception as error:
            return error

    def answer(inquiries: Sequence[Inquiry]) -> list[Outcome]:
        return [answer_one(inquiry) for inquiry in inquiries]

    return Service("script", answer)


def _imported(script: Path) -> ModuleType:
    sys.path.insert(0, str(script.parent))
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None:
        raise ImportError(f"{script} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Before it runs, so that models that the script pickled find their classes.
    sys.modules[script.stem] = module
    spec.loader.exec_module(module)
    return module


def _model(module: ModuleType, directory: Path, environ: Mapping[str, str]) -> Any:
    if hasattr(module, "model_fn"):
        return _call(module.model_fn, str(directory))
    from jupyter_smkit.serving.flavours import flavour_of, load

    return load(flavour_of(directory), directory, environ).model


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Newer scripts take a context as well, which has nothing to say here."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(*arguments)
    required = [
        parameter
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return function(*arguments, *[None] * (len(required) - len(arguments)))


def _is_text(kind: str) -> bool:
    return kind in (codecs.CSV, codecs.JSON, codecs.JSON_LINES) or kind.startswith("text/")


def _defaults(model: Any, schema: Schema | None) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """input_fn and predict_fn of the container that SageMaker has for such a model. Where the
    columns' types were told when it was deployed, its rows come as a frame."""
    library = sys.modules.get("xgboost")
    if library is None or not isinstance(model, library.Booster):
        return _input_fn if schema is None else partial(_frame, schema), _predict_fn
    from jupyter_smkit.serving.flavours import xgboost

    width = model.num_features()
    return (
        lambda body, content_type: xgboost.dmatrix(body, content_type, width),
        lambda data, booster: booster.predict(data, validate_features=False),
    )


def _input_fn(body: bytes, content_type: str) -> Any:
    match content_type:
        case codecs.JSON:
            return np.array(json.loads(body))
        case codecs.CSV:
            return np.genfromtxt(io.StringIO(body.decode()), delimiter=",")
        case codecs.NPY:
            return np.load(io.BytesIO(body), allow_pickle=False)
        case _ if content_type == _TEXT:
            return body.decode()
    raise Refusal(
        f"Content type {content_type!r} is not supported by the default input_fn; "
        "write an input_fn(body, content_type) that reads it",
        415,
    )


def _frame(schema: Schema, body: bytes, content_type: str) -> Any:
    from jupyter_smkit.serving.frames import frame

    return frame(codecs.decode(body, content_type), schema)


def _predict_fn(data: Any, model: Any) -> Any:
    if callable(getattr(model, "predict", None)):
        return model.predict(data)
    return model(data)


def _output_fn(prediction: Any, accept: str) -> bytes:
    match accept:
        case codecs.JSON:
            return json.dumps(prediction, default=_jsonable).encode()
        case codecs.CSV:
            out = io.StringIO()
            np.savetxt(out, np.atleast_1d(np.asarray(prediction)), delimiter=",", fmt="%s")
            return out.getvalue().encode()
        case codecs.NPY:
            packed = io.BytesIO()
            np.save(packed, np.asarray(prediction), allow_pickle=False)
            return packed.getvalue()
        case _ if accept == _TEXT:
            return str(prediction).encode()
    raise Refusal(
        f"Accept {accept!r} is not supported by the default output_fn; "
        "write an output_fn(prediction, accept) that makes it",
        406,
    )


def _jsonable(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON: write an output_fn")


def _reply(answer: Any, accept: str) -> Reply:
    """What output_fn gave: a body, or a body and its content type."""
    if isinstance(answer, tuple) and len(answer) == 2:
        answer, accept = answer
    if isinstance(answer, str):
        answer = answer.encode()
    if not isinstance(answer, bytes | bytearray):
        raise TypeError(
            f"output_fn should return text or bytes, or a pair of them and a content type; "
            f"it returned a {type(answer).__name__}"
        )
    return Reply(bytes(answer), accept)
