"""Writes src/core/service-model.json: what the pages need to know of SageMaker's own model."""

import json
from pathlib import Path
from typing import Any

from jupyter_smkit.api.models import service

TARGET = Path(__file__).parent.parent / "src" / "core" / "service-model.json"


def model() -> dict[str, Any]:
    """Of each Create its members, of each List its rows, filters and orders; what Search knows."""
    found = service("sagemaker")
    names = sorted(found.operation_names)
    return {
        "creates": {
            name: list(found.operation_model(name).input_shape.members)
            for name in names
            if name.startswith("Create")
        },
        "lists": {
            name: _list(found.operation_model(name)) for name in names if name.startswith("List")
        },
        "searched": list(found.shape_for("ResourceType").enum),
    }


def _list(operation: Any) -> dict[str, Any]:
    given, made = operation.input_shape.members, operation.output_shape.members
    statuses = [name for name in given if name.endswith(("StatusEquals", "Status"))]
    status = min(statuses, key=lambda name: name != "StatusEquals", default=None)
    return {
        "rows": next(name for name, shape in made.items() if shape.type_name == "list"),
        "named": next((name for name in given if name.endswith("NameContains")), ""),
        "status": status or "",
        "statuses": list(given[status].enum) if status else [],
        "sorts": list(given["SortBy"].enum) if "SortBy" in given else [],
        "orders": list(given["SortOrder"].enum) if "SortOrder" in given else [],
    }


def written(parts: dict[str, Any]) -> str:
    """One operation a line, so that a new version of botocore makes a short difference."""
    sections = [
        f'  "{part}": {{\n'
        + ",\n".join(f'    "{name}": {json.dumps(each)}' for name, each in operations.items())
        + "\n  }"
        if isinstance(operations, dict)
        else f'  "{part}": {json.dumps(operations)}'
        for part, operations in parts.items()
    ]
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(written(model()))
    print(TARGET)
