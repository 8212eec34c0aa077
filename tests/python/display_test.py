"""What notebooks show of kernels, graphs, plans and reports."""
import html.parser
import json

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


@nki.jit
def double(x):
    """Twice x, where 1 < 2 & "quotes" are <b>kept</b>."""
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype, name="<script>alert(1)</script>")
    nisa.dma_copy(dst=tile, src=x)
    nisa.tensor_tensor(dst=tile, data1=tile, data2=tile, op=nl.add)
    nisa.dma_copy(dst=result, src=tile)
    return result


X = np.ones((4, 8), np.float32)
VOID = {"br", "hr", "img"}


class Page(html.parser.HTMLParser):
    """Checks that tags are closed in order, and collects tags, attributes and text."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], set(), [], ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def shown():
    double(X)
    return {
        "kernel": double,
        "graph": double.graph(X),
        "plan": double.plan(X),
        "report": double.report(X),
    }


@pytest.mark.parametrize("what", ["kernel", "graph", "plan", "report"])
def test_html_is_closed_self_contained_and_escaped(what):
    page = Page(shown()[what]._repr_html_())
    assert page.tags <= {"div", "style", "b", "table", "tr", "th", "td", "pre", "details", "summary"}
    assert not [name for name, value in page.attributes if name.startswith("on") or "http" in (value or "")]
    assert "double" in page.text


def test_names_and_documents_are_shown_as_they_are():
    objects = shown()
    assert 'Twice x, where 1 < 2 & "quotes" are <b>kept</b>.' in Page(objects["kernel"]._repr_html_()).text
    for what in ("graph", "plan"):
        assert "<script>alert(1)</script>" in Page(objects[what]._repr_html_()).text


def test_what_the_pages_say():
    objects = shown()
    assert "float32[4, 8]" in Page(objects["graph"]._repr_html_()).text
    assert "SBUF peak 32 bytes per partition" in Page(objects["plan"]._repr_html_()).text
    assert "3 instructions" in Page(objects["report"]._repr_html_()).text
    assert objects["plan"].key in Page(objects["kernel"]._repr_html_()).text


def test_report():
    report = double.report(X)
    assert np.array_equal(report.result, X + X)
    numbers = json.loads(json.dumps(report.to_dict()))
    assert numbers["steps"] == 3 and numbers["instructions"] == {"dma_copy": 2, "tensor_tensor": 1}
    assert numbers["dma_bytes"] == 2 * X.nbytes and numbers["sbuf_peak"] == 32
    assert str(report).startswith("double on trn1: 3 instructions in ")


def test_plan():
    plan = double.plan(X)
    assert plan.placements == [("<script>alert(1)</script>", "sbuf", 0, 0, 4, 32)]
    assert plan.warnings == [] and plan.key.startswith("nki1-")
    assert repr(plan) == "<plan of double: 3 steps>"


def test_report_refuses_other_arrays():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="double.report takes NumPy arrays, and these are torch's"):
        double.report(torch.ones(128, 8))
