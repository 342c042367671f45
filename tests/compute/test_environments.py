"""What environments are asked for."""

from __future__ import annotations

from pathlib import Path

from jupyter_smkit.compute import environments


def test_a_requirements_file_becomes_words_for_the_installer(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("numpy>=1.26\n")
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# what the program needs\n"
        "-r base.txt\n"
        "\n"
        "pandas[parquet] >=2 ; python_version >= '3.9'  # tables\n"
        "-c limits.txt\n"
        "--find-links wheels\n"
        "--pre\n"
        "name @ git+https://example.org/name.git#egg=name\n"
    )
    assert environments.requirements(file) == [
        "numpy>=1.26",
        "pandas[parquet] >=2 ; python_version >= '3.9'",
        "-climits.txt",
        "--find-links=wheels",
        "--pre",
        "name @ git+https://example.org/name.git#egg=name",
    ]


def test_the_current_interpreter_serves_what_it_has() -> None:
    assert environments.satisfied(["packaging", "pytest>=8"])
    assert not environments.satisfied(["packaging>=1000"])
    assert not environments.satisfied(["--find-links=wheels"])
    assert not environments.satisfied(["no-such-package-at-all"])
