"""The results as one SVG: delay against days to a false alarm, a panel a volume, readable on light and on dark pages."""
import math
from xml.sax.saxutils import escape

CHANGE, WIDTH, HEIGHT, LEFT, BOTTOM, TOP = "TV 0.2", 340, 250, 44, 40, 34
ROOM, TALL = WIDTH - LEFT - 24, HEIGHT - BOTTOM - TOP
X, Y = (1, 10_000), (1, 100)
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.grid { stroke: #8884; stroke-width: 1 }
.wish { stroke: #2a9d5c; stroke-dasharray: 4 3 }
.other { fill: #8a95a5 } .ours { fill: #2a9d5c }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .other { fill: #77839a } .ours { fill: #3fbf78 } }"""


def place(value, span, room):
    value = min(max(value, span[0]), span[1])
    return room * math.log(value / span[0]) / math.log(span[1] / span[0])


def text(x, y, what, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(what)}</text>'


def decades(span):
    return [10**i for i in range(round(math.log10(span[0])), round(math.log10(span[1])) + 1)]


def frame(x, volume, wish):
    out = [text(x + LEFT, 18, f"{volume['per_day']:.0f} calls a day", ' class="title"')]
    for value in decades(X):
        at = x + LEFT + place(value, X, ROOM)
        out.append(f'<path class="grid" d="M{at:.1f} {TOP}v{TALL}"/>')
        out.append(text(at, TOP + TALL + 16, f"{value:,}".replace(",", " "), ' text-anchor="middle"'))
    for value in decades(Y):
        at = TOP + TALL - place(value, Y, TALL)
        out.append(f'<path class="grid" d="M{x + LEFT} {at:.1f}h{ROOM}"/>')
        out.append(text(x + LEFT - 6, at + 4, str(value), ' text-anchor="end"'))
    at = x + LEFT + place(wish, X, ROOM)
    out.append(f'<path class="wish" d="M{at:.1f} {TOP}v{TALL}"/>')
    return out


def panel(x, volume, wish):
    out, taken = frame(x, volume, wish), []
    for policy, mean in volume["days_to_false_alarm"].items():
        delay = volume["delay"][CHANGE][policy]["median"]
        at = x + LEFT + place(X[1] if mean is None else mean, X, ROOM)
        height = TOP + TALL - place(Y[1] if delay is None else delay, Y, TALL)
        label = height + 4
        while any(abs(label - other) < 13 for other in taken):
            label -= 13
        taken.append(label)
        right = at > x + LEFT + ROOM / 2
        out.append(f'<circle class="{"ours" if policy == "leadforest" else "other"}" cx="{at:.1f}" cy="{height:.1f}" r="5"/>')
        out.append(text(at + (-9 if right else 9), label, policy, ' text-anchor="end"' if right else ""))
    return out


def svg(results):
    volumes, wish = results["volumes"], results["expected_days"]
    body = [line for i, volume in enumerate(volumes) for line in panel(i * WIDTH, volume, wish)]
    body.append(text(LEFT, HEIGHT + 10, f"Across: days to a false alarm (more is better; dashed: the {wish} asked for). Up: days "
                                        f"until a change of {CHANGE} is noticed (fewer is better)."))
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(volumes)} {HEIGHT + 20}" role="img">',
                      "<title>False alarms and delays of drift rules</title>", f"<style>{STYLE}</style>", *body, "</svg>", ""])
