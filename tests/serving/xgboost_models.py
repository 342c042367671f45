"""Models of XGBoost and what they answer, for an interpreter that has the library.

``python xgboost_models.py DIRECTORY`` writes for each of ``CHECKS`` what was found and what was
wanted, as JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.serving.flavours import serve_model
from jupyter_smkit.serving.inference import Inquiry, Refusal, Reply

Pairs = Iterator[tuple[Any, Any]]
CHECKS: dict[str, Callable[[Path], Pairs]] = {}
"""Each gives pairs of what was found and what was wanted."""
SCRIPT = """
import os, pickle

def model_fn(model_dir):
    with open(os.path.join(model_dir, "xgboost-model"), "rb") as file:
        return pickle.load(file)
"""


def check(function: Callable[[Path], Pairs]) -> Callable[[Path], Pairs]:
    CHECKS[function.__name__] = function
    return function


def asked(directory: Path, *bodies: str, kind: str = "text/csv") -> list[Any]:
    """The answer to each body: a list of numbers or texts, or what was refused."""
    service = serve_model(directory, {"OMP_NUM_THREADS": "1"})
    found: list[Any] = []
    for outcome in service.answer([Inquiry(each.encode(), kind, "text/csv") for each in bodies]):
        if isinstance(outcome, Reply):
            found.append(outcome.body.decode().split())
        else:
            found.append(str(outcome) if isinstance(outcome, Refusal) else repr(outcome))
    return found


def cancer() -> tuple[Any, Any]:
    from sklearn.datasets import load_breast_cancer

    rows, target = load_breast_cancer(return_X_y=True)
    return rows[:, :6], target


def booster() -> Any:
    import xgboost

    rows, target = cancer()
    return xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(rows, label=target), 5
    )


def told(booster: Any, rows: Any) -> list[float]:
    import xgboost

    return [float(each) for each in booster.predict(xgboost.DMatrix(rows))]


def csv(rows: Any) -> str:
    return "\n".join(",".join(map(str, row)) for row in rows)


@check
def saved(directory: Path) -> Pairs:
    model, rows = booster(), cancer()[0][:9]
    model.save_model(directory / "model.json")
    wanted = told(model, rows)
    yield asked(directory, csv(rows)), [wanted]
    features = [{"name": f"f{n}", "type": "float"} for n in range(6)]
    schema = {"features": features, "labels": ["bad", "good"]}
    (directory / "smkit-model.json").write_text(json.dumps(schema))
    yield asked(directory, csv(rows)), [["good" if chance > 0.5 else "bad" for chance in wanted]]


@check
def stopped_early(directory: Path) -> Pairs:
    import xgboost

    random = np.random.default_rng(1)
    rows = random.random((200, 2))
    target = rows[:, 0] + random.standard_normal(200)
    model = xgboost.XGBRegressor(n_estimators=50, early_stopping_rounds=3, learning_rate=0.9)
    model.fit(rows[:100], target[:100], eval_set=[(rows[100:], target[100:])], verbose=False)
    yield model.get_booster().num_boosted_rounds() > model.best_iteration + 1, True
    model.save_model(directory / "model.ubj")
    yield asked(directory, "0.1,0.9"), [model.predict([[0.1, 0.9]]).tolist()]


@check
def linear(directory: Path) -> Pairs:
    import xgboost

    rows, target = cancer()
    model = xgboost.XGBRegressor(booster="gblinear", n_estimators=5).fit(rows, target)
    model.save_model(directory / "model.ubj")
    yield asked(directory, csv(rows[:1])), [model.predict(rows[:1]).tolist()]


@check
def pickled(directory: Path) -> Pairs:
    import joblib
    import xgboost

    model, (rows, target) = booster(), cancer()
    wanted = [told(model, rows[:5])]
    place = directory / "xgboost-model"
    for protocol in range(6):
        place.write_bytes(pickle.dumps(model, protocol))
        yield asked(directory, csv(rows[:5])), wanted
    for compress in (0, 3):
        joblib.dump(model, place, compress=compress)
        yield asked(directory, csv(rows[:5])), wanted
    estimator = xgboost.XGBClassifier(n_estimators=3).fit(rows, target)
    place.write_bytes(pickle.dumps(estimator))
    yield asked(directory, csv(rows[:5])), [told(estimator.get_booster(), rows[:5])]
    model.save_model(directory / "model.ubj")
    (directory / "model.ubj").replace(place)
    yield asked(directory, csv(rows[:5])), wanted


@check
def pickled_under_another_name(directory: Path) -> Pairs:
    model, rows = booster(), cancer()[0][:5]
    (directory / "model.pkl").write_bytes(pickle.dumps(model))
    yield asked(directory, csv(rows)), [told(model, rows)]


@check
def no_booster(directory: Path) -> Pairs:
    for content, reason in (
        (b"nonsense", "xgboost-model is neither a model of XGBoost"),
        (pickle.dumps({"a": 1}), "xgboost-model holds a dict, not a booster of XGBoost"),
    ):
        (directory / "xgboost-model").write_bytes(content)
        try:
            serve_model(directory, {})
        except Exception as error:
            yield reason in str(error), True
        else:
            yield "served", reason


@check
def libsvm(directory: Path) -> Pairs:
    model = booster()
    (directory / "xgboost-model").write_bytes(pickle.dumps(model))
    rows = [[np.nan] * 6, [np.nan] * 6]
    rows[0][0], rows[0][5], rows[1][2] = 17.5, 0.2, 100.0
    bodies = (
        "1 0:17.5 5:0.2\n0 qid:3 2:100 # a note\n",
        "0:17.5 5:0.2\n\n0 2:100",
        "1 6:1",
        "1 a:1",
    )
    for kind in ("text/libsvm", "text/x-libsvm; charset=utf-8"):
        first, second, beyond, wrong = asked(directory, *bodies, kind=kind)
        yield first, told(model, rows)
        yield second, told(model, rows)
        yield "index 6, but the model has 6 columns" in beyond, True
        yield "Row 1: 'a:1' is not <index>:<value>" in wrong, True


@check
def script(directory: Path) -> Pairs:
    """What the container's default input_fn makes of the rows is a DMatrix."""
    model = booster()
    (directory / "xgboost-model").write_bytes(pickle.dumps(model))
    (directory / "code").mkdir()
    (directory / "code" / "inference.py").write_text(SCRIPT)
    rows = cancer()[0][:3].copy()
    rows[1, 4] = np.nan
    text = csv(rows).replace("nan", "") + "\n"
    yield asked(directory, text, text.replace(",", ";")), [told(model, rows)] * 2
    sparse = [[17.5, *[np.nan] * 5]]
    yield asked(directory, "1 0:17.5", kind="text/x-libsvm"), [told(model, sparse)]
    [refused] = asked(directory, "[[1]]", kind="application/json")
    yield "send text/csv or text/libsvm" in refused, True
    more = "def predict_fn(data, model):\n    return [type(data).__name__, data.num_col()]\n"
    (directory / "code" / "inference.py").write_text(SCRIPT + more)
    yield asked(directory, text), [["DMatrix", 6]]


