# SPDX-License-Identifier: Apache-2.0
"""JSON with a list "nodes" and a list "links" or "edges": NetworkX node-link data, and SNDlib networks as JSON.

Each node has an "id" (or "name"), each link "source" and "target". Read where present: a node's kind or type (host,
switch), longitude and latitude; a link's bandwidth or capacity, latency or delay (a text with a unit, or a number in
the unit --default bandwidth-unit or latency-unit names), and SNDlib's pre_installed_capacity and modules. "directed":
true makes links one-way. Coordinates are degrees unless one of the file's cannot be: then all are points of a picture.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from . import sndlib
from .graph import Graph, is_host_of
from .source import BadInput, Source

NAME = "node-link"
TITLE = "node-link JSON"
ABOUT = "JSON with nodes and links: NetworkX node-link data, SNDlib as JSON"


def matches(source: Source) -> bool:
    return bool(source.suffix == ".json" or re.match(r'\s*\{\s*"(nodes|directed|multigraph)"', source.text))


def read(source: Source, graph: Graph) -> None:
    data = _parse(source.text)
    links_key = next((key for key in ("links", "edges") if isinstance(data.get(key), list)), None)
    if not isinstance(data.get("nodes"), list) or links_key is None:
        raise BadInput(1, 'has no list "nodes" or no list "links" (or "edges"); node-link data has both')
    if any(isinstance(link, dict) and "modules" in link for link in data[links_key]):
        graph.unsaid = sndlib.UNSAID
    graph.edge_list = data.get("directed") is not True
    modules = sndlib.Modules(graph)
    for i, node in enumerate(data["nodes"]):
        where = f"nodes[{i}]"
        node = node if isinstance(node, dict) else {"id": node}
        key = _key(node.get("id", node.get("name")), where)
        graph.node(key, is_host_of(node.get("kind", node.get("type"))))
        place = [node.get(axis, node.get(axis.capitalize())) for axis in ("longitude", "latitude")]
        if all(isinstance(x, (int, float)) for x in place):
            graph.place(key, *map(float, place))
    for i, link in enumerate(data[links_key]):
        with source.gathering():
            _link(graph, link, f"{links_key}[{i}]", modules, data.get("directed") is True)


def _link(graph: Graph, link: Any, where: str, modules: sndlib.Modules, one_way: bool) -> None:
    if not isinstance(link, dict):
        raise BadInput(None, f"{where} is no object; one with source and target is wanted")
    a, b = (_key(link.get(end), f"{where}.{end}") for end in ("source", "target"))
    bandwidth, latency = _capacity(link, where, modules), _scalar(link, ("latency", "delay"), where)
    graph.link(
        a, b, graph.plain_bandwidth(bandwidth, None, where) if bandwidth else None,
        graph.plain_latency(latency, None, where) if latency else None,
        name=str(link["id"]) if "id" in link else None, one_way=one_way,
    )  # fmt: skip


def _capacity(link: dict[str, Any], where: str, choice: sndlib.Modules) -> str | None:
    """Text of the bandwidth, None when there is none."""
    text = _scalar(link, ("bandwidth", "capacity"), where)
    if text is not None:
        return text
    modules = link.get("modules")
    modules = [m for m in modules if isinstance(m, dict)] if isinstance(modules, list) else []
    installed = [_scalar(link, ("pre_installed_capacity",), where)]
    additional = [_scalar(m, ("module_capacity",), where) for m in modules]
    return choice.capacity(*([t for t in texts if t is not None] for texts in (installed, additional)))


def _scalar(item: dict[str, Any], keys: Iterable[str], where: str) -> str | None:
    for key in keys:
        value = item.get(key)
        if isinstance(value, (int, float, str)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
        if value is not None:
            raise BadInput(None, f"{where}.{key} is {json.dumps(value)[:40]}; a number or a text with a unit is wanted")
    return None


def _key(value: object, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise BadInput(None, f"{where} has no id or name that is a text or a whole number; it needs one")
    return str(value)


def _parse(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(error.lineno, f"not valid JSON: {error.msg}; the file may be cut short") from None
    except RecursionError:
        raise BadInput(None, "is nested too deeply to be a topology") from None
    except ValueError:
        raise BadInput(None, "holds a number with too many digits") from None
    if not isinstance(data, dict):
        raise BadInput(1, "is JSON, but no object; node-link data is one")
    return data
