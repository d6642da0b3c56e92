#!/usr/bin/env python3
"""The whole grid of inputs, as leads to score and as a distance from the truth.

grid.py leads TRUTH LEADS    write LEADS, one lead for each cell of the distribution in truth.json
grid.py excess TRUTH SCORES  print Sum share x KL(truth, served), in nats, of those leads as they were scored
"""
import csv
import json
import math
import sys


def cell_name(cell):
    return f"{cell['business_type']}/{cell['business_size']}"


def write_leads(cells, path):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["customer_id", "business_type", "business_size"])
        for cell in cells:
            out.writerow([cell_name(cell), cell["business_type"], cell["business_size"]])


def excess(cells, path):
    with open(path, newline="") as file:
        served = {row["customer_id"]: row for row in csv.DictReader(file)}
    total = 0
    for cell in cells:
        row = served[cell_name(cell)]
        total += cell["share"] * sum(p * math.log(p / max(float(row["p_" + name]), 1e-15))
                                     for name, p in cell["packages"].items() if p > 0)
    return total


def main():
    what, truth, path = sys.argv[1:]
    with open(truth) as file:
        cells = json.load(file)["distribution"]
    if what == "leads":
        write_leads(cells, path)
    else:
        print(f"{excess(cells, path):.4f}")


main()
