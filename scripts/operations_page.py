"""Writes docs/operations.md from what the features register."""

from pathlib import Path

from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.api.states import page

if __name__ == "__main__":
    target = Path(__file__).parent.parent / "docs" / "operations.md"
    target.write_text(page(registry_of()))
    print(target)
