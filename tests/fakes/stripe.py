#!/usr/bin/env python3
"""Stands in for Stripe's list API: newest first, 100 at most, refusing whatever Stripe refuses.

stripe.py PORT_FILE KEY VERSION [RECORDS...]   records of any kind, each goes to the list of its "object"
"""
import sys

import fake

PATHS = {
    "checkout.session": "/v1/checkout/sessions",
    "invoice": "/v1/invoices",
    "subscription": "/v1/subscriptions",
    "charge": "/v1/charges",
    "refund": "/v1/refunds",
    "dispute": "/v1/disputes",
    "invoice_payment": "/v1/invoice_payments",
    "event": "/v1/events",
}
COMMON = {"limit", "starting_after", "ending_before", "created[gt]", "created[gte]", "created[lt]", "created[lte]", "expand[]"}
ALLOWED = {path: COMMON for path in PATHS.values()} | {
    "/v1/events": COMMON | {"type", "types[]", "delivery_success"},
    "/v1/subscriptions": COMMON | {"status", "customer", "price"},
    "/v1/charges": COMMON | {"customer", "payment_intent"},
    "/v1/checkout/sessions": COMMON | {"customer", "payment_intent", "subscription", "status"},
}


def refuse(status, code, message, kind="invalid_request_error"):
    raise fake.Refusal(status, {"error": {"type": kind, "code": code, "message": message}})


def whole(query, name, low, high, default=None):
    if name not in query:
        return default
    text = query[name][0]
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        refuse(400, "parameter_invalid_integer", f"Invalid integer: {text}")
    return int(text)


class Stripe(fake.Fake):
    def __init__(self, key, version):
        super().__init__()
        self.key, self.version = key, version
        self.lists = {path: [] for path in PATHS.values()}

    def add(self, records):
        for record in records:
            self.lists[PATHS[record["object"]]].append(record)
        for records_of_path in self.lists.values():
            records_of_path.sort(key=lambda record: record["created"], reverse=True)

    def authorize(self, headers):
        if headers.get("Authorization") != f"Bearer {self.key}":
            refuse(401, None, "Invalid API Key provided: " + headers.get("Authorization", "none"))
        if headers.get("Stripe-Version") != self.version:
            refuse(400, "invalid_version", "Invalid Stripe API version")

    def answer(self, path, query, headers):
        self.authorize(headers)
        if path not in self.lists:
            refuse(404, None, f"Unrecognized request URL (GET: {path})")
        values = {}
        for name, value in query:
            if name not in ALLOWED[path]:
                refuse(400, "parameter_unknown", f"Received unknown parameter: {name}")
            if name in values and not name.endswith("[]"):
                refuse(400, None, f"parameter given twice: {name}")
            values.setdefault(name, []).append(value)
        return self.page(path, values)

    def select(self, path, query):
        since = whole(query, "created[gte]", 0, 1 << 40, 0)
        types = query.get("types[]", query.get("type"))
        if len(types or []) > 20:
            refuse(400, "array_too_long", "You may only specify up to 20 types")
        # As Stripe does: cancelled ones only where asked for.
        hidden = {"canceled"} if path == "/v1/subscriptions" and query.get("status") != ["all"] else set()
        return [record for record in self.lists[path]
                if record["created"] >= since and (types is None or record["type"] in types)
                and record.get("status") not in hidden]

    def page(self, path, query):
        limit = whole(query, "limit", 1, 100, 10)
        found, start = self.select(path, query), 0
        if "starting_after" in query:
            after = query["starting_after"][0]
            ids = [record["id"] for record in found]
            if after not in ids:
                refuse(400, "resource_missing", f"No such object: '{after}'")
            start = ids.index(after) + 1
        expand = query.get("expand[]", [])
        if set(expand) - ({"data.line_items"} if path == "/v1/checkout/sessions" else set()):
            refuse(400, None, f"This property cannot be expanded ({expand[0]})")
        # Line items are no part of a session unless expanded.
        shown = [{name: value for name, value in record.items() if name != "line_items" or expand}
                 for record in found[start:start + limit]]
        return {"object": "list", "url": path, "has_more": start + limit < len(found), "data": shown}


if __name__ == "__main__":
    api = Stripe(sys.argv[2], sys.argv[3])
    for file in sys.argv[4:]:
        api.add(fake.read_records(file))
    fake.serve(api, sys.argv[1])
