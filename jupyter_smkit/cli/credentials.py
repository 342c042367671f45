"""``smkit credentials``."""

from __future__ import annotations

from argparse import Namespace

from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.config import Home


def run(arguments: Namespace, home: Home) -> int:
    kept = Credentials(home.credentials)
    default = kept.default(home.settings.account)
    if arguments.verb == "list":
        for credential in kept.all():
            if credential.token is None:
                mark = "  smkit's own" if credential == default else ""
                print(f"{credential.access_key}  {credential.account}{mark}")
        return 0
    account = arguments.account or home.settings.account
    if not (account.isdigit() and len(account) == 12):
        raise ValueError(f"an account is 12 digits, and {account!r} is not")
    kept.add(Credential(arguments.key, arguments.secret, account))
    print(f"{arguments.key} may sign requests for the account {account}.")
    return 0
