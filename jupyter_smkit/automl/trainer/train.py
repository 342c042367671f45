"""The AutoML job's program: ``python -m jupyter_smkit.automl.trainer.train TASK.json``.

It runs in the environment ``automl``, of smkit sees only this package, and tells what it does in
the file named by ``SMKIT_REPORT``. It ends with 0 where anything was trained or SIGTERM asked for
the end, and with 1 where the data or the task is at fault. Relative paths are below
``SAGEMAKER_BASE_DIR``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from jupyter_smkit.automl.task import Task
from jupyter_smkit.automl.trainer.report import Report
from jupyter_smkit.automl.trainer.stopping import Stop


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    stop = Stop().install()
    report = Report.from_environment()
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "."))
    task = Task.from_json((base / arguments[0]).read_text(), base)
    # Read by the OpenMP runtimes as they are loaded: threads that wait must not burn the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from jupyter_smkit.automl.trainer.job import Job
    from jupyter_smkit.automl.trainer.tables import DataError

    try:
        Job(task, report, stop, started).run()
    except DataError as error:
        report.failure = str(error)
        report.step("Failed", 1.0, str(error))
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
