from __future__ import annotations

from django.apps import AppConfig

from onair.changes.change import Commit


class NotesConfig(AppConfig):
    """Says on its output what it is told."""

    name = "notes"

    def ready(self) -> None:
        from onair.changes import interest

        interest.watch(self.get_model("Note"))
        interest.listen(say)


def say(commit: Commit) -> None:
    for row in commit.rows:
        print(f"told: {row.kind.value} {row.values['text']}", flush=True)  # noqa: T201
