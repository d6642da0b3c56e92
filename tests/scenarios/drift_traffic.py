#!/usr/bin/env python3
"""A prediction log as the api writes it, and the purchases that follow, for scenarios of the monitor.

drift_traffic.py DATA FIRST_DAY DAYS [--a-day N] [--seed S] [--version V] [--shift SHARE] [--flip] [--source S]
                 [--burst N] [--no-purchases]

N calls a day.  --shift moves so much of the mix to Fitness; --flip makes buyers want something else; --burst adds N
equal calls within an hour of the last day.  Purchases are appended to processed/train.csv, 3 to 20 days after the call.
"""
import argparse
import csv
import datetime
import json
import pathlib
import random

TYPES = ["Medical", "Dental", "Legal", "Fitness"]
SIZES = ["1-9", "10-25", "26-50"]
PACKAGES = ["Business", "Elite", "MVP", "Now"]


def wants(kind, size, flipped):
    favourite = TYPES.index(kind) + SIZES.index(size) + (2 if flipped else 0)
    return [8 if package == favourite % 4 else 1 for package in range(4)]


def line(at, number, version, kind, size, lead, source):
    weights = wants(kind, size, False)
    call = {"time": at.strftime("%Y-%m-%dT%H:%M:%S.123Z"), "request_id": f"{at:%Y%m%d}-{number}",
            "model_version": version, "inputs": {"business_type": kind, "business_size": size},
            "probabilities": {name: weight / sum(weights) for name, weight in zip(PACKAGES, weights)}}
    if lead:
        call["lead_id"] = lead
    if source:
        call["source"] = source
    return json.dumps(call)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("first", type=datetime.datetime.fromisoformat)
    parser.add_argument("days", type=int)
    parser.add_argument("--a-day", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--shift", type=float, default=0)
    parser.add_argument("--flip", action="store_true")
    parser.add_argument("--source", default="website")
    parser.add_argument("--burst", type=int, default=0)
    parser.add_argument("--no-purchases", action="store_true")
    o = parser.parse_args()
    draw = random.Random(f"{o.seed} {o.first}")
    logs, bought = o.data / "predictions", []
    logs.mkdir(parents=True, exist_ok=True)
    for day in range(o.days):
        date = o.first + datetime.timedelta(days=day)
        lines = []
        for number in range(o.a_day):
            kind = "Fitness" if draw.random() < o.shift else draw.choice(TYPES)
            size = draw.choice(SIZES)
            at = date + datetime.timedelta(seconds=draw.randrange(86400))
            lead = f"lead-{o.seed}-{date:%Y%m%d}-{number}"
            lines.append(line(at, number, o.version, kind, size, lead, o.source))
            package = draw.choices(range(4), wants(kind, size, o.flip))[0]
            later = at + datetime.timedelta(days=3 + 17 * draw.random())
            if draw.random() < 0.4:
                bought.append([lead, kind, size, at.isoformat() + "Z", later.isoformat(timespec="seconds") + "Z", "549.00",
                               "card", PACKAGES[package], package])
        if day == o.days - 1:
            noon = date + datetime.timedelta(hours=12)
            lines += [line(noon + datetime.timedelta(seconds=6 * i), f"b{i}", o.version, "Fitness", "1-9", None, o.source)
                      for i in range(o.burst)]
        with open(logs / f"api-{date:%Y-%m-%d}.ndjson", "a") as file:
            file.write("".join(text + "\n" for text in lines))
    if not o.no_purchases:
        with open(o.data / "processed/train.csv", "a", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(bought)


main()
