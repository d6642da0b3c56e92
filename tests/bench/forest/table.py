"""The results as Markdown, for a terminal and for docs/benchmarks.md."""
import math
import statistics

TITLES = {
    "leads": "{n} leads x 2 categories x 4 classes, 100 trees",
    "numeric": "{n} rows x 20 numbers x 4 classes, 100 trees to purity",
}
# One-sided 95 % points of Student's t, by degrees of freedom.
STUDENT = {1: 6.31, 2: 2.92, 3: 2.35, 4: 2.13}
RIVALS = ("scikit-learn", "scikit-learn, one-hot", "ranger")
OURS = ("libforest", "libforest, tuned")


def significant(v):
    """Three digits that mean something, no exponent."""
    digits = max(0, 2 - math.floor(math.log10(abs(v)))) if v else 0
    return f"{v:,.{min(digits, 3)}f}"


def in_units(v, units):
    """v in the largest unit that leaves at least 1; units are (name, size), the largest first."""
    name, size = next(((n, s) for n, s in units if v >= s), units[-1])
    return f"{significant(v / size)} {name}"


def duration(s):
    return in_units(s, [("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)])


def amount(b):
    return in_units(b, [("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)])


def throughput(s):
    return in_units(1 / s, [("M/s", 1e6), ("k/s", 1e3), ("/s", 1)])


COLUMNS = (("train", "train_s", duration), ("one row", "one_row_s", duration), ("batch", "batch_row_s", throughput),
           ("model", "bytes", amount), ("memory", "memory", amount))


def ratio(value, ours):
    """How much more than ours it takes."""
    return f" ({significant(value / ours)}x)" if ours else ""


def line(cells):
    return "| " + " | ".join(cells) + " |"


def head(cells):
    return [line(cells), line(["---"] + ["---:"] * (len(cells) - 1))]


def timed(name, peers, quick):
    n = {"leads": "100,000" if quick else "1,000,000", "numeric": "10,000" if quick else "100,000"}[name]
    out = [f"**{TITLES[name].format(n=n)}**", ""]
    out += head(["", *(c[0] for c in COLUMNS), "accuracy", "log-loss"])
    ours = peers["libforest"]
    for peer, m in peers.items():
        costs = [show(m[key]) + ("" if m is ours else ratio(m[key], ours[key])) for _, key, show in COLUMNS]
        out.append(line([peer, *costs, f"{statistics.mean(m['accuracy']):.4f}", f"{statistics.mean(m['log_loss']):.4f}"]))
    return out + [""]


def verdict(mine, peers, key, sign):
    """Ours against the best rival: the mean difference, positive where ours is worse, and the noise of the seeds."""
    rivals = [p for p in RIVALS if p in peers]
    if not rivals or mine not in peers:
        return ""
    best = min(rivals, key=lambda p: sign * statistics.mean(peers[p][key]))
    worse = [sign * (a - b) for a, b in zip(peers[mine][key], peers[best][key])]
    mean, n = statistics.mean(worse), len(worse)
    if n < 2:
        return f"{mean:+.4f}, one seed"
    noise = STUDENT[n - 1] * statistics.stdev(worse) / math.sqrt(n)
    word = "worse" if mean > noise else "better" if mean < -noise else "equal"
    return f"{word} ({sign * mean:+.4f} ± {noise:.4f})"


def names_in(sets):
    return max((list(peers) for peers in sets.values()), key=len)


def qualities(sets, key, sign, title):
    names = names_in(sets)
    out = [f"**{title}**", ""] + head(["", *names])
    for name, peers in sets.items():
        out.append(line([name, *(f"{statistics.mean(peers[p][key]):.4f}" if p in peers else "" for p in names)]))
    out += ["", f"**{title}: against the best of scikit-learn and ranger**", ""] + head(["", *OURS])
    for name, peers in sets.items():
        out.append(line([name, *(verdict(mine, peers, key, sign) for mine in OURS)]))
    return out + [""]


def speeds(sets):
    names = names_in(sets)
    out = ["**Training time on the public sets, median of five**", ""] + head(["", *names])
    for name, peers in sets.items():
        ours = peers["libforest"]["train_s"]
        out.append(line([name, *(duration(peers[p]["train_s"]) + ("" if p == "libforest" else ratio(peers[p]["train_s"], ours))
                                 if p in peers else "" for p in names)]))
    return out + [""]


# What libforest set out for: task, cost, rival, how many times ours.
AIMS = (
    ("leads", "train_s", "scikit-learn", 1000), ("leads", "train_s", "ranger", 1000),
    ("leads", "memory", "scikit-learn", 100), ("leads", "memory", "ranger", 100),
    ("leads", "one_row_s", "scikit-learn", 10000),
    ("numeric", "train_s", "scikit-learn", 15), ("numeric", "train_s", "ranger", 15), ("numeric", "train_s", "ydf", 5),
    ("numeric", "batch_row_s", "scikit-learn", 6), ("numeric", "batch_row_s", "ranger", 20),
)


def aims(sets):
    out = ["**What was aimed at**", ""] + head(["", "rival's cost over ours", "aim", ""])
    columns = {key: title for title, key, _ in COLUMNS}
    for task, key, rival, aim in AIMS:
        peers = sets.get(task, {})
        if rival in peers and "libforest" in peers:
            times = peers[rival][key] / peers["libforest"][key]
            out.append(line([f"{task}, {columns[key]}, {rival}", f"{significant(times)}x", f"{aim:,}x",
                             "reached" if times >= aim else "short"]))
    return out + [""]


NOTES = """\
libforest: forest_params_init's parameters but for tuning; tuned: with it. Threads: 2 for training, 1 for one row and batch, for everyone. In brackets: how
many times libforest's cost. Each figure is the median over interleaved rounds, each in a fresh process after a warm-up
on 500 rows; who needs more than ten seconds for a training is measured once. Training starts from rows in memory in the form that the peer likes best; memory is the peak beyond that
input; model is what the peer itself writes, uncompressed. Everyone has mtry = floor(sqrt(features)), leaves of one row,
and no out-of-bag estimate nor importances except libforest, which always makes both. LightGBM and XGBoost grow one tree
a class, at most 1024 leaves. One row is predicted through the peer's own interface (ranger's R interface copies the
entire forest at each call). Log-loss: natural logarithm, probabilities floored at 1e-15. Equal: within the one-sided 95 % noise
of the paired seeds."""


def markdown(result):
    m = result["machine"]
    out = [f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB; "
           + ", ".join(f"{k} {v}" for k, v in m["versions"].items() if k != "compiler") + f"; {m['versions']['compiler']}."]
    if result["absent"]:
        out.append("Could not be had here: " + ", ".join(result["absent"]) + ".")
    out.append("")
    for name, peers in result["timed"].items():
        out += timed(name, peers, result["quick"])
    every = result["timed"] | result["public"]
    out += qualities(every, "log_loss", 1, "Hold-out log-loss, mean of the seeds")
    out += qualities(every, "accuracy", -1, "Hold-out accuracy, mean of the seeds")
    out += speeds(result["public"])
    out += [] if result["quick"] else aims(result["timed"])
    return "\n".join(out + [NOTES])
