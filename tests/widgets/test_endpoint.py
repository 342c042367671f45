from __future__ import annotations

from jupyter_smkit.widgets.endpoint import EndpointView
from jupyter_smkit.workflow.endpoints import Endpoint


def test_every_try_is_answered_also_where_it_fails_as_before() -> None:
    widget = EndpointView(Endpoint("nobody"))
    widget.join()
    heard = []
    widget.observe(lambda change: heard.append(change.new), "answer")
    widget._handle_custom_msg({"body": "1,2"}, [])
    widget._handle_custom_msg({"body": "1,2"}, [])
    pending, failed = heard[:2]
    assert pending == {"pending": True} and "nobody" in failed["error"]
    assert heard == [pending, failed, pending, failed]
