from __future__ import annotations

import re

import hosting
from desk import Desk
from playwright.sync_api import Locator, expect

ROW = "5.1,3.5,1.4,0.2"


def ask(tab: Locator, body: str) -> None:
    tab.get_by_label("Body", exact=True).fill(body)
    tab.get_by_role("button", name="Send").click()


def answer(tab: Locator) -> Locator:
    return tab.get_by_role("region", name="Answer")


def test_an_endpoint_from_its_model_to_its_end(desk: Desk) -> None:
    hosting.model(desk.lab, "iris", hosting.iris())
    desk.run("smkit:new-endpoint")
    tab = desk.tab()
    tab.get_by_role("combobox", name="Model").select_option("iris")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Endpoint name").fill("not a name")
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_role("alert")).to_contain_text("letters, digits and hyphens")
    tab.get_by_label("Endpoint name").fill("iris-live")
    desk.shoot("endpoint-wizard-name")
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_endpoint(")
    desk.shoot("endpoint-wizard-review")
    tab.get_by_role("button", name="Create endpoint").click()
    expect(tab.get_by_role("heading", name="iris-live", level=1)).to_be_visible()
    expect(tab.get_by_text("InService", exact=True)).to_be_visible(timeout=60_000)

    tab.get_by_role("tab", name="Try it").click()
    ask(tab, "1,2")
    expect(answer(tab).get_by_role("alert")).to_contain_text("Expected 4 columns, got 2")
    desk.shoot("endpoint-try-it-refused")
    ask(tab, ROW)
    expect(answer(tab).get_by_label("Body of the answer")).to_have_text(re.compile(r"^0\s*$"))
    expect(answer(tab).get_by_role("alert")).to_have_count(0)

    tab.get_by_role("button", name="Delete").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete iris-live?")
    dialog.get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("heading", name="It was deleted")).to_be_visible(timeout=30_000)
    expect(tab.get_by_role("tab")).to_have_count(0)
    desk.shoot("endpoint-gone")
    tab.get_by_role("button", name="Go to Endpoints").click()
    expect(tab.get_by_role("heading", name="Endpoints", level=1)).to_be_visible()
    expect(tab.get_by_role("button", name="iris-live")).to_have_count(0)


def test_traffic_follows_the_weights_and_metrics_show_it(desk: Desk) -> None:
    for variant in ("blue", "green"):
        hosting.model(desk.lab, variant, hosting.constant(variant))
    hosting.endpoint(desk.lab, "split", {"blue": 1, "green": 0})
    desk.run("smkit:open", page="endpoints/record", name="split")
    tab = desk.tab()
    tab.get_by_role("tab", name="Metrics").click()
    expect(tab.get_by_role("heading", name="No requests in this period")).to_be_visible()
    tab.get_by_role("tab", name="Overview").click()
    shares = tab.get_by_role("table", name="Variants")
    expect(shares.get_by_role("row").filter(has_text="blue")).to_contain_text("100 %")
    shares.get_by_label("Weight of green").fill("-1")
    expect(tab.get_by_role("button", name="Update weights")).to_be_disabled()
    shares.get_by_label("Weight of green").fill("1")
    expect(shares.get_by_role("row").filter(has_text="green")).to_contain_text("50 %")
    shares.get_by_label("Weight of blue").fill("0")
    desk.shoot("endpoint-weights")
    tab.get_by_role("button", name="Update weights").click()
    expect(tab.get_by_role("button", name="Update weights")).to_have_count(0)
    expect(shares.get_by_role("row").filter(has_text="green")).to_contain_text("100 %")
    expect(tab.get_by_text("InService", exact=True)).to_be_visible()
    tab.get_by_role("tab", name="Try it").click()
    ask(tab, ROW)
    expect(answer(tab).get_by_label("Body of the answer")).to_have_text("green")
    expect(answer(tab).get_by_role("listitem").filter(has_text="green")).to_be_visible()

    tab.get_by_role("tab", name="Logs").click()
    streams = tab.get_by_label("Log stream")
    green = streams.locator("option").filter(has_text="green")
    streams.select_option(green.inner_text())
    said = tab.get_by_role("log").get_by_text("answering")
    expect(said).to_have_count(1)
    runtime = desk.lab.client("sagemaker-runtime")
    runtime.invoke_endpoint(EndpointName="split", ContentType="text/csv", Body=ROW)
    expect(said).to_have_count(2)

    hosting.asked_before(
        desk.lab,
        "split",
        {
            "blue": [(ago, 200, 0.002 * (1 + ago % 7)) for ago in range(20, 50) for _ in range(9)],
            "green": [
                (ago, 500 if (ago, took) == (4, 8) else 200, took / 1000)
                for ago in range(2, 25)
                for took in (2, 2, 2, 3, 4, 4, 5, 6, 8, 20 + ago)
            ],
        },
    )
    tab.get_by_role("tab", name="Metrics").click()
    tab.get_by_label("Period").select_option("Last 3 hours")
    chart = tab.get_by_role("figure", name="Invocations")
    chart.get_by_role("img").locator("svg .mark-rect path").first.hover()
    expect(desk.page.locator("#vg-tooltip-element")).to_contain_text("blue: 9")
    tab.get_by_label("Errors and latency of").select_option("green")
    tab.get_by_text("Errors as a table").press("Enter")
    errors = tab.get_by_role("table", name="Errors")
    expect(errors.get_by_role("row").filter(has_text=re.compile("01$"))).to_have_count(1)
    tab.get_by_text("Model latency as a table").click()
    latencies = tab.get_by_role("table", name="Model latency")
    expect(latencies.get_by_role("columnheader")).to_have_text(
        ["From", "average", "p50", "p90", "p99"]
    )
    slowest = desk.page.get_by_role("cell", name="22", exact=True)
    expect(latencies.get_by_role("row").filter(has=slowest)).to_have_count(1)
    desk.shoot("endpoint-metrics")


def test_an_endpoint_that_never_served_has_no_metrics(desk: Desk) -> None:
    hosting.model(desk.lab, "never", {})
    sagemaker = desk.lab.client("sagemaker")
    variant = {"VariantName": "never", "ModelName": "never", "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="never", ProductionVariants=[variant | {"InitialInstanceCount": 1}]
    )
    sagemaker.create_endpoint(EndpointName="never", EndpointConfigName="never")
    desk.run("smkit:open", page="endpoints/record", name="never")
    tab = desk.tab()
    expect(tab.get_by_text("Failed", exact=True).first).to_be_visible(timeout=60_000)
    tab.get_by_role("tab", name="Metrics").click()
    expect(tab.get_by_text("No metrics yet")).to_be_visible()
