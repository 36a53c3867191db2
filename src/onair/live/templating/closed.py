"""Whether the body of a loop depends on its row alone, so that an item is the same as long as its row is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import CommentNode, ForNode, IfNode, SpacelessNode, URLNode

#: Filters whose answer changes by itself.
_OF_THE_MOMENT = frozenset({"timesince", "timeuntil", "naturaltime", "naturalday", "random"})

_CONSTANTS = frozenset({"True", "False", "None"})


@lru_cache(maxsize=1024)
def is_closed(loop: ForNode) -> bool:
    """Whether a loop's items depend on nothing but their rows."""
    if len(loop.loopvars) != 1:
        return False
    return _are_closed(_children(loop.nodelist_loop), frozenset(loop.loopvars))


def _are_closed(nodes: Iterable[Any], known: frozenset[str]) -> bool:
    return all(_is_closed(node, known) for node in nodes)


def _is_closed(node: Node, known: frozenset[str]) -> bool:
    match node:
        case TextNode() | CommentNode():
            return True
        case VariableNode():
            return _depends(node.filter_expression) <= known
        case IfNode():
            return all(
                (condition is None or set(_of_condition(condition)) <= known)
                and _are_closed(_children(nodelist), known)
                for condition, nodelist in node.conditions_nodelists
            )
        case ForNode():
            inner = known | set(node.loopvars)
            return (
                _depends(node.sequence) <= known
                and _are_closed(_children(node.nodelist_loop), inner)
                and _are_closed(_children(node.nodelist_empty), known)
            )
        case SpacelessNode():
            return _are_closed(_children(node.nodelist), known)
        case URLNode():
            expressions = [node.view_name, *node.args, *node.kwargs.values()]
            return node.asvar is None and all(_depends(one) <= known for one in expressions)
    return False


def _children(nodelist: Any) -> NodeList:
    children: NodeList = nodelist
    return children


def _of_condition(condition: Any) -> Iterator[str]:
    """Return the variables of an {% if %}'s condition."""
    for operand in (getattr(condition, "first", None), getattr(condition, "second", None)):
        if operand is not None:
            yield from _of_condition(operand)
    value = getattr(condition, "value", None)
    if value is not None:
        yield from _depends(value)


#: What no variable is called, so that nothing knows it.
_UNKNOWN = frozenset({""})


def _depends(expression: Any) -> frozenset[str]:
    """Return the variables that an expression begins with."""
    if not isinstance(expression, FilterExpression):
        return _UNKNOWN
    names: set[str] = set()
    for function, arguments in expression.filters:
        if getattr(function, "_filter_name", None) in _OF_THE_MOMENT:
            return _UNKNOWN
        names |= {_root(argument) for is_variable, argument in arguments if is_variable}
    if isinstance(expression.var, Variable):
        names.add(_root(expression.var))
    return frozenset(names - _CONSTANTS)


def _root(variable: Variable) -> str:
    return variable.lookups[0] if variable.lookups else "None"
