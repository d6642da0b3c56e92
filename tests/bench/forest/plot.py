"""The results as one SVG: a panel a question, a bar a forest, logarithmic, readable on light and on dark pages."""
import math
from xml.sax.saxutils import escape

from table import amount, duration

PANELS = (
    ("leads", "train_s", "Training, 1M leads x 2 categories", duration),
    ("leads", "one_row_s", "One row, the same forest", duration),
    ("leads", "memory", "Memory beyond the input, the same training", amount),
    ("numeric", "train_s", "Training, 100k x 20 numbers to purity", duration),
    ("numeric", "one_row_s", "One row, the same forest", duration),
    ("numeric", "batch_row_s", "A row of a batch, the same forest", duration),
)
ACROSS, WIDTH, LABEL, LINE, TITLE = 3, 340, 140, 20, 34
LEFT_OUT = ("libforest, tuned",)
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.bar { fill: #8a95a5 } .ours { fill: #2a9d5c } .grid { stroke: #8884; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .bar { fill: #77839a } .ours { fill: #3fbf78 } }"""


def text(x, y, what, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(what)}</text>'


def panel(peers, key, title, show, x, y):
    values = {name: m[key] for name, m in peers.items() if name not in LEFT_OUT and key in m}
    low = math.floor(math.log10(min(values.values())))
    high = math.log10(max(values.values()))
    room = WIDTH - LABEL - 78  # for the figure next to the longest bar
    scale = room / max(high - low, 1)
    bottom = y + TITLE + len(values) * LINE
    out = [text(x + 6, y + 18, title, ' class="title"')]
    for decade in range(low, math.ceil(high) + 1):
        at = x + LABEL + (decade - low) * scale
        if at <= x + LABEL + room:
            out.append(f'<path class="grid" d="M{at:.1f} {y + TITLE - 6}V{bottom:.0f}"/>')
    for i, (name, value) in enumerate(values.items()):
        top = y + TITLE + i * LINE
        length = max(2, (math.log10(value) - low) * scale)
        kind = "bar ours" if name == "libforest" else "bar"
        out.append(text(x + LABEL - 6, top + 11, name, ' text-anchor="end"'))
        out.append(f'<rect class="{kind}" x="{x + LABEL}" y="{top}" width="{length:.1f}" height="14" rx="2"/>')
        out.append(text(x + LABEL + length + 5, top + 11, show(value)))
    return out


def svg(result):
    tall = TITLE + LINE * max(len(peers.keys() - set(LEFT_OUT)) for peers in result["timed"].values()) + 14
    body = []
    for i, (task, key, title, show) in enumerate(PANELS):
        if task in result["timed"]:
            body += panel(result["timed"][task], key, title, show, i % ACROSS * WIDTH, i // ACROSS * tall)
    width, height = ACROSS * WIDTH, tall * math.ceil(len(PANELS) / ACROSS) + 18
    body.append(text(6, height - 8, "Logarithmic: each vertical line is a factor of ten. Two threads for training, one for"
                                    " prediction; 100 trees. " + result["machine"]["cpu"] + "."))
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
                      "<title>libforest compared with other random forests</title>",
                      f"<style>{STYLE}</style>", *body, "</svg>", ""])
