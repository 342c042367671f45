"""The types of a model's columns come from the model, never from a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from jupyter_smkit.serving.flavours import serve_model
from jupyter_smkit.serving.inference import Inquiry, Refusal, Reply

HEADER = "text/csv; header=present"
ROWS = 4


def homes(kind: str = "str") -> pd.DataFrame:
    """``code`` and ``area`` are digits, and text; some cells of ``area`` are missing."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "code": random.choice(["01234", "1234", "12345", "00007"], 200),
            "area": random.choice(["1", "01", "2"], 200),
            "rooms": random.integers(1, 6, 200).astype(float),
            "new": random.choice([True, False], 200),
        }
    )
    frame.loc[::7, "area"] = np.nan
    return frame.astype({"code": kind, "area": kind}) if kind == "category" else frame


def prices(frame: pd.DataFrame) -> pd.Series:
    worth = frame["code"].astype(str).map({"01234": 9.0, "1234": 1.0, "12345": 4.0, "00007": 6.0})
    return worth + frame["rooms"] + 3.0 * (frame["area"].astype(str) == "01")


def bodies(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The rows in every form in which they can be sent."""
    turned = frame[frame.columns[::-1]]
    records = json.loads(frame.to_json(orient="records"))
    yield frame.to_csv(index=False, header=False), "text/csv"
    yield frame.to_csv(index=False), "text/csv"
    yield turned.to_csv(index=False).replace(",", ", ", frame.shape[1] - 1), "text/csv"
    yield turned.to_csv(index=False), HEADER
    yield json.dumps({"instances": records}), "application/json"
    yield json.dumps([list(record.values()) for record in records]), "application/json"
    yield turned.to_json(orient="split", index=False), "application/json"
    yield "\n".join(map(json.dumps, records)), "application/jsonlines"


def served(directory: Path, *bodies: tuple[str, str]) -> list[list[Any]]:
    """The predictions for each body; all are asked at the same time."""
    inquiries = [Inquiry(body.encode(), kind, "application/json") for body, kind in bodies]
    found = []
    for outcome in serve_model(directory, {}).answer(inquiries):
        if not isinstance(outcome, Reply):
            raise outcome
        found.append(json.loads(outcome.body)["predictions"])
    return found


def assert_same(directory: Path, model: Any, frame: pd.DataFrame) -> None:
    """One row and many, in every form and company, get what the model says of the frame."""
    joblib.dump(model, directory / "model.joblib")
    frame = frame.head(ROWS)
    wanted = np.asarray(model.predict(frame))
    for found in served(directory, *bodies(frame)):
        assert np.allclose(found, wanted)
    alone = [list(bodies(frame.iloc[[index]])) for index in range(len(frame))]
    for index, forms in enumerate(alone):
        for found in served(directory, *forms):
            assert np.allclose(found, wanted[index])


def encoding() -> Any:
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    return make_column_transformer(
        (texts, ["area"]),
        (OneHotEncoder(handle_unknown="ignore"), ["code"]),
        (StandardScaler(), ["rooms"]),
        remainder="passthrough",
    )


MODELS = {
    "encoders": lambda: make_pipeline(encoding(), RandomForestRegressor(9, random_state=1)),
    "all as one": lambda: make_pipeline(
        SimpleImputer(strategy="most_frequent"),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        RandomForestRegressor(9, random_state=1),
    ),
    "a selector": lambda: make_pipeline(
        make_column_transformer(
            (OneHotEncoder(), make_column_selector(dtype_exclude=["number", "bool"])),
            remainder="passthrough",
        ),
        Ridge(),
    ),
    "a union": lambda: make_pipeline(
        make_union(
            make_column_transformer((OneHotEncoder(), ["code"])),
            make_column_transformer((StandardScaler(), ["rooms"]), ("passthrough", ["new"])),
        ),
        Ridge(),
    ),
    "a search": lambda: GridSearchCV(make_pipeline(encoding(), Ridge()), {"ridge__alpha": [1, 2]}),
}


@pytest.mark.parametrize("name", MODELS)
def test_one_row_and_many_in_every_form(tmp_path: Path, name: str) -> None:
    frame = homes()
    assert_same(tmp_path, MODELS[name]().fit(frame, prices(frame)), frame)


@pytest.mark.parametrize(
    "make",
    [
        lambda: HistGradientBoostingRegressor(max_iter=4, categorical_features="from_dtype"),
        lambda: lightgbm.LGBMRegressor(n_estimators=9, n_jobs=1, verbosity=-1),
    ],
)
def test_pandas_categories(tmp_path: Path, make: Any) -> None:
    frame = homes("category")
    assert_same(tmp_path, make().fit(frame, prices(frame)), frame)


@pytest.mark.parametrize("pickled", [False, True])
def test_a_lightgbm_booster_knows_its_categories(tmp_path: Path, pickled: bool) -> None:
    frame = homes().assign(zone=np.arange(200) % 3 * 10)
    typed = frame.astype({"code": "category", "area": "category", "zone": "category"})
    data = lightgbm.Dataset(typed, prices(frame) + frame["zone"])
    booster = lightgbm.train({"verbosity": -1, "num_threads": 1}, data, 20)
    if pickled:
        joblib.dump(booster, tmp_path / "model.joblib")
    else:
        booster.save_model(tmp_path / "model.txt")
    wanted = booster.predict(typed.head(ROWS))
    for found in served(tmp_path, *bodies(typed.head(ROWS))):
        assert np.allclose(found, wanted)
    for index in range(ROWS):
        [found] = served(tmp_path, next(bodies(typed.iloc[[index]])))
        assert np.allclose(found, wanted[index])


def test_a_model_of_arrays_of_text(tmp_path: Path) -> None:
    frame = homes()[["code", "rooms"]]
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), [0]), remainder="passthrough"), Ridge()
    ).fit(frame.to_numpy(), prices(homes()))
    joblib.dump(model, tmp_path / "model.joblib")
    wanted = model.predict(frame.head(ROWS).to_numpy())
    plain = frame.head(ROWS).to_csv(index=False, header=False)
    named = frame.head(ROWS).to_csv(index=False)
    for found in served(tmp_path, (plain, "text/csv"), (named, HEADER)):
        assert np.allclose(found, wanted)


def test_a_model_of_texts(tmp_path: Path) -> None:
    texts = ["late and wet", "sunny, warm", "wet, wet", "warm days"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [0, 1, 0, 1])
    joblib.dump(model, tmp_path / "model.joblib")
    csv = pd.DataFrame({"text": texts})
    plain, named = csv.to_csv(index=False, header=False), csv.to_csv(index=False)
    assert served(tmp_path, (plain, "text/csv"), (named, HEADER)) == [[0, 1, 0, 1]] * 2


def test_a_header_that_is_not_quite_the_models_is_no_row(tmp_path: Path) -> None:
    frame = homes()[["code", "area"]].fillna("1").assign(kind="a")
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge())
    joblib.dump(model.fit(frame, prices(homes())), tmp_path / "model.joblib")
    rows = frame.head(ROWS).rename(columns={"kind": "sort"})
    with pytest.raises(Refusal, match=r"Missing columns: kind\. Expected: code, area, kind"):
        served(tmp_path, (rows.to_csv(index=False), "text/csv"))


class Worth(TransformerMixin, BaseEstimator):
    """A step of one's own, which says nothing of what it takes."""

    def fit(self, rows: pd.DataFrame, target: Any) -> Worth:
        self.fitted_ = True
        return self

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"length": rows["code"].str.len(), "rooms": rows["rooms"] * 1.0})


