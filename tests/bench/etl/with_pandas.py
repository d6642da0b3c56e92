#!/usr/bin/env python3
"""The join of leadforest-etl in pandas, as far as the sample needs it: with_pandas.py DATA OUT."""
import pathlib
import sys

import numpy as np
import pandas as pd

import rules

DATA, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


# ---- people ----

def times(column):
    parsed = pd.to_datetime(column, utc=True, format="ISO8601")
    return parsed.astype("datetime64[s, UTC]").astype("int64")


def read_submissions():
    wanted = ["customer_id", "email", "business_type", "business_size", "signup_date"]
    all_columns = pd.read_csv(DATA / "raw/customers.csv", dtype=str, nrows=0).columns
    s = pd.read_csv(DATA / "raw/customers.csv", dtype=str, keep_default_na=False, na_values=[""],
                    encoding_errors="replace", on_bad_lines="skip")
    s = s[s[all_columns[-1]].notna() | s["signup_date"].notna()][wanted]     # too short a line ends early
    s["email"] = s["email"].str.strip().str.lower()
    s = s[s["customer_id"].notna() | s["email"].notna()].drop_duplicates()
    s["at"] = times(s["signup_date"])
    for column, clean in (("business_type", rules.clean_type), ("business_size", rules.clean_size)):
        spellings = s[column].dropna().unique()
        s[column] = s[column].map(dict(zip(spellings, map(clean, spellings)))).fillna("")
    known = s.dropna(subset=["customer_id", "email"]).drop_duplicates("email").set_index("email")["customer_id"]
    s["person"] = s["customer_id"].fillna(s["email"].map(known)).fillna(s["email"])
    return s


# ---- payments ----

def reference(value):
    """An id, or the id of an expanded object."""
    return value.get("id") if isinstance(value, dict) else value


def member(column, *path):
    """A member of objects in a column."""
    def take(value):
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value
    return [take(value) for value in column]


def plan_line(lists):
    """The price of the line that is a plan's, and whether there are other lines alone."""
    found = []
    for value in lists:
        best = (None, None, None, False)
        for line in value["data"] if isinstance(value, dict) else []:
            price = line.get("price") or {}
            details = (line.get("pricing") or {}).get("price_details") or {}
            one_time = price.get("type") == "one_time" or line.get("type") == "invoiceitem" \
                or (line.get("parent") or {}).get("type") == "invoice_item_details"
            if not one_time:
                best = (price.get("id") or reference(details.get("price")), price.get("lookup_key"),
                        price.get("nickname"), False)
                break
            best = (None, None, None, True)
        found.append(best)
    return found


def read_objects():
    o = pd.read_json(DATA / "raw/transactions.json", lines=True, dtype=False)
    if "data" in o:
        o = o.drop_duplicates("id")
        news = o[["type", "created", "livemode"]].rename(columns={"type": "event", "created": "told"})
        o = pd.DataFrame(member(o["data"], "object")).drop(columns=["livemode", "type"], errors="ignore")
        o = pd.concat([o, news.reset_index(drop=True)], axis=1)
    else:
        o = o[~o["id"].duplicated()]
        o["event"], o["told"] = "", np.nan
    for name in {"invoice", "payment_intent", "charge", "subscription", "customer"} & set(o.columns):
        o[name] = [reference(value) for value in o[name]]
    return o.reset_index(drop=True)


def column(o, name):
    return o[name] if name in o else pd.Series(np.nan, index=o.index, dtype=object)


def flatten(o):
    """One row an object, with the ids that tie it, who paid, what and when."""
    f = pd.DataFrame({"object": o["object"], "at": o["told"].fillna(o["created"]), "live": o["livemode"]})
    kind = f["object"]
    own = {name: o["id"].where(kind == name) for name in ("checkout.session", "invoice", "payment_intent", "charge")}
    f["session"] = own["checkout.session"]
    f["invoice"] = column(o, "invoice").fillna(own["invoice"])
    f["intent"] = column(o, "payment_intent").fillna(own["payment_intent"])
    f["charge"] = column(o, "charge").fillna(own["charge"])
    if "parent" in o:
        told = [reference(value) for value in member(o["parent"], "subscription_details", "subscription")]
        o["subscription"] = o["subscription"].astype(object).fillna(pd.Series(told, o.index, dtype=object))
    f["subscription"] = o["subscription"].where(kind != "subscription", o["id"])
    if "latest_invoice" in o:
        f["invoice"] = f["invoice"].fillna(o["latest_invoice"])
    if "payment" in o:
        f["intent"] = f["intent"].fillna(pd.Series(member(o["payment"], "payment_intent"), o.index))
    f["customer"] = o["customer"].where(kind != "customer", o["id"])
    f["email"] = pd.Series(member(o["customer_details"], "email"), o.index) \
        .fillna(pd.Series(member(o["billing_details"], "email"), o.index)) \
        .fillna(column(o, "customer_email")).fillna(column(o, "email")).str.strip().str.lower()
    f["reference"] = o["client_reference_id"]
    lists = o["line_items" if "line_items" in o else "lines"].where(kind != "subscription", column(o, "items"))
    if "line_items" in o:
        lists = lists.where(kind != "invoice", o["lines"])
    f[["price", "key", "nickname", "one_time"]] = pd.DataFrame(plan_line(lists), index=o.index)
    amount = o["amount_total"].fillna(column(o, "amount_paid")).fillna(column(o, "amount_captured"))
    f["amount"] = amount.fillna(0)
    complete = (kind == "checkout.session") & (o["payment_status"] == "paid")
    f["paid"] = (complete | ((kind == "invoice") & (o["status"] == "paid"))
                 | ((kind == "charge") & (o["status"] == "succeeded"))) & (f["amount"] > 0)
    f["refunded"] = o["refunded"].eq(True)
    f["lost"] = (kind == "dispute") & (o["status"] == "lost")
    return f[f["live"].astype("boolean").fillna(True)]


