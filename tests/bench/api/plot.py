"""The results as one SVG: a panel a question, a bar a server, logarithmic, readable on light and on dark pages."""
import math
from xml.sax.saxutils import escape

PANELS = (("rate", "Requests a second", lambda value: f"{value:,.0f}"),
          ("cpu", "Processor time a request", lambda value: seconds(value)),
          ("p99", "Slowest of 100 answers (p99)", lambda value: seconds(value)),
          ("memory_mb", "Memory (VmRSS)", lambda value: f"{value:.1f} MB"))
ACROSS, WIDTH, LABEL, LINE, TITLE = 2, 430, 150, 20, 34
ROOM = WIDTH - LABEL - 84  # for the figure next to the longest bar
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.bar { fill: #8a95a5 } .ours { fill: #2a9d5c } .grid { stroke: #8884; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .bar { fill: #77839a } .ours { fill: #3fbf78 } }"""


def seconds(value):
    return f"{value * 1e6:.0f} µs" if value < 0.001 else f"{value * 1000:.1f} ms"


def text(x, y, what, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(what)}</text>'


def panel(servers, key, title, show, x, y):
    values = {name: server[key] for name, server in servers.items()}
    low = math.floor(math.log10(min(values.values())))
    scale = ROOM / max(math.log10(max(values.values())) - low, 1)
    bottom = y + TITLE + len(values) * LINE
    out = [text(x + 6, y + 18, title, ' class="title"')]
    for decade in range(math.floor(ROOM / scale) + 1):
        at = x + LABEL + decade * scale
        out.append(f'<path class="grid" d="M{at:.1f} {y + TITLE - 6}V{bottom:.0f}"/>')
    for i, (name, value) in enumerate(values.items()):
        top = y + TITLE + i * LINE
        length = max(2, (math.log10(value) - low) * scale)
        kind = "bar ours" if name == "leadforest" else "bar"
        out.append(text(x + LABEL - 6, top + 11, name, ' text-anchor="end"'))
        out.append(f'<rect class="{kind}" x="{x + LABEL}" y="{top}" width="{length:.1f}" height="14" rx="2"/>')
        out.append(text(x + LABEL + length + 5, top + 11, show(value)))
    return out


def svg(result):
    servers = result["workers"]["1"]
    tall = TITLE + LINE * len(servers) + 14
    body = []
    for i, (key, title, show) in enumerate(PANELS):
        body += panel(servers, key, title, show, i % ACROSS * WIDTH, i // ACROSS * tall)
    width, height = ACROSS * WIDTH, tall * math.ceil(len(PANELS) / ACROSS) + 18
    body.append(text(6, height - 8, f"Logarithmic: each vertical line is a factor of ten. One worker on one core,"
                                    f" {result['connections']} connections. {result['machine']['cpu']}."))
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
                      "<title>leadforest-api compared with other servers</title>",
                      f"<style>{STYLE}</style>", *body, "</svg>", ""])