def test_what_the_model_does_not_say_an_example_does(tmp_path: Path) -> None:
    frame = homes()[["code", "rooms"]]
    model = make_pipeline(Worth(), Ridge()).fit(frame, prices(homes()))
    schema = {"features": [{"name": "code", "type": "text"}, {"name": "rooms", "type": "float"}]}
    (tmp_path / "smkit-model.json").write_text(json.dumps(schema))
    assert_same(tmp_path, model, frame)


def test_where_nobody_says_it_text_is_refused_and_not_guessed(tmp_path: Path) -> None:
    frame = homes()[["code", "rooms"]]
    (tmp_path / "smkit-model.json").write_text(
        json.dumps({"features": [{"name": "code"}, {"name": "rooms", "type": "float"}]})
    )
    joblib.dump(make_pipeline(Worth(), Ridge()).fit(frame, prices(homes())), tmp_path / "model.pkl")
    with pytest.raises(Refusal, match=r"Column code: 'A1' is not a number, .* an example"):
        served(tmp_path, ("A1,3", "text/csv"))
    [told] = served(tmp_path, ('[{"code": "01234", "rooms": 3}]', "application/json"))
    assert served(tmp_path, ('[["01234", 3]]', "application/json")) == [told]


def test_a_script_without_input_fn_gets_the_examples_types(tmp_path: Path) -> None:
    frame = homes()[["code", "rooms"]]
    (tmp_path / "inference.py").write_text(
        "def model_fn(d):\n    return len\n"
        "def predict_fn(rows, model):\n    return [*rows['code'], rows['rooms'].dtype.name]"
    )
    schema = {"features": [{"name": "code", "type": "text"}, {"name": "rooms", "type": "float"}]}
    (tmp_path / "smkit-model.json").write_text(json.dumps(schema))
    inquiries = [Inquiry(body.encode(), kind) for body, kind in bodies(frame.head(1))]
    for outcome in serve_model(tmp_path, {}).answer(inquiries):
        assert isinstance(outcome, Reply), outcome
        assert json.loads(outcome.body) == [frame["code"][0], "float64"]
