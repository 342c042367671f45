"""Starts smkit and prints the configuration that ceph/s3-tests wants, with a key pair an account.

python tests/acceptance/s3_tests_conf.py > smkit.conf
"""

from __future__ import annotations

import sys
from configparser import RawConfigParser
from urllib.parse import urlsplit

from jupyter_smkit import serve
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.objects.request import canonical_id

ACCOUNTS = {
    "s3 main": "111111111111",
    "s3 alt": "222222222222",
    "s3 tenant": "333333333333",
    "iam": "111111111111",
    "iam root": "444444444444",
    "iam alt root": "555555555555",
}


def configuration(home: Home) -> RawConfigParser:
    address = urlsplit(serve.ensure_running(home))
    credentials = Credentials(home.credentials)
    made = RawConfigParser()
    made["DEFAULT"] = {
        "host": str(address.hostname),
        "port": str(address.port),
        "is_secure": "False",
        "ssl_verify": "False",
    }
    made["fixtures"] = {"bucket prefix": "s3-tests-{random}-"}
    for section, account in ACCOUNTS.items():
        key = credentials.of(account)
        made[section] = {
            "access_key": key.access_key,
            "secret_key": key.secret,
            "user_id": canonical_id(account),
            "display_name": account,
            "email": "tester@example.com",
            "tenant": "",
            "api_name": "default",
        }
    return made


if __name__ == "__main__":
    configuration(Home.from_environment()).write(sys.stdout)
