"""One hop after the other: what is left out, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path

from onair.doctor.examination import Examination, Options
from onair.doctor.hop import Hop
from onair.doctor.outcome import Failed, Mark, Passed, Skipped
from onair.doctor.report import as_json, line_of, summary_of
from onair.doctor.running import examine
from onair.doctor.table import HOPS
from tests.docs.markdown import first_cells, section

COMMANDS = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"


def well(examination: Examination) -> Passed:
    return Passed("It works.", ("It could be better.",))


def left_out(examination: Examination) -> Skipped:
    return Skipped("There is nothing to try.")


def broken(examination: Examination) -> Passed:
    raise Failed("It does not work.", "Change the setting:\n    first line\n    second line")


def surprising(examination: Examination) -> Passed:
    raise ZeroDivisionError("by nought")


FIVE = (
    Hop("well", well),
    Hop("left out", left_out),
    Hop("broken", broken, ("left out",)),
    Hop("behind", well, ("well", "broken")),
    Hop("far behind", well, ("behind",)),
)


def test_what_needs_a_hop_that_failed_is_not_tried() -> None:
    results = list(examine(Options(), FIVE))

    assert [(result.hop, result.mark) for result in results] == [
        ("well", Mark.PASSED),
        ("left out", Mark.SKIPPED),
        ("broken", Mark.FAILED),
        ("behind", Mark.SKIPPED),
        ("far behind", Mark.SKIPPED),
    ]
    assert results[3].says == 'It needs "broken".'
    assert summary_of(results) == "Not well: broken."


def test_an_error_that_nobody_expected_is_a_failure_of_its_hop() -> None:
    (result,) = examine(Options(), [Hop("surprising", surprising)])

    assert result.mark is Mark.FAILED
    assert result.says == "ZeroDivisionError: by nought"
    assert "onair.doctor" in result.remedy


def test_a_result_is_one_line_and_its_remedy_follows() -> None:
    lines = [line_of(result).splitlines() for result in examine(Options(), FIVE)]

    assert [each[0].split()[0] for each in lines] == ["ok", "skip", "FAIL", "skip", "skip"]
    assert lines[0][1].strip() == "note: It could be better."
    assert [line.strip() for line in lines[2][1:]] == ["-> Change the setting:", "first line", "second line"]


def test_all_of_it_is_json_as_well() -> None:
    read = json.loads(as_json(list(examine(Options(), FIVE))))

    assert read["well"] is False
    assert [hop["mark"] for hop in read["hops"]] == ["ok", "skip", "FAIL", "skip", "skip"]
    assert set(read["hops"][0]) == {"hop", "mark", "seconds", "says", "remedy", "hints"}


def test_every_hop_needs_only_hops_before_it() -> None:
    names = [hop.name for hop in HOPS]

    assert len(names) == len(set(names))
    for place, hop in enumerate(HOPS):
        assert set(hop.needs) <= set(names[:place]), hop.name


def test_every_hop_is_in_the_reference() -> None:
    described = section(COMMANDS.read_text(), "`manage.py onair doctor`")

    assert [cell.strip("`") for cell in first_cells(described) if cell.startswith("`")] == [
        hop.name for hop in HOPS
    ]
