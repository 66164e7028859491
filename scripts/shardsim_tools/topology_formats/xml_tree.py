# SPDX-License-Identifier: Apache-2.0
"""XML as a small tree that remembers lines. Entity declarations are refused, so that no file can grow when read."""

from dataclasses import dataclass, field
from xml.parsers import expat

from .source import BadInput

DEEPEST = 100
MOST_ELEMENTS = 2_000_000
LONGEST_TEXT = 1000  # of one element; no name or number is longer


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def find(self, tag: str) -> "Element | None":
        return next((c for c in self.children if c.tag == tag), None)

    def all(self, tag: str) -> list["Element"]:
        return [c for c in self.children if c.tag == tag]

    def wanted(self, key: str) -> str:
        if key not in self.attributes:
            raise BadInput(self.line, f"<{self.tag}> has no attribute {key!r}; it needs one")
        return self.attributes[key]

    def text_of(self, tag: str) -> str:
        child = self.find(tag)
        if child is None or not child.text.strip():
            raise BadInput(self.line, f"<{self.tag}> has no <{tag}>; it needs one")
        return child.text.strip()


def parse(data: bytes) -> Element:
    parser = expat.ParserCreate()
    top = Element("", {}, 0)
    stack, found = [top], 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal found
        found += 1
        if found > MOST_ELEMENTS:
            raise BadInput(parser.CurrentLineNumber, f"has more than {MOST_ELEMENTS} elements, the most that is read")
        if len(stack) > DEEPEST:
            raise BadInput(parser.CurrentLineNumber, f"is nested deeper than {DEEPEST} elements, the most that is read")
        element = Element(tag, attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: object) -> None:
        stack.pop()

    def characters(text: str) -> None:
        if len(stack[-1].text) < LONGEST_TEXT:
            stack[-1].text += text

    def entity(name: str, *_: object) -> None:
        raise BadInput(parser.CurrentLineNumber, f"declares the entity {name!r}; files with <!ENTITY are refused")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise BadInput(error.lineno, f"not well-formed XML: {reason}; the file may be cut short or damaged") from None
    except (LookupError, ValueError) as error:
        raise BadInput(1, f"cannot be decoded: {error}; save the file as UTF-8") from None
    return top.children[0]
