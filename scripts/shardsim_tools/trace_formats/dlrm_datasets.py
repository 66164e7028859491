# SPDX-License-Identifier: Apache-2.0
"""Meta's dlrm_datasets: (indices, offsets, lengths) of a batch over many tables, saved by PyTorch.

Sample b of table t looks up indices[offsets[t*B + b]] up to, not with, indices[offsets[t*B + b + 1]]; lengths, T x B,
says the same and is checked. The file is loaded as a whole, as PyTorch does it.
"""

import tempfile
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces.source import Source
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Table, Trace

ABOUT = "Meta's dlrm_datasets (.pt, .pt.gz): a request a sample of the batch; needs PyTorch"
OPTIONS: dict[str, Any] = {"rows": None}
LICENCE = "MIT, as published in facebookresearch/dlrm_datasets"


def matches(source: Source) -> bool:
    return source.path.name.endswith((".pt", ".pt.gz")) or source.head.startswith(b"PK\x03\x04")


def read(source: Source, o: SimpleNamespace) -> Trace:
    indices, offsets, shape = _checked(source, *_loaded(source))
    names = [f"table_{t:04d}" for t in range(shape[0])]
    counts = row_counts(o.rows, names)
    tables = [(name, counts.get(name)) for name in names]
    remarks = {"requests": f"the {shape[1]} samples of the batch, in its order"}
    source.line = 0
    return Trace(_records(source, indices, offsets, tables, shape[1]), "rows", tables, has_times=False, remarks=remarks)


def _loaded(source: Source) -> tuple[Any, ...]:
    try:
        import torch
    except ImportError:
        raise source.bad(
            "needs PyTorch to be read, which this Python lacks; "
            "`apt install python3-torch`, or `pip install torch` and run this script with that Python"
        ) from None
    with source.opened() as file, tempfile.TemporaryFile() as plain:
        while block := file.read(2**20):
            plain.write(block)
        plain.seek(0)
        try:
            value = torch.load(plain, map_location="cpu", weights_only=True)  # tensors only: no code is run
        except Exception as error:  # of many kinds, which differ over PyTorch's versions
            raise source.bad(f"PyTorch cannot load it: {error}") from None
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise source.bad("holds no three tensors (indices, offsets, lengths)")
    return tuple(tensor.numpy() for tensor in value)


def _checked(source: Source, indices: Any, offsets: Any, lengths: Any) -> tuple[Any, Any, tuple[int, int]]:
    """Sizes and sums agree; the shape is that of lengths."""
    if lengths.ndim != 2 or not lengths.size:
        raise source.bad(f"lengths has the shape {tuple(lengths.shape)}; tables x samples is wanted")
    if offsets.shape != (lengths.size + 1,):
        raise source.bad(f"offsets has the shape {tuple(offsets.shape)}; ({lengths.size + 1},) fits lengths")
    if offsets[0] != 0 or offsets[-1] != len(indices) or (offsets[1:] - offsets[:-1] != lengths.reshape(-1)).any():
        raise source.bad("offsets, lengths and the number of indices do not agree")
    if (lengths < 0).any() or (indices < 0).any():
        raise source.bad("lengths or indices hold negative numbers")
    return indices, offsets, lengths.shape


def _records(source: Source, indices: Any, offsets: Any, tables: list[Table], batch: int) -> Records:
    for b in range(batch):
        content = {}
        for t, (name, count) in enumerate(tables):
            rows = indices[offsets[t * batch + b] : offsets[t * batch + b + 1]].tolist()
            if count and rows and max(rows) >= count:
                raise source.bad(f"sample {b} looks up row {max(rows)} of {name}, which --rows gives {count} rows")
            if rows:
                content[name] = rows
        yield None, None, content
