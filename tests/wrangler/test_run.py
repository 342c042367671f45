from __future__ import annotations

import gzip
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jupyter_smkit.wrangler import edit, engine
from jupyter_smkit.wrangler.destination import Format
from jupyter_smkit.wrangler.export import script
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node, load, save
from jupyter_smkit.wrangler.preview import Session
from jupyter_smkit.wrangler.process import processing_job_request, result_uri
from jupyter_smkit.wrangler.run import Job, read_arguments, run

ENCODE = "sagemaker.spark.encode_categorical_0.1"
ONE_HOT = {"operator": "One-hot encode", "one_hot_encode_parameters": {"input_column": "port"}}


@pytest.fixture
def encoded(flow: Flow, types: Node) -> Flow:
    return edit.add_step(flow, types.id, ENCODE, ONE_HOT)[0]


def staged(base: Path, flow: Flow, request: dict[str, Any], data: Path) -> Job:
    """What SageMaker puts into a Processing container for a request."""
    for folder in ("flow", "passengers.csv", "output"):
        (base / "processing" / folder).mkdir(parents=True)
    for folder in ("config", "output"):
        (base / folder).mkdir()
    save(flow, base / "processing" / "flow" / "prepare.flow")
    (base / "processing" / "passengers.csv" / "passengers.csv").write_bytes(data.read_bytes())
    (base / "config" / "processingjobconfig.json").write_text(json.dumps(request))
    return Job(base, base / "report.json")


def request(flow: Flow, **how: Any) -> dict[str, Any]:
    role = "arn:aws:iam::123456789012:role/r"
    return processing_job_request(
        flow, "s3://bucket/prepare.flow", "s3://bucket/out", "prepare", role, **how
    )


def arguments(request: dict[str, Any]) -> list[str]:
    found: list[str] = request["AppSpecification"]["ContainerArguments"]
    return found


def test_the_job_writes_what_the_engine_computes(
    encoded: Flow, passengers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = request(encoded)
    job = staged(tmp_path / "ml", encoded, asked, passengers)
    rows = run(job, read_arguments(arguments(asked)))
    node = encoded.nodes[-1]
    where = result_uri("", "prepare", node).lstrip("/")
    found = pl.read_csv(job.processing / "output" / where / "part-00000.csv")
    expected = engine.execute(encoded, lambda _: [passengers])[node.id].frame.collect()
    expected.write_csv(tmp_path / "expected.csv")
    assert found.equals(pl.read_csv(tmp_path / "expected.csv"))
    assert set(rows.values()) == {5}
    assert "One-hot encode: port: 5 rows" in capsys.readouterr().out
    assert json.loads((job.base / "report.json").read_text()) == {
        "progress": 1.0,
        "step": "done",
        "rows": 5,
    }


def test_preview_job_and_script_read_the_same_and_say_what_they_guessed_and_lost(
    flow: Flow, types: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"Köln {number};{number}" for number in range(1_100)] + ["Zürich;n/a", "Bern;?"]
    data = tmp_path / "passengers.csv"
    data.write_text("\n".join(["stadt;zahl", *rows]) + "\n", encoding="cp1252")
    guessed = (
        "guessed: semicolons between fields and the encoding Windows-1252; the source's form takes "
        "others"
    )
    lost = "column 'zahl': 2 of 1,102 values were no whole number and became missing"

    previewed = Session().preview(flow, types.id, {"s3://bucket/passengers.csv": [str(data)]})
    assert [note["text"] for note in previewed["notes"]] == [guessed, lost]
    assert [note["node"] for note in previewed["notes"]] == [node.id for node in flow.nodes]
    assert previewed["head"][1] == ["Köln 1", 1]

    asked = request(flow)
    job = staged(tmp_path / "ml", flow, asked, data)
    run(job, read_arguments(arguments(asked)))
    log = capsys.readouterr().out
    assert f"passengers.csv: {guessed}\n" in log
    assert f"Data types: {lost}\n" in log
    where = result_uri("", "prepare", types).lstrip("/")
    made = pl.read_csv(job.processing / "output" / where / "part-00000.csv")

    path = tmp_path / "script.py"
    path.write_text(script(flow))
    (scripted,) = runpy.run_path(str(path))["main"]({"passengers.csv": str(data)}).values()
    assert scripted.collect().equals(made)
    assert made["zahl"].null_count() == 2


def test_the_fitted_flow_lies_beside_the_output(
    encoded: Flow, passengers: Path, tmp_path: Path
) -> None:
    asked = request(encoded, refit=True)
    job = staged(tmp_path / "ml", encoded, asked, passengers)
    run(job, read_arguments(arguments(asked)))
    fitted = load(job.processing / "output" / "fitted-prepare.flow")
    learned = fitted.nodes[-1].trained["one_hot_encode_parameters"]
    assert learned["labels"] == {"port": ["S", "C", "Q"]}


@pytest.mark.parametrize(
    ("config", "files"),
    [
        ({"content_type": "PARQUET"}, ["part-00000.parquet"]),
        ({"content_type": "CSV", "compression": "gzip"}, ["part-00000.csv.gz"]),
        ({"partition_config": {"num_partitions": 2}}, ["part-00000.csv", "part-00001.csv"]),
        (
            {"content_type": "PARQUET", "partition_config": {"partition_by": ["id"]}},
            [f"id={n}/part-00000.parquet" for n in range(1, 6)],
        ),
    ],
)
def test_output_formats(
    encoded: Flow, passengers: Path, tmp_path: Path, config: dict[str, Any], files: list[str]
) -> None:
    node = encoded.nodes[-1]
    job = staged(tmp_path / "ml", encoded, request(encoded), passengers)
    run(job, read_arguments(["--output-config", json.dumps({f"{node.id}.default": config})]))
    folder = job.processing / "output" / "prepare" / node.id / "default"
    made = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("part-*"))
    assert made == files
    read = pl.read_parquet if files[0].endswith("parquet") else pl.read_csv
    assert sum(read(folder / file).height for file in files) == 5


