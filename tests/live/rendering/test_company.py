from __future__ import annotations

from collections import Counter

import pytest

from onair.live.rendering.company import FRESH, Company


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def companies(clock: Clock, names: str, channel: str) -> dict[str, Company]:
    """Processes that know of each other."""
    made = {name: Company(name, clock) for name in names}
    for own, company in made.items():
        for name in made.keys() - {own}:
            company.come(name, channel)
    return made


def test_who_is_alone_renders(clock: Clock) -> None:
    company = Company("a", clock)
    assert company.leader("channel", "/page/") is None
    assert company.others("channel") == []


@pytest.mark.parametrize("names", ["ab", "abc", "abcdefgh"])
def test_all_choose_the_same_one(clock: Clock, names: str) -> None:
    made = companies(clock, names, "channel")
    for number in range(50):
        chosen = {own: company.leader("channel", f"/{number}/") for own, company in made.items()}
        (leader,) = {own for own, other in chosen.items() if other is None}
        assert all(other == leader for own, other in chosen.items() if own != leader)


def test_pages_are_spread_over_the_processes(clock: Clock) -> None:
    company = companies(clock, "abcd", "channel")["a"]
    leaders = Counter(company.leader("channel", f"/{number}/") for number in range(400))
    assert leaders.keys() == {None, "b", "c", "d"}
    assert min(leaders.values()) > 50


def test_the_regions_of_a_page_have_the_same_one(clock: Clock) -> None:
    company = companies(clock, "abc", "one")["a"]
    for name in "bc":
        company.come(name, "two")
    for number in range(20):
        assert company.leader("one", f"/{number}/") == company.leader("two", f"/{number}/")


def test_who_comes_is_news_once(clock: Clock) -> None:
    company = Company("a", clock)
    assert [company.come("b", "channel") for _ in range(2)] == [True, False]
    assert company.come("b", "another")
    assert company.come("c", "channel")


def test_who_does_not_say_it_again_is_believed_no_more(clock: Clock) -> None:
    company = Company("a", clock)
    company.come("b", "channel")
    company.come("c", "channel")
    clock.now += FRESH - 1
    company.come("c", "channel")
    clock.now += 2
    assert company.others("channel") == ["c"]
    assert company.come("b", "channel")


def test_who_has_gone_renders_nothing(clock: Clock) -> None:
    company = Company("a", clock)
    for name in "bc":
        company.come(name, "channel")
    company.go("b", "channel")
    company.go("b", "channel")
    company.go("b", "never heard of")
    assert company.others("channel") == ["c"]
    company.go("c", "channel")
    assert company.leader("channel", "/page/") is None
    assert not company._there, "nothing is kept of channels that nobody else has"


def test_what_is_not_followed_any_more_is_forgotten(clock: Clock) -> None:
    company = Company("a", clock)
    company.come("b", "channel")
    company.forget("channel")
    company.forget("channel")
    assert not company._there
