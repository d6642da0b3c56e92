#!/usr/bin/env python3
"""A train.csv and a leads.csv for scenarios of single stages.

purchases.py DATA [--a-day N] [--days D] [--seed S] [--changed DAYS] [--new-type]

N purchases a day for D days; in the last DAYS of them customers want something else.  More days with the same seed are
the same purchases and some later ones.
"""
import argparse
import csv
import datetime
import pathlib
import random

TYPES = ["Medical", "Dental", "Legal", "Fitness"]
SIZES = ["1-9", "10-25", "26-50"]
PACKAGES = ["Business", "Elite", "MVP", "Now"]
START = datetime.datetime(2024, 6, 1)


def wants(kind, size, changed):
    favourite = (TYPES.index(kind) if kind in TYPES else 3) + SIZES.index(size) + (2 if changed else 0)
    return [8 if package == favourite % 4 else 1 for package in range(4)]


def purchases(options):
    draw = random.Random(options.seed)
    for day in range(options.days):
        for number in range(options.a_day):
            kind, size = draw.choice(TYPES), draw.choice(SIZES)
            if options.new_type and draw.random() < 0.2:
                kind = "Pet Shop"
            package = draw.choices(range(4), wants(kind, size, day >= options.days - options.changed))[0]
            at = START + datetime.timedelta(days=day, seconds=draw.randrange(86400))
            yield [f"{day:04d}-{number:04d}", kind, size, at.isoformat() + "Z", at.isoformat() + "Z", "549.00", "card",
                   PACKAGES[package], package]


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--a-day", type=int, default=10)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changed", type=int, default=0)
    parser.add_argument("--new-type", action="store_true")
    options = parser.parse_args()
    folder = options.data / "processed"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "train.csv",
          ["customer_id", "business_type", "business_size", "signup_at", "purchased_at", "amount", "payment_method",
           "package", "package_tier"], purchases(options))
    write(folder / "leads.csv", ["customer_id", "business_type", "business_size", "signup_at"],
          [[f"lead-{i:03d}", kind, size, "2026-05-01T00:00:00Z"]
           for i, (kind, size) in enumerate((k, s) for k in TYPES for s in SIZES)])


main()
