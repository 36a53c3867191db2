"""The decision: may the user of this request join this channel?

Asked in this order: can the name be asked for at all, may this user join anything, does a grant allow it,
what does the one rule that matches say, may the user view what a model's channel is of. The first that knows
decides. No rule and no grant means no.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from onair import encryption
from onair.authorization import grants, remedies
from onair.authorization.members import BadUserInfo, channel_data
from onair.authorization.permission import may_view
from onair.authorization.refusal_log import RefusalLog
from onair.authorization.rules import Answer, Match, rules, wait_for
from onair.exceptions import ConfigurationError
from onair.model_channels import read
from onair.protocol.errors import BadChannel
from onair.protocol.names import ChannelKind, check_channel, kind_of

logger = logging.getLogger("onair.authorization")
refusals = RefusalLog()

_SEE_LOG = "The log of onair.authorization has the traceback."


@dataclass(frozen=True, slots=True)
class Allowed:
    """The user may join; ``channel_data`` is what is signed with a presence channel, None with others."""

    channel_data: str | None = None

    @property
    def user_info(self) -> Any:
        """What the other members of a presence channel see; None on others."""
        return None if self.channel_data is None else json.loads(self.channel_data)["user_info"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The user may not join.

    ``reason`` and ``remedy`` are sentences for the developer, and name what nobody else should see.
    ``status`` is the HTTP status: 400 where the name itself is wrong, which is no secret.
    """

    reason: str
    remedy: str
    status: int = 403


Decision = Allowed | Refused


@dataclass(frozen=True, slots=True)
class Question:
    """Whether the user of a request may join a channel, perhaps by a grant."""

    request: HttpRequest
    channel: str
    grant: str | None = None

    @property
    def user(self) -> Any:
        """The request's user; None where no middleware sets one, which is nobody."""
        return getattr(self.request, "user", None)

    @property
    def about_presence(self) -> bool:
        return kind_of(self.channel).has_members


def authorize_channel(request: HttpRequest, channel: str, grant: str | None = None) -> Decision:
    """Decide whether the user of a request may join a channel.

    What goes wrong in a rule or in a permission backend is logged, and refused; nothing is raised.

    Args:
        request: who asks; its ``user`` is nobody where it has none.
        channel: the channel's name, as a stranger sent it.
        grant: what :func:`onair.authorization.grants.grant` returned for the page.
    """
    question = Question(request, channel, grant)
    try:
        return _refuse_name(channel) or _refuse_user(question) or _decide(question)
    except Exception:
        logger.exception("Deciding about channel %s failed: refused.", channel)
        return Refused(f"Deciding about {channel} failed.", _SEE_LOG)


def _refuse_name(channel: str) -> Refused | None:
    try:
        check_channel(channel)
    except BadChannel as error:
        return Refused(f"{error.message}.", "Ask for another name.", 400)
    kind = kind_of(channel)
    if not kind.needs_auth:
        return Refused(f"{channel} is a public channel.", "Subscribe to it without authorisation.", 400)
    if kind.internal:
        return _refuse_internal(channel, kind)
    return _refuse_encrypted(channel) if kind.encrypted else None


def _refuse_internal(channel: str, kind: ChannelKind) -> Refused:
    """Refuse a live region's channel: its own exchange signs it, once the page was rendered for the user."""
    reason = f"{channel} is the channel of a live region, whatever rules there are."
    remedy = (
        f"Live pages sign it by themselves. Use another name for channels of your own than {kind.prefix}…"
    )
    refusals.warning(kind.prefix, "%s Refused. %s", reason, remedy)
    return Refused(reason, remedy)


def _refuse_encrypted(channel: str) -> Refused | None:
    try:
        encryption.check()
    except ConfigurationError as error:
        reason = f"{channel} is an encrypted channel."
        refusals.error(str(error), "%s Refused. %s", reason, error)
        return Refused(reason, str(error))
    return None


def _refuse_user(question: Question) -> Refused | None:
    if refused := refuse_inactive(question.user):
        return refused
    if not question.about_presence:
        return None
    reason = f"{question.channel} shows who is there, and nobody has logged in."
    return refuse_nobody(question.user, reason, "Log in, or use a private- channel, which shows no members.")


