#!/usr/bin/env python3
"""A sample told twice: sync_etl.py DATA OUT makes of DATA/raw

OUT/events            what Stripe's API would give, a line each: none twice
OUT/submissions       what Formspree's API would give, a line each
OUT/mails/*.eml       every tenth submission as a notification e-mail instead
OUT/export/raw/       all of it as the dashboards would export it: customers.csv, transactions.json
"""
import csv
import datetime
import email.message
import email.utils
import json
import pathlib
import sys

DATA, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
FIELDS = ["lead_id", "email", "business_type", "business_size"]


def moment(text):
    at = datetime.datetime.fromisoformat(text)
    return at.astimezone(datetime.timezone.utc).replace(tzinfo=None) if at.tzinfo else at


def submissions():
    """The sample's sound rows, in order of time."""
    with open(DATA / "raw/customers.csv", encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        for row in rows:
            fields = dict(zip(header, row))
            if len(row) == len(header) and (fields["customer_id"] or fields["email"]):
                wanted = {"lead_id": fields["customer_id"]} | {name: fields[name] for name in FIELDS[1:]}
                yield moment(fields["signup_date"]), {name: value for name, value in wanted.items() if value}


def write_mail(path, number, at, fields):
    message = email.message.EmailMessage()
    message["From"], message["To"] = "Formspree <noreply@formspree.example>", "sales@leadforest.example"
    message["Subject"], message["Message-ID"] = "New submission", f"<{number}@mail.example>"
    message["Date"] = email.utils.format_datetime(at.replace(tzinfo=datetime.timezone.utc))
    told = "".join(f"{name}:\n{value}\n\n" for name, value in fields.items())
    message.set_content("Hey there,\n\nSomeone just submitted your form on example.com. Here's what they had to say:\n\n"
                        f"{told}This form was submitted at {at:%I:%M %p UTC - %d %B %Y}.\n")
    path.write_bytes(bytes(message))


def main():
    (OUT / "mails").mkdir(parents=True)
    (OUT / "export/raw").mkdir(parents=True)
    with open(OUT / "submissions", "w", encoding="utf-8") as api, \
            open(OUT / "export/raw/customers.csv", "w", encoding="utf-8", newline="") as export:
        rows = csv.DictWriter(export, ["id", "date", *sorted(FIELDS)])
        rows.writeheader()
        for number, (at, fields) in enumerate(sorted(submissions(), key=lambda each: each[0])):
            if number % 10 == 0:
                at = at.replace(second=0, microsecond=0)     # a notification tells no seconds
                write_mail(OUT / f"mails/{number:06d}.eml", number, at, fields)
            else:
                api.write(json.dumps({"_date": at.isoformat()} | fields) + "\n")
            rows.writerow({"id": number, "date": at.isoformat()} | fields)
    events = [json.loads(line) for line in (DATA / "raw/transactions.json").read_text().splitlines()]
    (OUT / "export/raw/transactions.json").write_text(
        json.dumps({"object": "list", "url": "/v1/events", "has_more": False, "data": events}))
    with open(OUT / "events", "w", encoding="utf-8") as api:
        for event in {event["id"]: event for event in events}.values():
            api.write(json.dumps(event) + "\n")


main()
