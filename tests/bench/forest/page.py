"""The tables of docs/benchmarks.md about the forest, from results.json: `page.py`, or bench.py at its end.

They are whatever stands between the two marks below.
"""
import json
import os
import statistics

import table

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "..", "docs", "benchmarks.md")
BEGIN, END = "<!-- make bench-forest writes from here -->", "<!-- to here -->"
COLUMNS = (("leads", "train_s", "train, 1M leads", table.duration), ("leads", "memory", "memory", table.amount),
           ("leads", "one_row_s", "one row", table.duration), ("numeric", "train_s", "train, 100k x 20", table.duration),
           ("numeric", "batch_row_s", "batch", table.throughput), ("numeric", "bytes", "model", table.amount))


def cell(peers, name, key, show):
    if name not in peers:
        return ""
    value, ours = peers[name][key], peers["libforest"][key]
    return show(value) + ("" if name == "libforest" else table.ratio(value, ours))


def costs(timed):
    names = [n for n in table.names_in(timed) if n != "libforest, tuned"]
    rows = [table.line([name, *(cell(timed[task], name, key, show) for task, key, _, show in COLUMNS if task in timed)])
            for name in names]
    return table.head(["", *(title for task, _, title, _ in COLUMNS if task in timed)]) + rows


def mean(peers, name, key):
    return f"{statistics.mean(peers[name][key]):.4f}" if name in peers else ""


def quality(public):
    """Our figures, the rivals' best, and whether the difference is more than noise."""
    out = table.head(["hold-out, five seeds", "log-loss", "best rival", "", "accuracy", "best rival", ""])
    for name, peers in public.items():
        row = [name]
        for key, sign in (("log_loss", 1), ("accuracy", -1)):
            rivals = [p for p in table.RIVALS if p in peers]
            best = min(rivals, key=lambda p: sign * statistics.mean(peers[p][key]))
            row += [mean(peers, "libforest", key), mean(peers, best, key),
                    table.verdict("libforest", peers, key, sign).split(" ")[0]]
        out.append(table.line(row))
    return out


def text(result):
    m = result["machine"]
    say = f"{m['cpu']}, {m['cores']} cores; two threads for training, one for answers; 100 trees; in brackets times libforest's."
    return "\n".join([say, "", *costs(result["timed"]), "", *quality(result["public"])])


def update(result):
    with open(PAGE) as f:
        before, rest = f.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(PAGE, "w") as f:
        f.write(f"{before}{BEGIN}\n{text(result)}\n{END}{after}")


if __name__ == "__main__":
    with open(os.path.join(HERE, "results.json")) as f:
        update(json.load(f))