def lookup(f, key, value):
    pairs = f[[key, value]].dropna().drop_duplicates(key)
    return pairs.set_index(key)[value]


def tie(f):
    """Every row gets its invoice and its subscription."""
    f["intent"] = f["intent"].fillna(f["charge"].map(lookup(f, "charge", "intent")))
    f["invoice"] = f["invoice"].fillna(f["intent"].map(lookup(f, "intent", "invoice")))
    f["subscription"] = f["subscription"].fillna(f["invoice"].map(lookup(f, "invoice", "subscription")))
    f["payment"] = f["invoice"].fillna(f["intent"]).fillna(f["session"])
    f["purchase"] = f["subscription"].fillna(f["payment"])
    return f


def plans(f):
    """The package of each row's price: by its words, or by other rows with the same price, or by the sum."""
    plan = f["key"].map(rules.WORDS).fillna(f["nickname"].map(rules.WORDS))
    known = pd.DataFrame({"price": f["price"], "plan": plan}).dropna().drop_duplicates("price").set_index("price")
    plan = plan.fillna(f["price"].map(known["plan"]))
    by_sum = f["amount"].where(f["one_time"] != True).map(rules.SUMS)        # noqa: E712
    return plan, by_sum


def read_purchases():
    f = tie(flatten(read_objects()))
    f["plan"], f["by_sum"] = plans(f)
    payments = f[f["payment"].notna()].groupby("payment").agg(
        purchase=("purchase", "first"), paid=("paid", "max"), refunded=("refunded", "max"), lost=("lost", "max"),
        plan=("plan", "first"), by_sum=("by_sum", "first"))
    sums = f[f["paid"]].groupby("payment").agg(amount=("amount", "max"), at=("at", "min"))
    subscribed = f.dropna(subset=["subscription"]).sort_values("at").groupby("subscription")["plan"].first()
    payments = payments.join(sums, how="inner")
    bought = payments["purchase"].map(subscribed)
    payments["plan"] = payments["plan"].fillna(bought).fillna(payments["by_sum"])
    fee = (payments["amount"] == rules.SETUP_FEE)
    billed = set(f.loc[f["session"].notna() | f["invoice"].notna(), "payment"].dropna())
    payments = payments[~payments["refunded"] & ~payments["lost"] & ~fee & payments["plan"].notna()
                        & payments.index.isin(billed)]
    first = payments.sort_values("at").groupby("purchase").first()
    who = f[f["purchase"].notna()].groupby("purchase").agg(
        reference=("reference", "first"), email=("email", "first"), customer=("customer", "first"))
    first = first.join(who)
    first["learned"] = first["customer"].map(lookup(f, "customer", "email"))
    return first


# ---- rows ----

def join(people, purchases):
    by_email = people.dropna(subset=["email"]).drop_duplicates("email").set_index("email")["person"]
    known = set(people["person"])
    person = purchases["reference"].where(purchases["reference"].isin(known))
    person = person.fillna(purchases["email"].map(by_email)).fillna(purchases["learned"].map(by_email))
    purchases = purchases.assign(person=person).dropna(subset=["person"])
    return purchases.sort_values("at").drop_duplicates("person")


def features(people, sales):
    """Of each person the newest submission at or before the purchase, or else the oldest."""
    limit = people["person"].map(sales.set_index("person")["at"]).fillna(1 << 60)
    late = people["at"] > limit
    order = people.assign(late=late, rank=np.where(late, people["at"], -people["at"]))
    return order.sort_values(["late", "rank", "business_type", "business_size"]).drop_duplicates("person")


def stamp(seconds):
    return pd.to_datetime(seconds.astype("int64"), unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    people = read_submissions()
    sales = join(people, read_purchases())
    chosen = features(people, sales)[["person", "customer_id", "business_type", "business_size"]]
    chosen = chosen.merge(people.groupby("person", as_index=False)["at"].min(), on="person")
    chosen = chosen.rename(columns={"at": "signed"})
    key = rules.pseudonym_key(DATA)
    chosen["customer_id"] = [rules.pseudonym(key, person) if "@" in person else person for person in chosen["person"]]
    rows = chosen.merge(sales[["person", "at", "amount", "plan"]], on="person", how="left")
    rows["signup_at"] = stamp(rows["signed"])
    leads, train = rows[rows["plan"].isna()], rows[rows["plan"].notna()].copy()
    train["purchased_at"] = stamp(train["at"])
    train["amount"] = train["amount"] / 100
    train["package_tier"] = train["plan"].astype("int64")
    train["package"] = train["package_tier"].map(dict(enumerate(rules.PACKAGES)))
    base = ["customer_id", "business_type", "business_size", "signup_at"]
    OUT.mkdir(parents=True, exist_ok=True)
    train.sort_values(["at", "customer_id"])[base + ["purchased_at", "amount", "package", "package_tier"]].to_csv(
        OUT / "train.csv", index=False, float_format="%.2f")
    leads.sort_values(["signed", "customer_id"])[base].to_csv(OUT / "leads.csv", index=False)


main()