@check
def categories(directory: Path) -> Pairs:
    """In the model itself (from 3.1 on), or told by smkit-model.json; text and numbers."""
    import pandas as pd
    import xgboost

    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "code": pd.Categorical(random.choice(["01", "1", "yy"], 200)),
            "size": random.random(200),
            "zone": pd.Categorical(random.choice([3, 5, 80], 200)),
            "new": random.random(200) > 0.5,
        }
    )
    worth = frame["code"].cat.codes * 3.0 + frame["zone"].cat.codes + frame["size"]
    head = frame.head(5)
    for booster in ("gbtree", "dart"):
        model = xgboost.XGBRegressor(n_estimators=9, booster=booster, enable_categorical=True)
        model.fit(frame, worth)
        wanted = model.predict(head).tolist()
        model.save_model(directory / "model.ubj")
        whole = [head.to_csv(index=False, header=False), head.to_csv(index=False)]
        yield asked(directory, *whole), [wanted] * 2
        each = [head.iloc[[n]].to_csv(index=False, header=False) for n in range(5)]
        yield asked(directory, *each), [[one] for one in wanted]
        # One that training never saw is missing.
        strange = head.assign(code=pd.Categorical([None] * 5, frame["code"].cat.categories))
        lines = strange.assign(code="never").to_csv(index=False, header=False)
        yield asked(directory, lines), [model.predict(strange).tolist()]
        (directory / "model.ubj").unlink()
    import joblib

    joblib.dump(model, directory / "model.joblib")
    yield asked(directory, *whole), [wanted] * 2


def main(directory: Path) -> None:
    found: dict[str, Any] = {}
    for name, function in CHECKS.items():
        place = directory / name
        place.mkdir()
        try:
            found[name] = list(function(place))
        except Exception:
            found[name] = [(traceback.format_exc(), "no error")]
    (directory / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