def test_vectors_and_no_rows_can_be_written_as_csv(
    flow: Flow, types: Node, passengers: Path, tmp_path: Path
) -> None:
    block = {"input_column": "port", "output_style": "Vector"}
    vector = {"operator": "One-hot encode", "one_hot_encode_parameters": block}
    flow, node = edit.add_step(flow, types.id, ENCODE, vector)
    job = staged(tmp_path / "ml", flow, request(flow), passengers)
    run(job, read_arguments([]))
    part = job.processing / "output" / "prepare" / node.id / "default" / "part-00000.csv"
    assert pl.read_csv(part)["port"][0] == "[1.0,0.0,0.0,0.0]"
    (job.processing / "passengers.csv" / "passengers.csv").write_text("id,port\n")
    assert set(run(job, read_arguments([])).values()) == {0}
    assert part.read_text() == "id,port\n"


def test_arguments_as_aws_writes_them_and_as_a_shell_would() -> None:
    config = {"n.default": {"content_type": "CSV"}}
    together = [
        f"--output-config '{json.dumps(config)}'",
        "--refit-trained-params '{\"refit\": true}'",
    ]
    apart = ["--output-config", json.dumps(config), "--refit-trained-params", '{"refit": true}']
    assert read_arguments(together) == read_arguments(apart)
    assert read_arguments(together).outputs == config
    assert read_arguments(together).refit


def test_a_step_that_is_not_there_is_named(encoded: Flow, passengers: Path, tmp_path: Path) -> None:
    job = staged(tmp_path / "ml", encoded, request(encoded), passengers)
    with pytest.raises(FlowError, match="the flow has no step nowhere"):
        run(job, read_arguments(["--output-config", '{"nowhere.default": {}}']))


def test_a_failing_job_says_why_and_leaves_no_half_output(
    encoded: Flow, passengers: Path, tmp_path: Path
) -> None:
    asked = request(encoded)
    job = staged(tmp_path / "ml", encoded, asked, passengers)
    data = job.processing / "passengers.csv" / "passengers.csv"
    data.write_text("id,port\n" + "1,S\n" * 100_000 + "1,S,3\n")
    (job.base / "output" / "message").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_smkit.wrangler.run", *arguments(asked)],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(job.base)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    message = (job.base / "output" / "message").read_text()
    assert "passengers.csv, line 100002: 3 fields where the first row has 2" in message
    assert message in done.stderr
    assert not list((job.processing / "output").rglob("part-*"))


def test_two_data_sets_of_one_name_are_refused(flow: Flow, types: Node) -> None:
    flow, other = edit.add_source(flow, "s3://other/passengers.csv")
    join = Node(
        {
            "node_id": "join",
            "type": "TRANSFORM",
            "operator": "sagemaker.spark.join_tables_0.1",
            "inputs": [{"name": "df", "node_id": one} for one in (types.id, other.id)],
        }
    )
    with pytest.raises(FlowError, match=r"two data sets are named 'passengers\.csv'"):
        request(flow.with_nodes((*flow.nodes, join)))


