"""Random writes, in every way that Django has and that a database has without it."""

from __future__ import annotations

from random import Random

from tests.live.soundness.queries import COLUMNS, NULLABLE, Maker

MODELS = {"Note": 8, "Room": 3, "Team": 1, "Person": 2, "Member": 2, "Tag": 1, "Like": 3}

_REQUIRED = {
    "Note": ["room_id"],
    "Like": ["note_id", "person_id"],
}
_TARGETS = {
    "room_id": "Room", "author_id": "Person", "parent_id": "Note", "team_id": "Team",
    "note_id": "Note", "person_id": "Person",
}  # fmt: skip
_TABLES = {
    "Note": {"stars": "stars + 1", "text": "'b'", "room_id": "(SELECT max(id) FROM soundness_room)"},
    "Room": {"name": "'c'", "team_id": "NULL"},
    "Like": {"weight": "3 - weight"},
    "Person": {"age": "COALESCE(age, 0) + 1", "name": "'a'"},
}


class Writer:
    """Makes the source of writes; each is one statement or a few, in one line.

    Args:
        random: the dice.
        by_hand: whether SQL is among them that Django does not see.
    """

    def __init__(self, random: Random, *, by_hand: bool) -> None:
        self._random, self._by_hand = random, by_hand
        self._maker = Maker(random, keyed=False)

    def transaction(self) -> list[str]:
        """Return the writes of one transaction."""
        count = self._random.choice([1, 1, 1, 2, 3])
        return [self._write() for _ in range(count)]

    def _write(self) -> str:
        r = self._random
        model = r.choices(list(MODELS), list(MODELS.values()))[0]
        makers = [
            (self._create, 8), (self._save, 6), (self._stale, 3), (self._update, 5), (self._delete, 4),
            (self._bulk, 4), (self._link, 4), (self._odd, 2), (self._raw, 5 if self._by_hand else 0),
        ]  # fmt: skip
        make = r.choices([make for make, _ in makers], [weight for _, weight in makers])[0]
        return make(model)

    def _values(self, model: str, names: list[str]) -> str:
        return ", ".join(f"{name}={self._value(name, COLUMNS[model][name])}" for name in names)

    def _value(self, name: str, kind: str) -> str:
        r = self._random
        if name in NULLABLE and r.random() < 0.25:
            return "None"
        if kind == "key":
            return f"key({_TARGETS[name]}, {r.randint(0, 30)})"
        if kind == "int" and r.random() < 0.05:
            return f"'{r.randint(0, 4)}'"
        return self._maker.literal(kind)

    def _writable(self, model: str) -> list[str]:
        return [name for name in COLUMNS[model] if name != "double"]

    def _some(self, model: str) -> list[str]:
        r = self._random
        names = self._writable(model)
        return r.sample(names, r.randint(1, min(2, len(names))))

    def _new(self, model: str) -> str:
        names = {*_REQUIRED.get(model, []), *self._some(model), *self._some(model)}
        return f"{model}({self._values(model, sorted(names))})"

    def _pick(self, model: str) -> str:
        return f"pick({model}, {self._random.randint(0, 30)})"

    def _create(self, model: str) -> str:
        return f"save({self._new(model)})"

    def _save(self, model: str) -> str:
        names = self._some(model)
        fields = f", update_fields={[*names]!r}" if self._random.random() < 0.5 else ""
        return f"change({self._pick(model)}, dict({self._values(model, names)}){fields})"

    def _stale(self, model: str) -> str:
        """Save an object that was loaded some writes ago."""
        r = self._random
        names = self._some(model)
        fields = f", update_fields={[*names]!r}" if r.random() < 0.6 else ""
        return f"change(stale({model}, {r.randint(0, 30)}), dict({self._values(model, names)}){fields})"

    def _where(self, model: str) -> str:
        r = self._random
        return r.choice(
            [
                f"q({model}).filter({self._maker.condition(model)})",
                f"q({model}).filter(pk={self._maker.literal('key')})",
                f"q({model}).filter(pk__in=[{self._maker.literal('key')}, {self._maker.literal('key')}])",
                *(
                    f"q({model}).filter({name}={self._maker.literal(kind)})"
                    for name, kind in list(COLUMNS[model].items())[:4]
                ),
                f"q({model}).exclude({self._maker.condition(model)})",
            ]
        )

    def _update(self, model: str) -> str:
        r = self._random
        integers = [name for name, kind in COLUMNS[model].items() if kind == "int" and name != "double"]
        if integers and r.random() < 0.3:
            name = r.choice(integers)
            return f"{self._where(model)}.update({name}=F({name!r}) + 1)"
        return f"{self._where(model)}.update({self._values(model, self._some(model))})"

    def _delete(self, model: str) -> str:
        r = self._random
        if model in {"Team", "Room", "Person"} and r.random() < 0.6:
            model = "Note"
        if r.random() < 0.6:
            return f"delete({self._pick(model)})"
        return f"{self._where(model)}.filter(pk__gt=2).order_by('pk').delete()"

    def _bulk(self, model: str) -> str:
        r = self._random
        if model == "Member" or r.random() < 0.3:
            tags = ", ".join(f"Tag(name={name!r}, weight={r.randint(0, 4)})" for name in "an")
            conflicts = "update_conflicts=True, unique_fields=['name'], update_fields=['weight']"
            return f"q(Tag).bulk_create([{tags}], {conflicts})"
        if r.random() < 0.5:
            return f"q({model}).bulk_create([{self._new(model)}, {self._new(model)}])"
        names = self._some(model)
        changed = ", ".join(
            f"altered({self._pick(model)}, dict({self._values(model, names)}))" for _ in range(2)
        )
        return f"bulk_update({model}, [{changed}], {names!r})"

    def _link(self, model: str) -> str:
        r = self._random
        tags = ", ".join(f"pick(Tag, {r.randint(0, 9)})" for _ in range(r.randint(1, 2)))
        note = self._pick("Note")
        return r.choice(
            [
                f"{note}.tags.add({tags})",
                f"{note}.tags.remove({tags})",
                f"{note}.tags.set([{tags}])",
                f"{note}.tags.clear()",
                f"pick(Tag, {r.randint(0, 9)}).notes.add({note})",
                f"q(Link).filter(tag_id={r.randint(1, 4)}).update(note_id=key(Note, {r.randint(0, 30)}))",
                f"q(Link).filter(note_id=key(Note, {r.randint(0, 30)})).delete()",
            ]
        )

    def _odd(self, model: str) -> str:
        r = self._random
        return r.choice(
            [
                f"undone(lambda: {self._write_simply(model)})",
                f"q(Like).filter(pk={r.randint(1, 30)}).update(id=F('id') + 1000)",
                f"q(Note).filter(pk__in=[{r.randint(1, 20)}]).update(data=None)",
                f"{self._pick('Room')}.notes.update(stars={r.randint(0, 4)})",
                f"renewed({self._pick('Like')})",
                f"q(Person).get_or_create(name={self._maker.literal('name')}, defaults={{'age': 1}})",
                "q(Note).select_for_update().order_by('pk').first()"
                if False
                else f"save({self._new('Note')})",
            ]
        )

    def _write_simply(self, model: str) -> str:
        return self._random.choice([self._create, self._update, self._save])(model)

    def _raw(self, model: str) -> str:
        r = self._random
        model = model if model in _TABLES else "Note"
        table = f"soundness_{model.lower()}"
        name, value = r.choice(list(_TABLES[model].items()))
        pairs = f"soundness_note n, soundness_person p WHERE n.id % 7 = {r.randint(0, 6)} AND p.id < 3"
        rows = f"SELECT n.id, p.id, 2 FROM {pairs}"
        return r.choice(
            [
                f"sql('UPDATE {table} SET {name} = {{}} WHERE id % 3 = {r.randint(0, 2)}'.format({value!r}))",
                f"sql('UPDATE {table} SET {name} = {{}} WHERE id = {r.randint(1, 20)}'.format({value!r}))",
                f"sql('DELETE FROM soundness_like WHERE id % 5 = {r.randint(0, 4)}')",
                f"sql('INSERT INTO soundness_like (note_id, person_id, weight) {rows}')",
            ]
        )
