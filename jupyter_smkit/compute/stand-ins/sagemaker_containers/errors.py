"""What the toolkit raises."""


class ClientError(Exception):
    """A fault of who asks."""


class ExecuteUserScriptError(ClientError):
    """The program failed."""


class UnsupportedFormatError(ClientError):
    """Data of a media type that nothing here reads or writes."""

    def __init__(self, content_type: str) -> None:
        self.message = f"Content type {content_type} is not supported by this framework."
        super().__init__(self.message)
