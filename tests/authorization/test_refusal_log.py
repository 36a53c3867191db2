from __future__ import annotations

import pytest

from onair.authorization.refusal_log import RefusalLog


def test_a_subject_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    log = RefusalLog()
    log.warning("a", "No rule for %s", "a")
    log.warning("a", "No rule for %s", "a")
    log.error("b", "Two rules for %s", "b")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "No rule for a"),
        ("ERROR", "Two rules for b"),
    ]


def test_a_flood_of_subjects_is_cut_with_a_word_about_it(caplog: pytest.LogCaptureFixture) -> None:
    log = RefusalLog(limit=3)
    for subject in range(10):
        log.warning(subject, "Subject %s", subject)
    assert caplog.messages == [
        "Subject 0",
        "Subject 1",
        "Subject 2",
        "More than 3 kinds of refusal: no more are logged.",
    ]