def refuse_inactive(user: Any) -> Refused | None:
    """Refuse a user who has been deactivated."""
    if is_logged_in(user) and not getattr(user, "is_active", True):
        return Refused("The user is not active.", "Set is_active, or log in as somebody else.")
    return None


def refuse_nobody(user: Any, reason: str, remedy: str) -> Refused | None:
    """Refuse who has not logged in. The remedy is another one where no middleware sets the user."""
    if is_logged_in(user):
        return None
    if user is None:
        remedy = "Add django.contrib.auth.middleware.AuthenticationMiddleware to MIDDLEWARE."
    return Refused(reason, remedy)


def is_logged_in(user: Any) -> bool:
    """Whether a request's user is somebody; None is nobody."""
    return user is not None and bool(user.is_authenticated)


def _decide(question: Question) -> Decision:
    if question.grant and grants.verify(question.grant, question.channel, question.user):
        return _allow(question)
    match rules.matching(question.channel):
        case []:
            return _by_permission(question)
        case [matched]:
            return _by_rule(question, matched)
        case several:
            return _refuse_ambiguous(question, several)


def _allow(question: Question, user_info: dict[str, Any] | None = None) -> Allowed:
    return Allowed(channel_data(question.user, user_info) if question.about_presence else None)


def _by_rule(question: Question, matched: Match) -> Decision:
    rule = matched.rule
    try:
        answer = _ask(question.request, matched)
    except (Http404, PermissionDenied):
        answer = False
    except Exception:
        logger.exception("%s raised for channel %s: refused.", rule, question.channel)
        return Refused(f"{rule} raised an error.", _SEE_LOG)
    match answer:
        case True:
            return _allow(question)
        case dict():
            return _allow_with(question, matched, answer)
        case False | None:
            return Refused(f"{rule} says no.", "It returns True for those who may join.")
        case _:
            return _refuse_mistake(
                question,
                matched,
                f"returned a {type(answer).__name__}",
                "Return True, False or a dictionary.",
            )


def _ask(request: HttpRequest, matched: Match) -> Answer:
    return wait_for(matched.rule.function(request, **matched.parameters))


def _allow_with(question: Question, matched: Match, user_info: dict[str, Any]) -> Decision:
    try:
        return _allow(question, user_info)
    except BadUserInfo as error:
        return _refuse_mistake(
            question, matched, f"cannot be answered: {error}", "Return another dictionary."
        )


def _by_permission(question: Question) -> Decision:
    models = read(question.channel)
    if len(models) > 1:
        names = " or ".join(remedies.name_of(model) for model in models)
        reason = f"{question.channel} may be of {names}."
        return _refuse_undecided(question, reason, "Use the channel that names the app as well. ")
    if models and may_view(question.user, models[0]):
        return _allow(question)
    if question.grant:
        return _refuse_undecided(
            question,
            f"The grant is not of {question.channel} to this user, or too old, and no rule matches.",
            "Reload the page. ",
        )
    return _refuse_undecided(question, f"No rule matches {question.channel}, and there is no grant.")


def _refuse_undecided(question: Question, reason: str, first: str = "") -> Refused:
    remedy = first + remedies.remedy(question.channel)
    refusals.warning((remedies.guess_pattern(question.channel), first), "%s %s", reason, remedy)
    return Refused(reason, remedy)


def _refuse_ambiguous(question: Question, several: list[Match]) -> Refused:
    names = " and ".join(str(matched.rule) for matched in several)
    reason = f"{question.channel} is matched by {names}."
    remedy = "Change the patterns so that one of them matches."
    refusals.error(names, "%s Refused. %s", reason, remedy)
    return Refused(reason, remedy)


def _refuse_mistake(question: Question, matched: Match, mistake: str, remedy: str) -> Refused:
    reason = f"{matched.rule} {mistake}."
    refusals.error(
        (matched.rule.home, remedy), "%s Channel %s was refused. %s", reason, question.channel, remedy
    )
    return Refused(reason, remedy)
