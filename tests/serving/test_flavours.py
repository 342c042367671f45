"""Model directories, and what comes out of the models in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from jupyter_smkit.serving.flavours import NoModel, flavour_of, load, serve_model
from jupyter_smkit.serving.flavours.wrapped import unwrap
from jupyter_smkit.serving.inference import Inquiry, Outcome, Refusal, Reply
from jupyter_smkit.serving.tables import Table

NAMES = ("age", "city", "member")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "age": random.integers(18, 80, 300).astype(float),
            "city": pd.Series(random.choice(["Bern", "Köln", "Wien"], 300), dtype=object),
            "member": random.choice([True, False], 300),
        }
    )


@pytest.fixture(scope="module")
def pipeline(people: pd.DataFrame) -> Any:
    answers = np.where((people["city"] == "Bern") ^ people["member"], "yes", "no")
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city"]), remainder="passthrough"
    )
    return make_pipeline(encode, RandomForestClassifier(20, random_state=1, n_jobs=-1)).fit(
        people, answers
    )


@pytest.fixture
def mixed(tmp_path: Path, pipeline: Any) -> Path:
    joblib.dump(pipeline, tmp_path / "model.joblib")
    schema = {
        "features": [
            {"name": "age", "type": "int64"},
            {"name": "city", "type": "object"},
            {"name": "member", "type": "bool"},
        ],
        "target": "answer",
        "problem_type": "BinaryClassification",
        "labels": ["no", "yes"],
        "flavour": "sklearn",
    }
    (tmp_path / "smkit-model.json").write_text(json.dumps(schema))
    return tmp_path


def answers(directory: Path, *inquiries: Inquiry, **environ: str) -> list[Outcome]:
    return serve_model(directory, environ).answer(inquiries)


def answer(
    directory: Path, body: str, kind: str = "text/csv", accept: str = "", **environ: str
) -> str:
    [outcome] = answers(directory, Inquiry(body.encode(), kind, accept), **environ)
    if not isinstance(outcome, Reply):
        raise outcome
    return outcome.body.decode()


def test_typed_columns_out_of_headerless_csv(
    mixed: Path, pipeline: Any, people: pd.DataFrame
) -> None:
    body = people.to_csv(index=False, header=False)
    assert answer(mixed, body).split() == pipeline.predict(people).tolist()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("30,Bern,false", "text/csv"),
        ("member,age,city\nfalse,30,Bern", "text/csv"),
        ('{"instances": [{"city": "Bern", "member": false, "age": 30}]}', "application/json"),
        ('[[30, "Bern", false]]', "application/json"),
        ('{"columns": ["city", "member", "age"], "data": [["Bern", 0, 30]]}', "application/json"),
        ('{"features": [30, "Bern", false]}\n', "application/jsonlines"),
    ],
)
def test_the_same_row_in_many_spellings(mixed: Path, body: str, kind: str) -> None:
    assert answer(mixed, body, kind, "text/csv") == "yes\n"


def test_outputs_that_automl_asks_for(mixed: Path, pipeline: Any, people: pd.DataFrame) -> None:
    body = people.head(5).to_csv(index=False, header=False)
    wanted = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probability,probabilities,labels"}
    records = json.loads(answer(mixed, body, accept="application/json", **wanted))["predictions"]
    chances = pipeline.predict_proba(people.head(5))
    assert [record["predicted_label"] for record in records] == pipeline.predict(
        people.head(5)
    ).tolist()
    assert [record["probability"] for record in records] == chances.max(axis=1).tolist()
    assert [record["probabilities"] for record in records] == chances.tolist()
    assert records[0]["labels"] == ["no", "yes"]
    line = answer(mixed, "30,Bern,false", **wanted)
    assert line.startswith("yes,") and line.endswith('"[""no"", ""yes""]"\n')
    with pytest.raises(ValueError, match="'sigma' is not one of"):
        serve_model(mixed, {"SAGEMAKER_INFERENCE_OUTPUT": "sigma"})


@pytest.mark.parametrize(
    ("body", "kind", "part"),
    [
        ("30,Bern", "text/csv", r"Expected 3 columns \(age, city, member\), got 2"),
        ("old,Bern,true", "text/csv", "Column age: 'old' is not a number"),
        ("30,Bern,perhaps", "text/csv", "Column member: 'perhaps' is neither true nor false"),
        ('[{"age": 30, "city": "Bern"}]', "application/json", "Missing columns: member"),
        ("age,city,member\n", "text/csv", "no row"),
    ],
)
def test_rows_that_do_not_fit(mixed: Path, body: str, kind: str, part: str) -> None:
    with pytest.raises(Refusal, match=part):
        answer(mixed, body, kind)


def test_a_bad_request_in_a_batch_fails_alone(mixed: Path) -> None:
    good, bad, other = (
        Inquiry(b"30,Bern,false", "text/csv"),
        Inquiry(b"x,Bern,false", "text/csv"),
        Inquiry(b'[[30, "Bern", false], [30, "Bern", true]]', "application/json"),
    )
    first, failed, second, last = answers(mixed, good, bad, other, good)
    assert isinstance(failed, Refusal)
    assert [o.body for o in (first, second, last) if isinstance(o, Reply)] == [
        b"yes\n",
        b'{"predictions": ["yes", "no"]}',
        b"yes\n",
    ]


class Days:
    """Answers with the day of the month."""

    def predict(self, rows: pd.DataFrame) -> list[int]:
        return rows["at"].dt.day.tolist()


@pytest.mark.filterwarnings("ignore:Parsing dates")
@pytest.mark.parametrize("kind", ["unknown", "datetime"])
def test_who_asks_at_the_same_time_changes_no_answer(tmp_path: Path, kind: str) -> None:
    codes = pd.DataFrame({"at": ["1", "2", "x"] * 9})
    encode = make_pipeline(OneHotEncoder(handle_unknown="ignore"), RandomForestClassifier(9))
    model = Days() if kind == "datetime" else encode.fit(codes, codes["at"])
    joblib.dump(model, tmp_path / "model.joblib")
    features = [{"name": "at", "type": kind}]
    (tmp_path / "smkit-model.json").write_text(json.dumps({"features": features}))
    cells = ("13/02/2024", "01/02/2024") if kind == "datetime" else ("x", "2")
    inquiries = [Inquiry(cell.encode(), "text/csv") for cell in cells]
    alone = [answers(tmp_path, inquiry)[0] for inquiry in inquiries]
    assert list(map(repr, answers(tmp_path, *inquiries))) == list(map(repr, alone))


def test_threads_are_limited_in_the_whole_pipeline(mixed: Path) -> None:
    model = load("sklearn", mixed, {"OMP_NUM_THREADS": "1"}).model
    assert model[-1].n_jobs == 1


def test_a_model_that_knows_its_columns_but_not_their_types(tmp_path: Path, pipeline: Any) -> None:
    joblib.dump(pipeline, tmp_path / "anything.pkl")
    assert answer(tmp_path, "30,Bern,False") in ("yes\n", "no\n")
    with pytest.raises(Refusal, match="age, city, member"):
        answer(tmp_path, "1,2,3,4")


def test_a_model_of_arrays(tmp_path: Path) -> None:
    rows, target = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=2000).fit(rows, target)
    joblib.dump(model, tmp_path / "model.joblib")
    body = "\n".join(",".join(map(str, row)) for row in rows)
    assert list(map(int, answer(tmp_path, body).split())) == model.predict(rows).tolist()
    with pytest.raises(Refusal, match="Expected 4 columns, got 3"):
        answer(tmp_path, "1,2,3")


def test_a_lightgbm_booster(tmp_path: Path) -> None:
    rows, target = load_breast_cancer(return_X_y=True)
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(rows, target), 10)
    booster.save_model(tmp_path / "model.txt")
    (tmp_path / "README.txt").write_text("not a model")
    assert flavour_of(tmp_path) == "lightgbm"
    body = "\n".join(",".join(map(str, row)) for row in rows[:9])
    raw = booster.predict(rows[:9])
    assert np.allclose(list(map(float, answer(tmp_path, body).split())), raw)

    features = [{"name": f"f{n}", "type": "float64"} for n in range(30)]
    schema = {"features": features, "labels": ["bad", "good"], "flavour": "lightgbm"}
    (tmp_path / "smkit-model.json").write_text(json.dumps(schema))
    assert answer(tmp_path, body, OMP_NUM_THREADS="1").split() == [
        "good" if chance > 0.5 else "bad" for chance in raw
    ]


@pytest.mark.parametrize("numbers", [None, {"Bern": 3, "Köln": 5, "Wien": 8}])
def test_a_lightgbm_booster_with_categories(
    tmp_path: Path, people: pd.DataFrame, numbers: Mapping[str, int] | None
) -> None:
    cities = people["city"].map(numbers) if numbers else people["city"]
    typed = people.assign(city=cities.astype("category"))
    data = lightgbm.Dataset(typed, typed["age"] + 50 * (people["city"] == "Wien"))
    booster = lightgbm.train({"verbosity": -1, "num_threads": 1}, data, 20)
    booster.save_model(tmp_path / "model.txt")
    types = ("float64", "category", "bool")
    features = [{"name": n, "type": t} for n, t in zip(NAMES, types, strict=True)]
    (tmp_path / "smkit-model.json").write_text(json.dumps({"features": features}))
    got = answer(tmp_path, typed.head(4).to_csv(index=False, header=False))
    assert np.allclose(list(map(float, got.split())), booster.predict(typed.head(4)))


@pytest.mark.parametrize("classes", [2, 3])
def test_a_lightgbm_estimator_answers_as_its_wrapper_does(tmp_path: Path, classes: int) -> None:
    rows, target = load_iris(return_X_y=True)
    rows, labels = rows[target < classes], np.array(["a", "b", "c"])[target[target < classes]]
    fitting = {"n_estimators": 8, "verbosity": -1, "n_jobs": 1}
    model = make_pipeline(StandardScaler(), lightgbm.LGBMClassifier(**fitting)).fit(rows, labels)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = load("sklearn", tmp_path, {"OMP_NUM_THREADS": "1"})
    assert type(unwrap(loaded.model, 1)) is not type(loaded.model)
    found = loaded.predict(Table(rows), True)
    assert list(found.values) == model.predict(rows).tolist()
    assert np.array_equal(found.probabilities, model.predict_proba(rows))

    regressor = lightgbm.LGBMRegressor(**fitting).fit(rows, rows[:, 0])
    joblib.dump(regressor, tmp_path / "model.joblib")
    found = load("sklearn", tmp_path, {}).predict(Table(rows), False)
    assert np.array_equal(found.values, regressor.predict(rows))


def test_a_custom_objective_is_left_to_the_wrapper() -> None:
    def squared(truth: Any, guess: Any) -> tuple[Any, Any]:
        return guess - truth, np.ones_like(guess)

    rows, target = load_iris(return_X_y=True)
    model = lightgbm.LGBMRegressor(objective=squared, n_estimators=2, verbosity=-1)
    assert unwrap(model.fit(rows, target), 1) is model


def test_autogluon(tmp_path: Path, people: pd.DataFrame) -> None:
    tabular = pytest.importorskip("autogluon.tabular")
    people = people.assign(answer=np.where(people["age"] > 40, "old", "young"))
    trained = tabular.TabularPredictor("answer", path=str(tmp_path / "trained"), verbosity=0).fit(
        people, hyperparameters={"GBM": {"num_boost_round": 20}}
    )
    served = tmp_path / "served"
    trained.clone_for_deployment(str(served))
    rows = people.drop(columns="answer")
    body = rows.to_csv(index=False, header=False)
    assert answer(served, body).split() == trained.predict(people).tolist()
    wanted = {"SAGEMAKER_INFERENCE_OUTPUT": "probabilities"}
    records = json.loads(answer(served, body, accept="application/json", **wanted))["predictions"]
    chances = trained.predict_proba(people).to_numpy()
    assert np.allclose([record["probabilities"] for record in records], chances)


SCRIPTS: Mapping[str, tuple[str, str, str, str]] = {
    "defaults": ("", "application/json", "[[1, 2]]", "[0]"),
    "context": ("def model_fn(d, context):\n    return len", "application/json", "[[1, 2]]", "1"),
    "transform": (
        "def model_fn(d):\n    return 3\n"
        "def transform_fn(model, data, kind, accept):\n    return f'{model} {data} {kind}', 'text/x'",
        "text/csv",
        "a",
        "3 a text/csv",
    ),
    "all": (
        "def model_fn(d):\n    return 2\n"
        "def input_fn(body, kind):\n    return int(body)\n"
        "def predict_fn(data, model):\n    return data * model\n"
        "def output_fn(found, accept):\n    return f'{found} as {accept}', accept",
        "text/plain",
        "21",
        "42 as application/json",
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts(tmp_path: Path, name: str) -> None:
    script, kind, body, expected = SCRIPTS[name]
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "inference.py").write_text(script)
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    joblib.dump(LogisticRegression().fit(rows, [0, 1]), tmp_path / "model.joblib")
    assert answer(tmp_path, body, kind) == expected


def test_a_script_by_name(tmp_path: Path) -> None:
    code = tmp_path / "elsewhere"
    code.mkdir()
    (code / "serve_it.py").write_text("def model_fn(d):\n    return lambda rows: rows.sum()")
    environ = {"SAGEMAKER_PROGRAM": "serve_it.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(code)}
    assert answer(tmp_path, "1,2\n3,4", "text/csv", "application/json", **environ) == "10.0"
    with pytest.raises(FileNotFoundError, match=r"gone\.py"):
        serve_model(tmp_path, {"SAGEMAKER_PROGRAM": "gone.py"})
    with pytest.raises(Refusal, match="write an input_fn"):
        answer(tmp_path, "x", "image/png", **environ)


def test_directories_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("hi")
    with pytest.raises(NoModel, match=r"notes\.md"):
        flavour_of(tmp_path)
    for name in ("a.joblib", "b.joblib"):
        joblib.dump(1, tmp_path / name)
    with pytest.raises(NoModel, match=r"a\.joblib, b\.joblib"):
        flavour_of(tmp_path)
    with pytest.raises(NoModel, match="does not exist"):
        flavour_of(tmp_path / "gone")
