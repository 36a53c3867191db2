"""Fuzz one of the targets with atheris for some time:

    python -m tests.fuzz.run frames --seconds 60 --keep

What it finds that is new goes into ``tests/fuzz/corpus/``, which the test suite replays, where it is told to
keep it; what fails is left in the file that the last lines name.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["onair.protocol", "onair.hub", "onair.server"]):
    from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"

#: The longest input: a few messages or frames.
LENGTH = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", action="store_true", help="add what is new to the corpus")
    options = parser.parse_args()
    corpus = CORPUS / options.target
    arguments = [
        "fuzz",
        *([] if options.keep else [tempfile.mkdtemp()]),  # new inputs go to the first folder
        str(corpus),
        f"-max_total_time={options.seconds}",
        f"-max_len={LENGTH}",
        "-verbosity=0",
    ]
    atheris.Setup(arguments, TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
