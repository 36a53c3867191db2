"""Random queries, as the source that a page's author would write."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

#: What a query's source may begin with: the model, and how likely.
BASES = {"Note": 8, "Room": 3, "Team": 1, "Person": 2, "Member": 2, "Tag": 1, "Like": 2, "Link": 1}

COLUMNS = {
    "Note": {
        "text": "name", "stars": "int", "price": "decimal", "day": "day", "moment": "moment",
        "token": "token", "double": "int", "room_id": "key", "author_id": "key", "parent_id": "key",
    },
    "Room": {"name": "name", "is_open": "bool", "kind": "kind", "team_id": "key"},
    "Team": {"name": "name", "size": "int"},
    "Person": {"name": "name", "age": "int"},
    "Member": {"name": "name", "age": "int", "rank": "int", "team_id": "key"},
    "Tag": {"name": "name", "weight": "int"},
    "Like": {"weight": "int", "note_id": "key", "person_id": "key"},
    "Link": {"note_id": "key", "tag_id": "key"},
}  # fmt: skip
NULLABLE = {"price", "day", "moment", "token", "author_id", "parent_id", "team_id", "age"}
ORDERED = {"int", "decimal", "day", "moment"}

#: Relations that lead to one row, and those that lead to many.
ONE = {
    "Note": {"room": "Room", "author": "Person", "parent": "Note"},
    "Room": {"team": "Team"},
    "Person": {"member": "Member"},
    "Member": {"team": "Team"},
    "Like": {"note": "Note", "person": "Person"},
    "Link": {"note": "Note", "tag": "Tag"},
    "Team": {},
    "Tag": {},
}
MANY = {
    "Note": {"tags": "Tag", "likes": "Like", "replies": "Note"},
    "Room": {"notes": "Note"},
    "Team": {"rooms": "Room", "members": "Member"},
    "Person": {"notes": "Note", "likes": "Like"},
    "Member": {"notes": "Note", "likes": "Like"},
    "Tag": {"notes": "Note"},
    "Like": {},
    "Link": {},
}


@dataclass(frozen=True, slots=True)
class Query:
    """``queryset`` is made once, ``finish`` is run on it (``qs``) each time."""

    queryset: str
    finish: str

    def __str__(self) -> str:
        return f"{self.finish}  where qs = {self.queryset}"


class Maker:
    """Makes queries.

    Args:
        random: the dice.
        keyed: whether they are as on pages: they name a row or a parent, and little else.
    """

    def __init__(self, random: Random, *, keyed: bool) -> None:
        self._random, self._keyed = random, keyed

    def query(self) -> Query:
        r = self._random
        model = r.choices(list(BASES), list(BASES.values()))[0]
        qs = f"q({model})"
        if self._keyed:
            column = r.choice([name for name, kind in COLUMNS[model].items() if kind == "key"] or ["pk"])
            qs += f".filter({column}={r.randint(1, 12)})"
            if r.random() < 0.3:
                qs += f".{r.choice(['filter', 'exclude'])}({self._atom(model, 0)})"
            return r.choice([self._rows, self._rows, self._values, self._number])(model, qs)
        for _ in range(r.choice([0, 1, 1, 1, 2])):
            qs += f".{r.choice(['filter', 'filter', 'exclude'])}({self.condition(model)})"
        finish = r.choice([self._rows, self._rows, self._rows, self._values, self._number, self._special])
        return finish(model, qs)

    def condition(self, model: str, depth: int = 0) -> str:
        r = self._random
        if depth < 2 and r.random() < 0.3:
            one, other = self.condition(model, depth + 1), self.condition(model, depth + 1)
            one, other = (
                text if text.startswith(("Q(", "~Q(", "(", "Exists(", "~Exists(")) else f"Q({text})"
                for text in (one, other)
            )
            negation = r.choice(["", "", "~"])
            return f"{negation}({one} {r.choice('||&&^')} {other})" if r.random() < 0.8 else f"~{one}"
        if r.random() < 0.12:
            return self._subquery(model)
        return self._atom(model)

    def _path(self, model: str, depth: int = 2) -> tuple[str, str]:
        """Return a way to a table, and its model."""
        r = self._random
        prefix = ""
        while depth and r.random() < 0.4:
            relation, model = r.choice([*(ONE[model] | MANY[model]).items()] or [("", model)])
            if not relation:
                break
            prefix += f"{relation}__"
            depth -= 1
        return prefix, model

    def _atom(self, model: str, depth: int = 2) -> str:
        r = self._random
        prefix, target = self._path(model, depth)
        name, kind = r.choice([*COLUMNS[target].items(), ("pk", "key")])
        if target == "Member" and name == "name" and r.random() < 0.5:
            name = "person_ptr__name"
        path = prefix + name
        choice = r.random()
        if choice < 0.5:
            return f"{path}={self.literal(kind)}"
        if choice < 0.65 and kind in ORDERED:
            op = r.choice(["gt", "gte", "lt", "lte"])
            if kind == "int" and r.random() < 0.15:
                others = [name for name, other in COLUMNS[model].items() if other == "int"]
                if others:
                    return f"{path}__{op}=F({r.choice(others)!r})"
            return f"{path}__{op}={self.literal(kind)}"
        if choice < 0.7 and kind in ORDERED:
            return f"{path}__range=({self.literal(kind)}, {self.literal(kind)})"
        if choice < 0.8:
            return f"{path}__isnull={r.choice([True, False])}"
        if choice < 0.9:
            return f"{path}__in=[{', '.join(self.literal(kind) for _ in range(r.randint(0, 3)))}]"
        if kind == "name":
            op = r.choice(["icontains", "startswith", "iexact", "gt", "regex"])
            return f"{path}__{op}={self.literal(kind)}"
        if kind in {"day", "moment"}:
            return f"{path}__year={r.choice([2025, 2026])}"
        return f"{path}={self.literal(kind)}"

    def _subquery(self, model: str) -> str:
        r = self._random
        if model == "Note":
            inner = r.choice(
                [
                    "q(Like).filter(note=OuterRef('pk'), {})",
                    "q(Like).filter(note=OuterRef('pk'), weight__gte=OuterRef('stars'))",
                    "q(Link).filter(note=OuterRef('pk'), tag__weight=OuterRef('stars'))",
                    "q(Room).filter(pk=OuterRef('room'), notes__author=OuterRef('author'))",
                    "q(Note).filter(parent=OuterRef('pk'))",
                ]
            ).format(self._atom("Like"))
            if r.random() < 0.6:
                return f"{r.choice(['', '~'])}Exists({inner})"
            return f"room__in=q(Room).filter({self._atom('Room')})"
        if model == "Room":
            return r.choice(
                [
                    f"notes__in=q(Note).filter({self._atom('Note')})",
                    "Exists(q(Note).filter(room=OuterRef('pk'), author__name=OuterRef('name')))",
                    f"pk__in=q(Note).filter({self._atom('Note')}).values('room')",
                ]
            )
        return f"pk__in=q({model}).filter({self._atom(model)})"

    def _order(self, model: str) -> str:
        r = self._random
        names = []
        for _ in range(r.randint(1, 2)):
            prefix, target = "", model
            if ONE[model] and r.random() < 0.3:
                relation, target = r.choice(list(ONE[model].items()))
                prefix = f"{relation}__"
            names.append(r.choice(["", "-"]) + prefix + r.choice(list(COLUMNS[target])))
        return ", ".join(map(repr, [*names, "pk"]))

    def _slice(self) -> str:
        return self._random.choice(["[:3]", "[:1]", "[:5]", "[1:4]", "[2:]"])

    def _rows(self, model: str, qs: str) -> Query:
        r = self._random
        ordered = r.random() < 0.5
        if r.random() < 0.15:
            qs += ".distinct()"
        if ordered:
            qs += f".order_by({self._order(model)})"
        shows = r.sample(list(COLUMNS[model]), r.randint(1, min(3, len(COLUMNS[model]))))
        for relation, target in ONE[model].items():
            if r.random() < 0.3:
                shows.append(f"{relation}.{r.choice(list(COLUMNS[target]))}")
                if ONE[target] and r.random() < 0.3:
                    further, last = r.choice(list(ONE[target].items()))
                    shows.append(f"{relation}.{further}.{r.choice(list(COLUMNS[last]))}")
                    if r.random() < 0.5:
                        qs += f".select_related('{relation}__{further}')"
                elif r.random() < 0.5:
                    qs += f".select_related('{relation}')"
        for relation, target in MANY[model].items():
            if r.random() < 0.2:
                shows.append(f"{relation}.{r.choice(list(COLUMNS[target]))}")
                if r.random() < 0.5:
                    qs += f".prefetch_related('{relation}')"
        if r.random() < 0.1:
            qs += f".{r.choice(['only', 'defer'])}({r.choice(list(COLUMNS[model]))!r})"
        if ordered and r.random() < 0.4:
            qs += self._slice()
        function = r.choice(["rows", "rows", "reported"])
        return Query(qs, f"{function}(qs, {shows!r}, {ordered})")

    def _values(self, model: str, qs: str) -> Query:
        r = self._random
        prefix, target = self._path(model, 1)
        names = {prefix + r.choice(list(COLUMNS[target])), r.choice(list(COLUMNS[model]))}
        shown = ", ".join(map(repr, sorted(names)))
        qs += f".values_list({shown})"
        if r.random() < 0.3:
            qs += ".distinct()"
            return Query(qs, "plain(qs, False)")
        if r.random() < 0.4:
            # What is joined may be several rows to one key.
            order = f"{self._order(model)}, {shown}"
            return Query(f"{qs}.order_by({order}){r.choice(['', self._slice()])}", "plain(qs, True)")
        return Query(qs, "plain(qs, False)")

    def _number(self, model: str, qs: str) -> Query:
        r = self._random
        integers = [name for name, kind in COLUMNS[model].items() if kind == "int"] or ["pk"]
        return Query(
            qs,
            r.choice(
                [
                    "qs.count()",
                    "qs.exists()",
                    f"qs.aggregate(n=Sum({r.choice(integers)!r}))",
                    f"qs.aggregate(n=Max({r.choice(list(COLUMNS[model]))!r}))"
                    if model != "Room"
                    else "qs.count()",
                    "qs.distinct().count()",
                    f"one(qs.order_by({self._order(model)}).first())",
                    "len(qs)",
                    "bool(qs)",
                ]
            ),
        )

    def _special(self, model: str, qs: str) -> Query:
        r = self._random
        many = list(MANY[model]) or ["pk"]
        path = r.choice(many)
        return r.choice(
            [
                Query(f"{qs}.annotate(n=Count({path!r}))", "counted(qs)"),
                Query(f"{qs}.annotate(n=Count({path!r})).filter(n__gt=0)", "counted(qs)"),
                Query(f"{qs}.annotate(n=Count({path!r}, filter=Q({self._atom(model)})))", "counted(qs)"),
                Query(f"{qs}.values({r.choice(list(COLUMNS[model]))!r}).annotate(n=Count('pk')).order_by()",
                      "plain(qs, False)"),
                Query(f"{qs}.values('pk').union(q({model}).filter({self._atom(model)}).values('pk'))",
                      "plain(qs, False)"),
                Query(f"{qs}.annotate(w=Window(RowNumber(), order_by='pk')).values_list('pk', 'w')",
                      "plain(qs, False)"),
                Query("q(Note).annotate(s=Subquery(q(Like).filter(note=OuterRef('pk'))"
                      ".order_by('-weight', 'pk').values('weight')[:1]))",
                      "plain(qs.values_list('pk', 's'), False)"),
                Query(f"{qs}.extra(where=['1 = 1'])", "qs.count()"),
                Query("q(Note).prefetch_related("
                      "Prefetch('likes', q(Like).filter(weight__gt=1), to_attr='heavy'))",
                      "sorted((note.pk, sorted(like.weight for like in note.heavy)) for note in qs)"),
                Query("q(Note).dates('day', 'month')", "list(qs)"),
                Query(qs, f"get(qs, {r.randint(1, 12)})"),
                Query(qs, "sorted(qs.in_bulk())"),
                Query("q(Note).raw('SELECT id, stars FROM soundness_note WHERE stars > 1')",
                      "sorted((note.pk, note.stars) for note in qs)"),
                Query("q(Note).filter(room__team__rooms__notes__author__likes__weight=1)", "qs.count()"),
                Query("q(Room).annotate(t=Coalesce(Sum('notes__stars'), 0)).order_by('-t', 'pk')[:3]",
                      "plain(qs.values_list('pk', 't'), True)"),
            ]
        )  # fmt: skip

    def literal(self, kind: str) -> str:
        r = self._random
        return {
            "name": lambda: repr(r.choice(["a", "b", "c", "A"])),
            "int": lambda: str(r.randint(0, 4)),
            "key": lambda: str(r.randint(1, 12)),
            "decimal": lambda: f"Decimal('{r.choice(['0', '1.50', '2.004', '2.5', '9'])}')",
            "day": lambda: f"date(2026, {r.randint(1, 3)}, 1)",
            "moment": lambda: f"datetime(2026, 1, {r.randint(1, 3)}, tzinfo=UTC)",
            "token": lambda: f"UUID(int={r.randint(1, 3)})",
            "bool": lambda: r.choice(["True", "False"]),
            "kind": lambda: r.choice(["'hall'", "Room.Kind.CELL"]),
        }[kind]()
