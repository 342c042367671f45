"""What of a long failure fits into a FailureReason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.compute.reason import LONGEST, fitted

WHY = "AlgorithmError: the program failed, exit code: 1"
FRAMES = (
    "Traceback (most recent call last):\n" + '  File "train.py", line 3, in fit\n    fit()\n' * 40
)


def test_what_fits_is_told_whole() -> None:
    assert fitted(WHY, "no luck") == f"{WHY}\nno luck"
    assert fitted(WHY) == WHY


def test_the_exception_at_the_end_stays() -> None:
    reason = fitted(WHY, f"epoch 1\n{FRAMES}ValueError: the cause")
    assert reason.startswith(WHY) and reason.endswith("ValueError: the cause")
    assert len(reason) == LONGEST


def test_of_a_long_exception_the_beginning_stays() -> None:
    raised = "xgboost.core.XGBoostError: wrong label\n" + "Stack trace:\n" + "  [bt] frame\n" * 200
    assert fitted(WHY, FRAMES + raised).startswith(f"{WHY}\nxgboost.core.XGBoostError: wrong label")


def test_what_is_said_after_an_exception_does_not_push_it_out() -> None:
    reason = fitted(WHY, f"{FRAMES}KeyError: 'price'\n" + "wandb: uploading\n" * 200)
    assert reason.startswith(f"{WHY}\nKeyError: 'price'\nwandb")


def test_the_last_exception_is_the_one() -> None:
    text = f"{FRAMES}KeyError: 1\n\nDuring handling …:\n\n{FRAMES}OSError: 2\n" + "x\n" * 600
    assert fitted(WHY, text).startswith(f"{WHY}\nOSError: 2\nx")


def test_a_long_reason_keeps_its_end_as_well() -> None:
    built = "uv pip install … ended with 1: " + "resolving\n" * 200 + "no such package: scikit"
    reason = fitted(built, "told " * 300 + "\nno such package: scikit")
    assert reason.startswith("uv pip install") and reason.endswith("no such package: scikit")
    assert len(reason) <= LONGEST


@given(st.text(max_size=3000), st.text(max_size=3000))
def test_it_never_is_too_long(reason: str, told: str) -> None:
    assert len(fitted(reason, told)) <= LONGEST
