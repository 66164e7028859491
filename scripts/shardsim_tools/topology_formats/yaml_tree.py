# SPDX-License-Identifier: Apache-2.0
"""YAML as dicts and lists of texts, with the line of each key. Aliases are refused: with them a file can grow."""

from typing import Any

from shardsim_tools import needs

from .source import BadInput

try:
    import yaml

    LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
except ImportError:  # the other formats do without
    yaml = None


class Mapping(dict[str, Any]):
    """A mapping that knows its lines. Scalars stay texts: 10.0 and "10.0" mean the same to every format here."""

    line = 1
    lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def text(self, key: str, what: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value.strip():
            raise BadInput(self.line_of(key), f"{what} has no {key!r}; it needs one")
        return value.strip()

    def mapping(self, key: str, what: str) -> "Mapping":
        value = self.get(key)
        if not isinstance(value, Mapping):
            raise BadInput(self.line_of(key), f"{what} has no {key!r} with entries below; it needs one")
        return value


def parse(text: str) -> Mapping:
    try:
        needs.check("yaml")
    except needs.Missing as error:
        raise BadInput(None, f"is YAML, which PyYAML reads; {error}") from None
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.AliasEvent):
                raise BadInput(event.start_mark.line + 1, "has a YAML alias (*name); write the value out instead")
        node = yaml.compose(text, Loader=LOADER)
        value = _value(node) if node else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "not readable"
        raise BadInput(mark.line + 1 if mark else None, f"not valid YAML: {reason}") from None
    except RecursionError:
        raise BadInput(None, "is nested too deeply to be a topology") from None
    if not isinstance(value, Mapping):
        raise BadInput(1, "is YAML, but no mapping of keys to values; a topology is one")
    return value


def _value(node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    result = Mapping()
    result.line = node.start_mark.line + 1
    result.lines = {}
    for key, value in node.value:
        name, line = _value(key), key.start_mark.line + 1
        if not isinstance(name, str):
            raise BadInput(line, "a key is not a plain text; each must be")
        if name in result:
            raise BadInput(line, f"{name!r} occurs a second time (the first in line {result.lines[name]})")
        result[name], result.lines[name] = _value(value), line
    return result
