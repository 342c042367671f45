"""The IPython extension of kernels that start on smkit's side: ``%sm`` without ``%load_ext``.

Loaded by name from PYTHONPATH into interpreters that may not have smkit; imports nothing of it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load_ipython_extension(shell: "Any") -> None:
    shell.magics_manager.register_lazy("sm", "jupyter_smkit.magics")

    def matcher(context: "Any") -> "Any":
        """Loads what completes ``%sm`` when Tab is first pressed after it."""
        if "%sm " not in context.text_until_cursor:
            return {"completions": []}
        from importlib import import_module

        import_module("jupyter_smkit.magics.completion").offer(shell)
        return shell.Completer.custom_matchers[-1](context)

    matcher.matcher_api_version = 2  # type: ignore[attr-defined]
    matcher.matcher_identifier = "smkit"  # type: ignore[attr-defined]
    # IPython before 8.6 has none, and completes without them.
    getattr(shell.Completer, "custom_matchers", []).append(matcher)
