#!/usr/bin/env python3
"""The same records otherwise: etl_arrange.py HOW FROM/raw TO/raw

shuffled   lines in another order, some of them twice
split      dealt out over several files, one of them in the inbox as deliveries
array      payments as one array without a line end;  pretty: laid out over many lines;  list: as Stripe's API would
"""
import json
import pathlib
import random
import shutil
import sys

HOW, FROM, TO = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
draw = random.Random(5)


def records(text):
    """CSV records: lines, or several where a quoted field goes on."""
    lines, open_quote = [], False
    for line in text.splitlines(keepends=True):
        if open_quote:
            lines[-1] += line
        else:
            lines.append(line)
        open_quote ^= line.count('"') % 2 == 1
    return lines


def main():
    (TO / "inbox").mkdir(parents=True)
    shutil.copy(FROM / "truth.json", TO)
    header, *people = records((FROM / "customers.csv").read_text(encoding="latin-1"))
    payments = (FROM / "transactions.json").read_text().splitlines()
    if HOW == "shuffled":
        people += draw.sample(people, len(people) // 3)
        payments += draw.sample(payments, len(payments) // 3)
        draw.shuffle(people)
        draw.shuffle(payments)
    files = {"": people}
    if HOW == "split":
        files = {f"-{i}": people[i::3] for i in range(3)}
        deliveries = [json.dumps({"received_at": "2026-06-01T00:00:00Z", "body": json.loads(line)})
                      for line in payments[::4]]
        (TO / "inbox/stripe-api-2026-06-01.ndjson").write_text("\n".join(deliveries) + "\n")
        for i in range(1, 4):
            (TO / f"transactions-{i}.json").write_text("\n".join(payments[i::4]))
    else:
        whole = "[" + ",".join(payments) + "]"
        text = {"array": whole, "list": '{"object":"list","data":' + whole + ',"has_more":false}',
                "pretty": json.dumps(json.loads(whole), indent=2) if HOW == "pretty" else ""}
        (TO / "transactions.json").write_text(text.get(HOW, "\n".join(payments) + "\n"))
    for name, lines in files.items():
        (TO / f"customers{name}.csv").write_text(header + "".join(lines), encoding="latin-1")


main()