@pytest.mark.parametrize("name", ["output", "flow", "a/b", ".."])
def test_a_data_set_takes_no_directory_of_the_job(name: str) -> None:
    with pytest.raises(FlowError, match=f"no place for a data set named '{re.escape(name)}'"):
        request(edit.new("s3://bucket/rows.csv", name))


def test_the_destination_says_how_it_is_written(
    flow: Flow, types: Node, passengers: Path, tmp_path: Path
) -> None:
    flow, end = edit.add_destination(flow, types.id, "s3://bucket/out/")
    config = {**end.parameters["output_config"], "output_content_type": "Parquet"}
    flow = edit.update_step(flow, end.id, {"output_config": {**config, "compression": "gzip"}})
    asked = request(flow)
    job = staged(tmp_path / "ml", flow, asked, passengers)
    run(job, read_arguments(arguments(asked)))
    (part,) = (job.processing / "output").rglob("part-*")
    assert pl.read_parquet(part).height == 5
    tabs = {"output_config": {**config, "output_content_type": "CSV", "delimiter": "\\t"}}
    end = edit.update_step(flow, end.id, tabs)[end.id]
    assert Format.of({}, end).delimiter == "\t"
    with pytest.raises(FlowError, match="must be one ASCII character"):
        Format.of({"delimiter": "||"}, end)


def test_what_was_learned_of_dates_and_words_can_be_stored(
    flow: Flow, types: Node, passengers: Path, tmp_path: Path
) -> None:
    categorical = {"input_column": ["joined", "member", "port"]}
    block = {"column_type": "Categorical", "categorical_parameters": categorical}
    parameters = {"operator": "Impute", "impute_parameters": block}
    flow, node = edit.add_step(flow, types.id, "sagemaker.spark.handle_missing_0.1", parameters)
    job = staged(tmp_path / "ml", flow, request(flow), passengers)
    run(job, read_arguments([]))
    fitted = load(job.processing / "output" / "fitted.flow")
    first = engine.execute(flow, lambda _: [passengers])[node.id].frame.collect()
    again = engine.execute(fitted, lambda _: [passengers])
    assert not again[node.id].refitted
    assert again[node.id].frame.collect().equals(first)
    assert first.null_count().select("joined", "member", "port").row(0) == (0, 0, 0)


def test_no_rows_keep_the_form_that_was_asked_for(
    encoded: Flow, passengers: Path, tmp_path: Path
) -> None:
    passengers.write_text("id,port\n")
    node = encoded.nodes[-1]
    job = staged(tmp_path / "ml", encoded, request(encoded), passengers)
    config = {"compression": "gzip", "delimiter": ";"}
    run(job, read_arguments(["--output-config", json.dumps({f"{node.id}.default": config})]))
    (part,) = (job.processing / "output").rglob("part-*")
    assert gzip.decompress(part.read_bytes()) == b"id\n"


def test_a_partition_is_a_folder_whatever_its_value(
    flow: Flow, types: Node, passengers: Path, tmp_path: Path
) -> None:
    passengers.write_text("id,port\n1,../../up\n2,\n3,a/b\n4,None\n")
    job = staged(tmp_path / "ml", flow, request(flow), passengers)
    config = {"partition_config": {"partition_by": ["port"]}}
    run(job, read_arguments(["--output-config", json.dumps({f"{types.id}.default": config})]))
    folder = job.processing / "output" / "prepare" / types.id / "default"
    assert sorted(path.name for path in folder.iterdir()) == [
        "port=..%2F..%2Fup",
        "port=None",
        "port=__HIVE_DEFAULT_PARTITION__",
        "port=a%2Fb",
    ]


def test_an_unknown_compression_is_refused_before_the_work(
    encoded: Flow, passengers: Path, tmp_path: Path
) -> None:
    job = staged(tmp_path / "ml", encoded, request(encoded), passengers)
    config = {f"{encoded.nodes[-1].id}.default": {"compression": "bzip2"}}
    with pytest.raises(FlowError, match="CSV is written with the compression none, gzip, not bz"):
        run(job, read_arguments(["--output-config", json.dumps(config)]))
