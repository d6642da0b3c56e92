#!/usr/bin/env python3
"""Stands in for Formspree's API of submissions: newest first unless asked otherwise, no word of how many there are.

formspree.py PORT_FILE KEY FORM MOST [SUBMISSIONS...]   MOST: submissions that a page has at most, whatever the limit
"""
import base64
import binascii
import re
import sys

import fake

PARAMETERS = {"since", "limit", "offset", "order", "spam"}


class Formspree(fake.Fake):
    def __init__(self, key, form, most):
        super().__init__()
        self.key, self.path, self.most = key, f"/api/0/forms/{form}/submissions", most
        self.submissions = []

    def add(self, records):
        self.submissions = sorted(self.submissions + records, key=lambda record: record["_date"])

    def authorized(self, headers):
        kind, _, value = headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        return kind in ("Basic", "Bearer") and value == self.key

    def answer(self, path, query, headers):
        if path != self.path:
            raise fake.Refusal(404, {"error": "form not found"})
        if not self.authorized(headers):
            raise fake.Refusal(401, {"error": "not authorized"})
        values = dict(query)
        since, order = values.get("since", ""), values.get("order", "desc")
        numbers = (values.get("limit", "25"), values.get("offset", "0"))
        if (set(values) - PARAMETERS or len(values) != len(query) or order not in ("asc", "desc")
                or not re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)?", since)
                or not all(text.isdigit() for text in numbers)):
            raise fake.Refusal(400, {"error": "bad parameters"})
        limit, offset = (int(text) for text in numbers)
        found = [record for record in self.submissions if record["_date"] >= since]
        if order == "desc":
            found.reverse()
        # What became of a submission changes while it is dispatched.
        status = {"sales@example.com": {"delivered": True, "asked": len(self.journal)}}
        shown = [record | {"_status": status} for record in found[offset:offset + min(limit, self.most)]]
        return {"fields": sorted({name for record in shown for name in record}), "submissions": shown}


if __name__ == "__main__":
    api = Formspree(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    for file in sys.argv[5:]:
        api.add(fake.read_records(file))
    fake.serve(api, sys.argv[1])
