"""The results as one SVG: delay against days to a false alarm, a panel a volume, readable on light and on dark pages."""
import math
from xml.sax.saxutils import escape

CHANGE, WIDTH, HEIGHT, LEFT, BOTTOM, TOP = "TV 0.2", 340, 250, 44, 40, 34
ROOM, TALL = WIDTH - LEFT - 24, HEIGHT - BOTTOM - TOP
X, Y = (1, 10_000), (1, 100)
RADIUS, LETTERS = 8, "LABCDEFGH"
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 }
.letter { font-size: 11px; fill: #fff }
.grid { stroke: #8884; stroke-width: 1 }
.wish { stroke: #2a9d5c; stroke-dasharray: 4 3 }
.other { fill: #6b7687 } .ours { fill: #1f8a4f }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .letter { fill: #fff } .other { fill: #66728a } .ours { fill: #2a9d5c } }"""


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


def free(x, y, taken):
    """Rules that do alike would hide each other: one is moved aside."""
    while any(abs(x - a) < 2 * RADIUS and abs(y - b) < 2 * RADIUS for a, b in taken):
        y -= RADIUS
    taken.append((x, y))
    return x, y


def dot(x, y, letter, ours):
    return [f'<circle class="{"ours" if ours else "other"}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>',
            text(x, y + 4, letter, ' class="letter" text-anchor="middle"')]


def panel(x, volume, wish):
    out, taken = frame(x, volume, wish), []
    for (policy, mean), letter in zip(volume["days_to_false_alarm"].items(), LETTERS):
        delay = volume["delay"][CHANGE][policy]["median"]
        at = x + LEFT + place(X[1] if mean is None else mean, X, ROOM)
        height = TOP + TALL - place(Y[1] if delay is None else delay, Y, TALL)
        out += dot(*free(at, height, taken), letter, letter == LETTERS[0])
    return out


def legend(policies, y):
    out, x = [], LEFT + RADIUS
    for policy, letter in zip(policies, LETTERS):
        out += dot(x, y - 4, letter, letter == LETTERS[0])
        out.append(text(x + RADIUS + 4, y, policy))
        x += 40 + 6.6 * len(policy)
    return out


def svg(results):
    volumes, wish = results["volumes"], results["expected_days"]
    body = [line for i, volume in enumerate(volumes) for line in panel(i * WIDTH, volume, wish)]
    body.append(text(LEFT, HEIGHT + 10, f"Across: days to a false alarm (more is better; dashed: the {wish} asked for). Up: days "
                                        f"until a change of {CHANGE} is noticed (fewer is better)."))
    body += legend(volumes[0]["days_to_false_alarm"], HEIGHT + 36)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(volumes)} {HEIGHT + 50}" role="img">',
                      "<title>False alarms and delays of drift rules</title>", f"<style>{STYLE}</style>", *body, "</svg>", ""])
