from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
from desk import Desk
from playwright.sync_api import Locator, expect

QUICKSTART = Path(__file__).parent.parent / "examples/quickstart"
WHO = """\
import boto3
print("account", boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"])
"""
SIDE = "from jupyter_smkit.client import switch; print('side', switch.side())"

RESTART_AND_RUN = """async () => {
  const { shell, commands } = window.jupyterapp;
  await shell.currentWidget.sessionContext.restartKernel();
  void commands.execute('notebook:run-cell');
}"""


def notebook(desk: Desk, path: str, *cells: str) -> None:
    """Opens a notebook of these cells with a kernel of its own."""
    file = desk.lab.root / path
    file.parent.mkdir(exist_ok=True)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, file)
    desk.run("docmanager:open", path=path)
    expect(item(desk)).to_be_visible(timeout=30_000)


def item(desk: Desk) -> Locator:
    return desk.page.locator(".smkit-Kernel:visible")


def choose(desk: Desk, label: str) -> None:
    item(desk).click()
    desk.page.get_by_role("menuitem", name=label).click()


def run_cell(desk: Desk) -> None:
    desk.run("notebook:run-cell-and-select-next")


def outputs(desk: Desk) -> Locator:
    return desk.page.locator(".jp-Notebook:visible .jp-OutputArea-output")


def test_a_project_s_kernels_talk_to_smkit_from_their_start(desk: Desk) -> None:
    (desk.lab.root / "project/deeper").mkdir(parents=True)
    shutil.copy(QUICKSTART / "smkit.toml", desk.lab.root / "project")
    notebook(desk, "project/deeper/marked.ipynb", WHO, "%sm aws", "%sm local", SIDE)
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)
    desk.shoot("kernel-smkit")
    run_cell(desk)
    account = desk.lab.client("sts").get_caller_identity()["Account"]
    expect(outputs(desk)).to_contain_text(f"account {account}", timeout=30_000)

    run_cell(desk)
    expect(item(desk)).to_have_text("Kernel: AWS")
    run_cell(desk)
    expect(item(desk)).to_have_text("Kernel: smkit")
    choose(desk, "Leave This Kernel Alone")
    expect(item(desk)).to_have_text("Kernel: off")

    # A cell that runs right after the restart comes after the switch.
    desk.page.evaluate(RESTART_AND_RUN)
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)
    expect(outputs(desk).last).to_contain_text("side local", timeout=30_000)


def test_files_of_one_name_stay_apart_in_s3(desk: Desk) -> None:
    for folder in ("x", "y"):
        (desk.lab.root / "apart" / folder).mkdir(parents=True)
        (desk.lab.root / "apart" / folder / "rows.csv").write_text(f"{folder}\n1\n")
    shutil.copy(QUICKSTART / "smkit.toml", desk.lab.root / "apart")
    lines = ("x/rows.csv", "y/rows.csv", "y/rows.csv --file y.flow")
    notebook(desk, "apart/apart.ipynb", *(f"%sm wrangle {line}" for line in lines))
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)
    said = ("rows.flow written", "rows.flow exists already: name another file", "y.flow written")
    for at, text in enumerate(said):
        run_cell(desk)
        expect(outputs(desk).nth(at)).to_contain_text(text, timeout=30_000)
    for file, column in (("rows.flow", "x"), ("y.flow", "y")):
        data = re.search(r"s3://([^/]+)/([^\"]+)", (desk.lab.root / "apart" / file).read_text())
        assert data is not None
        found = desk.lab.client("s3").get_object(Bucket=data[1], Key=data[2])
        assert found["Body"].read().decode() == f"{column}\n1\n"


def test_kernels_elsewhere_are_left_alone_until_the_menu_says_otherwise(desk: Desk) -> None:
    notebook(desk, "elsewhere.ipynb", "import sys; print('jupyter_smkit' in sys.modules)", SIDE)
    expect(item(desk)).to_have_text("Kernel: off", timeout=30_000)
    run_cell(desk)
    expect(outputs(desk)).to_contain_text("False", timeout=30_000)

    choose(desk, "Talk to smkit")
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)
    choose(desk, "Talk to the Real AWS…")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("may cost money")
    desk.shoot("kernel-aws-dialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(item(desk)).to_have_text("Kernel: smkit")
    choose(desk, "Talk to the Real AWS…")
    dialog.get_by_role("button", name="Talk to the Real AWS").click()
    expect(item(desk)).to_have_text("Kernel: AWS")
    run_cell(desk)
    expect(outputs(desk).nth(1)).to_contain_text("side aws")
    item(desk).focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("menuitem", name="Talk to smkit")).to_be_visible()
    desk.shoot("kernel-menu")
    desk.page.keyboard.press("Enter")
    expect(item(desk)).to_have_text("Kernel: smkit")
    expect(item(desk)).to_be_focused()


def test_a_folder_on_the_list_is_a_project(desk: Desk) -> None:
    notebook(desk, "listed/one.ipynb", WHO)
    expect(item(desk)).to_have_text("Kernel: off", timeout=30_000)
    desk.run("smkit:switch-project")
    expect(desk.page.get_by_text("listed is on:")).to_be_visible()
    notebook(desk, "listed/two.ipynb", WHO)
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)

    desk.run("smkit:switch-project")
    expect(desk.page.get_by_text("listed is off:")).to_be_visible()
    notebook(desk, "listed/three.ipynb", WHO)
    expect(item(desk)).to_have_text("Kernel: off", timeout=30_000)


def test_a_folder_with_the_file_stays_on_without_the_list(desk: Desk) -> None:
    notebook(desk, "both/one.ipynb", WHO)
    desk.run("smkit:switch-project")
    expect(desk.page.get_by_text("both is on:")).to_be_visible()
    shutil.copy(QUICKSTART / "smkit.toml", desk.lab.root / "both")
    desk.run("smkit:switch-project")
    expect(desk.page.get_by_text("both is on by the file both/smkit.toml")).to_be_visible()


def test_a_console_of_a_project_is_on_too(desk: Desk) -> None:
    (desk.lab.root / "consoles").mkdir()
    shutil.copy(QUICKSTART / "smkit.toml", desk.lab.root / "consoles")
    desk.run(
        "console:create", basePath="consoles", kernelPreference={"name": "python3"}, activate=True
    )
    expect(item(desk)).to_have_text("Kernel: smkit", timeout=30_000)
