from __future__ import annotations

import pytest
from django.apps import apps

from onair.changes import interest
from onair.changes.change import Commit, RowChange


class Seen:
    """The commits that a listener has got."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []

    def __call__(self, commit: Commit) -> None:
        if commit:
            self.commits.append(commit)

    def take(self) -> Commit:
        """Return the only commit since the last call."""
        [commit] = self.commits
        self.commits.clear()
        return commit

    def one(self) -> RowChange:
        """Return the only row of the only commit."""
        commit = self.take()
        assert not commit.tables
        [change] = commit.rows
        return change

    def clear(self) -> None:
        self.commits.clear()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Watch the library, and collect what is seen."""
    monkeypatch.setattr(interest, "_watched", set(interest._watched))
    monkeypatch.setattr(interest, "_listeners", [])
    monkeypatch.setattr(interest, "_all", None)  # another test may have made live pages
    for model in apps.get_app_config("library").get_models(include_auto_created=True):
        interest.watch(model)
    seen = Seen()
    interest.listen(seen)
    return seen
