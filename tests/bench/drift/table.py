"""table.py FOLDER VOLUME.json... REST.json - results.json and plot.svg into the folder, the table to stdout."""
import json
import pathlib
import statistics
import sys

import plot

CHANGES = ("TV 0.1", "TV 0.2", "TV 0.3", "new category 10 %")


def days(value):
    return "never" if value is None else f"{value:.0f}"


def delay(of):
    return f"{days(of['median'])} / {days(of['p90'])}"


def rows(volume):
    for policy, mean in volume["days_to_false_alarm"].items():
        yield [f"{volume['per_day']:.0f}", policy, days(mean), *(delay(volume["delay"][c][policy]) for c in CHANGES)]


def table(header, lines):
    out = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(out + ["| " + " | ".join(line) + " |" for line in lines])


def main():
    folder, parts = pathlib.Path(sys.argv[1]), [json.loads(pathlib.Path(p).read_text()) for p in sys.argv[2:]]
    results = parts[-1] | {"volumes": parts[:-1]}
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    (folder / "plot.svg").write_text(plot.svg(results))
    volumes, labels = results["volumes"], results["labels"]
    print(f"The target is one false alarm in {results['expected_days']} days. Days until an alarm, median / 90 %:\n")
    print(table(["calls a day", "rule", "days to a false alarm", *CHANGES], [r for v in volumes for r in rows(v)]))
    print("\nThe threshold is found from the one reference that a company has; days to its false alarm by company:\n")
    print(table(["calls a day", "lowest", "mean", "highest"],
                [[f"{v['per_day']:.0f}", *(f"{f(v['false_alarm_by_reference']):.0f}" for f in (min, statistics.mean, max))]
                 for v in volumes]))
    print("\nThree years without a change, with weekends; every requested training is promoted:\n")
    print(table(["calls a day", "alarms", "trainings", "most in a run", "runs with more than 3"],
                [[f"{v['per_day']:.0f}", f"{v['storm']['alarms']:.2f}", f"{v['storm']['retrains']:.2f}",
                  f"{v['storm']['most']:.0f}", f"{v['storm']['over_three']:.1%}"] for v in volumes]))
    print("\nWeeks with an alarm when 500 equal calls come within an hour:\n")
    print(table(["calls a day", "no burst", "burst", "burst, were it not capped"],
                [[f"{v['per_day']:.0f}", *(f"{v['burst'][k]:.1%}" for k in ("without", "capped", "uncapped"))]
                 for v in volumes]))
    print("\nOne window without a change: how often each rule alarms:\n")
    policies = list(results["levels"][0]["alarms"])
    print(table(["reference", "window", *policies],
                [[str(x["reference"]), str(x["window"]), *(f"{x['alarms'][p]:.1%}" for p in policies)]
                 for x in results["levels"]]))
    print(f"\nErrors: a false alarm after {labels['errors_run_length']:.0f} purchases where "
          f"{labels['errors_expected']:.0f} were the target; 0.15 more errors are noticed after "
          f"{labels['errors_delay']:.0f}. Another mix of cells is taken for another concept in "
          f"{labels['concept_level_under_other_mix']:.1%} at a level of 5 %; another concept in 12 of 60 cells is found in "
          f"{labels['concept_power_12_cells']:.0%}.")


main()
