from __future__ import annotations

import threading

from jupyter_smkit import workflow as sm
from jupyter_smkit.widgets.job import JobProgress


def test_a_widget_follows_a_job_to_its_end() -> None:
    widget = JobProgress(sm.process("print('one')\nprint('two')", name="follow", wait=False))
    seen = []
    widget.observe(lambda change: seen.append(change.new), "status")
    widget.join()
    assert not widget._thread.is_alive()
    assert (widget.status, widget.log, widget.error) == ("Completed", ["one", "two"], "")
    assert widget.ended >= widget.started > 0
    assert seen[-1:] == ["Completed"]


def test_it_reads_as_text_and_html_where_no_widget_shows() -> None:
    widget = JobProgress(sm.process("raise SystemExit('<no>')", name="broken", wait=False))
    widget.join()
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"].startswith("ProcessingJob broken: Failed")
    assert "<no>" in data["text/plain"]
    assert "&lt;no&gt;" in data["text/html"] and "<no>" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_its_button_stops_the_job() -> None:
    widget = JobProgress(
        sm.process("import time; time.sleep(600)", name="stopped-by-its-button", wait=False)
    )
    widget._handle_custom_msg("stop", [])
    widget.join()
    assert widget.status == "Stopped"


def test_its_thread_ends_when_it_is_closed() -> None:
    job = sm.process("import time; time.sleep(600)", name="forgotten", wait=False)
    widget = JobProgress(job)
    before = threading.active_count()
    widget.close()
    widget.join()
    assert not widget._thread.is_alive()
    assert threading.active_count() < before
    job.stop()


def test_an_unknown_job_is_an_error_in_the_widget() -> None:
    widget = JobProgress(sm.Job("ProcessingJob", "nobody"))
    widget.join()
    assert "nobody" in widget.error


def test_a_stop_that_fails_again_says_so_again() -> None:
    widget = JobProgress(sm.Job("ProcessingJob", "nobody"))
    widget.join()
    heard: list[str] = []
    widget.observe(lambda change: heard.append(change.new), "error")
    widget._handle_custom_msg("stop", [])
    widget._handle_custom_msg("stop", [])
    assert heard[-2] == "" and "nobody" in heard[-1]
    assert heard.count(heard[-1]) == 2


def test_an_automl_job_says_what_it_is_doing() -> None:
    widget = JobProgress(sm.Job("AutoMLJob", "nobody"))
    widget.join()
    described = {"AutoMLJobStatus": "InProgress", "AutoMLJobSecondaryStatus": "ModelTuning"}
    widget.show(described)
    assert widget.detail == "Model tuning"
    widget.show({**described, "AutoMLJobStatus": "Completed"})
    assert widget.detail == ""
