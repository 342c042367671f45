"""The start of a program, which has happened when it can ask."""


def _wait_hostname_resolution() -> None:
    """A job here has one host, which need not be waited for."""
