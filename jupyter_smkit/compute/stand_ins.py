"""Stand-ins for the packages of AWS's containers that programs import."""

from pathlib import Path

STAND_INS = Path(__file__).with_name("stand-ins")
"""To come last on a program's path: a package that is really installed goes before."""
