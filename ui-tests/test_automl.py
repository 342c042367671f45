from __future__ import annotations

import pytest
from desk import Desk
from playwright.sync_api import expect
from sklearn.datasets import load_breast_cancer

BUCKET = "ui-automl"
KEPT = ["mean radius", "mean texture", "worst area", "worst concavity"]


@pytest.fixture
def table(desk: Desk) -> str:
    """569 rows that scikit-learn carries, with a column of words to predict."""
    frame = load_breast_cancer(as_frame=True).frame
    frame = frame[KEPT].assign(found=frame["target"].map({0: "malignant", 1: "benign"}))
    s3 = desk.lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="data/cells.csv", Body=frame.to_csv(index=False))
    return f"s3://{BUCKET}/data/cells.csv"


def test_from_a_table_to_an_answering_endpoint(desk: Desk, table: str) -> None:
    desk.run("smkit:new-automl")
    tab = desk.tab()
    tab.get_by_label("Experiment name").fill("cells")
    tab.get_by_role("button", name="Browse: Training data").click()
    tab.get_by_role("button", name=BUCKET).click()
    tab.get_by_role("button", name="data/").click()
    desk.shoot("automl-browse")
    tab.get_by_role("button", name="cells.csv").click()
    expect(tab.get_by_role("table", name="First rows")).to_be_visible()
    desk.shoot("automl-data")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_role("alert")).to_contain_text("Choose the column to predict")
    tab.get_by_label("Target column").select_option("found")
    desk.shoot("automl-target")
    tab.get_by_role("button", name="Next").click()
    desk.shoot("automl-method")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Problem type").select_option("BinaryClassification")
    tab.get_by_label("Objective metric").select_option("AUC")
    tab.get_by_label("Longest run, in seconds").fill("45")
    desk.shoot("automl-advanced")
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_auto_ml_job_v2(")
    desk.shoot("automl-review")
    tab.get_by_role("button", name="Create experiment").click()

    expect(tab.get_by_role("heading", name="cells", level=1)).to_be_visible()
    expect(tab.get_by_role("progressbar")).to_be_visible()
    desk.shoot("automl-running")
    expect(tab.get_by_text("Completed", exact=True).first).to_be_visible(timeout=240_000)
    tab.get_by_role("tab", name="Leaderboard").click()
    expect(tab.get_by_role("table", name="Leaderboard").get_by_text("best")).to_be_visible()
    desk.shoot("automl-leaderboard")
    tab.get_by_role("tab", name="Artifacts").click()
    expect(tab.get_by_role("link").first).to_be_visible()
    desk.shoot("automl-artifacts")

    tab.get_by_role("button", name="Deploy best candidate").click()
    desk.page.get_by_role("dialog").get_by_label("Endpoint name").fill("cells-live")
    desk.page.get_by_role("dialog").get_by_role("button", name="Deploy").click()
    expect(tab.get_by_role("heading", name="cells-live", level=1)).to_be_visible()
    expect(tab.get_by_text("InService", exact=True)).to_be_visible(timeout=120_000)
    desk.shoot("endpoint-record")
    tab.get_by_role("tab", name="Try it").click()
    tab.get_by_label("Body", exact=True).fill("17.99,10.38,2019.0,0.7119")
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_label("Body of the answer")).to_contain_text("malignant")
    desk.shoot("endpoint-try-it")
    desk.lab.client("sagemaker").delete_endpoint(EndpointName="cells-live")
    gone = tab.get_by_role("heading", name="It was deleted")
    expect(tab.get_by_text("Deleting", exact=True).or_(gone)).to_be_visible()


def test_first_rows_are_whole_and_in_their_encoding(desk: Desk) -> None:
    s3 = desk.lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    rows = "".join(f"{number},{'é' * 12_000}\n" for number in range(5))
    s3.put_object(Bucket=BUCKET, Key="wide.csv", Body=f"number,text\n{rows}".encode())
    desk.run("smkit:new-automl")
    tab = desk.tab()
    address = tab.get_by_label("Training data", exact=True)
    address.fill(f"s3://{BUCKET}/wide.csv")
    table = tab.get_by_role("table", name="First rows")
    expect(table.locator("tbody tr")).to_have_count(2)
    old = "stadt;größe\nKöln;1\nZürich;2\n".encode("cp1252")
    s3.put_object(Bucket=BUCKET, Key="old.csv", Body=old)
    address.fill(f"s3://{BUCKET}/old.csv")
    expect(table.get_by_role("columnheader", name="größe")).to_be_visible()
    expect(table.get_by_role("cell", name="Zürich")).to_be_visible()
    address.fill(f"s3://{BUCKET}")
    tab.get_by_role("button", name="Browse: Training data").click()
    expect(tab.get_by_text("All buckets")).to_be_visible()
    expect(tab.get_by_role("button", name="Up")).to_be_disabled()


def test_a_folder_of_parquet_is_trained_on_as_such(desk: Desk) -> None:
    s3 = desk.lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="folder/part-0.parquet", Body=b"PAR1")
    desk.run("smkit:new-automl")
    tab = desk.tab()
    tab.get_by_label("Experiment name").fill("folder")
    tab.get_by_label("Training data", exact=True).fill(f"s3://{BUCKET}/folder/")
    expect(tab.get_by_text("Rows of a Parquet file are not shown here")).to_be_visible()
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Target column").fill("y")
    for _ in range(3):
        tab.get_by_role("button", name="Next").click()
    code = tab.get_by_label("Python code")
    expect(code).to_contain_text("x-application/vnd.amazon+parquet")
    tab.get_by_role("button", name="%sm", exact=True).click()
    expect(tab.locator(".smkit-Code-text")).to_contain_text(f"%sm automl s3://{BUCKET}/folder/")


def test_an_endpoint_cannot_be_made_without_a_model(desk: Desk) -> None:
    desk.run("smkit:new-endpoint")
    tab = desk.tab()
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_role("alert")).to_contain_text("Choose a model")
    tab.get_by_role("radio", name="A new one").check()
    desk.shoot("endpoint-wizard")
