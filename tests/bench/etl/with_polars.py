#!/usr/bin/env python3
"""The join of leadforest-etl in polars, lazily and with the wanted columns named: with_polars.py DATA OUT."""
import pathlib
import sys

import polars as pl

import rules

DATA, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

# ---- people ----


def respell(name, clean):
    def all_at_once(column):
        spellings = column.drop_nulls().unique()
        return column.replace_strict(spellings, pl.Series([clean(text) for text in spellings], dtype=pl.String),
                                     default=None).fill_null("")
    return pl.col(name).map_batches(all_at_once, return_dtype=pl.String)


def read_submissions():
    s = pl.read_csv(DATA / "raw/customers.csv", infer_schema=False, encoding="utf8-lossy", ignore_errors=True,
                    truncate_ragged_lines=True,
                    columns=["customer_id", "email", "business_type", "business_size", "signup_date"])
    s = s.with_columns(pl.col("email").str.strip_chars().str.to_lowercase())
    s = s.filter((pl.col("customer_id").is_not_null() | pl.col("email").is_not_null())
                 & pl.col("signup_date").is_not_null()).unique(maintain_order=True)
    date = pl.col("signup_date")
    zoned = date.str.contains(r"(Z|[+-]\d\d:?\d\d)$")
    utc = pl.when(zoned).then(date).otherwise(date + "Z").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", strict=False)
    s = s.with_columns(at=utc.dt.epoch("s"), business_type=respell("business_type", rules.clean_type),
                       business_size=respell("business_size", rules.clean_size)).drop("signup_date")
    s = s.filter(pl.col("at").is_not_null())
    known = s.drop_nulls(["customer_id", "email"]).unique("email", keep="first", maintain_order=True) \
        .select("email", known="customer_id")
    return s.join(known, on="email", how="left").with_columns(
        person=pl.coalesce("customer_id", "known", "email")).drop("known")


# ---- payments ----

TEXT, WHOLE, FLAG = pl.String, pl.Int64, pl.Boolean
PRICE = pl.Struct({"id": TEXT, "lookup_key": TEXT, "nickname": TEXT, "type": TEXT})
LINE = pl.Struct({"price": PRICE, "type": TEXT, "parent": pl.Struct({"type": TEXT}),
                  "pricing": pl.Struct({"price_details": pl.Struct({"price": TEXT})})})
LINES = pl.Struct({"data": pl.List(LINE)})
EMAIL = pl.Struct({"email": TEXT})
OBJECT = {"id": TEXT, "object": TEXT, "created": WHOLE, "livemode": FLAG, "status": TEXT, "mode": TEXT,
          "payment_status": TEXT, "amount_total": WHOLE, "amount_paid": WHOLE, "amount_captured": WHOLE,
          "refunded": FLAG, "client_reference_id": TEXT, "customer": TEXT, "invoice": TEXT, "payment_intent": TEXT,
          "charge": TEXT, "subscription": TEXT, "latest_invoice": TEXT, "customer_details": EMAIL,
          "billing_details": EMAIL, "customer_email": TEXT, "email": TEXT, "line_items": LINES, "lines": LINES,
          "items": LINES, "payment": pl.Struct({"payment_intent": TEXT}),
          "parent": pl.Struct({"subscription_details": pl.Struct({"subscription": TEXT})})}
EVENT = {"id": TEXT, "object": TEXT, "created": WHOLE, "livemode": FLAG,
         "data": pl.Struct({"object": pl.Struct(OBJECT)})}


def read_objects():
    path = DATA / "raw/transactions.json"
    with open(path, "rb") as file:
        events = b'"object":"event"' in file.readline()
    if not events:
        return pl.scan_ndjson(path, schema=OBJECT).unique("id", keep="first").with_columns(told=pl.col("created"))
    o = pl.scan_ndjson(path, schema=EVENT).unique("id", keep="first")
    return o.select(pl.col("created").alias("told"), pl.col("livemode").alias("live"),
                    pl.col("data").struct.field("object")).unnest("object") \
        .drop("livemode").rename({"live": "livemode"})


def reference(name):
    """An id, or the id in an expanded object, which arrives as its JSON."""
    text = pl.col(name)
    return pl.when(text.str.starts_with("{")).then(text.str.extract(r'"id":\s*"([^"]*)"')).otherwise(text)


def flatten(o):
    kind = pl.col("object")

    def own(name):
        return pl.when(kind == name).then(pl.col("id"))

    def field(name, *path):
        expression = pl.col(name)
        for each in path:
            expression = expression.struct.field(each)
        return expression

    lines = pl.coalesce(*(field(name, "data") for name in ("line_items", "lines", "items")))
    one = pl.element()
    one_time = ((one.struct.field("price").struct.field("type") == "one_time").fill_null(False)
                | (one.struct.field("type") == "invoiceitem").fill_null(False)
                | (one.struct.field("parent").struct.field("type") == "invoice_item_details").fill_null(False))
    line = pl.col("lines").list.eval(one.filter(~one_time)).list.first()
    price = line.struct.field("price")
    f = o.with_columns(lines=lines).select(
        "object", at=pl.col("told"), live=pl.col("livemode"), session=own("checkout.session"),
        invoice=pl.coalesce(reference("invoice"), own("invoice"), pl.col("latest_invoice")),
        intent=pl.coalesce(reference("payment_intent"), own("payment_intent"), field("payment", "payment_intent")),
        charge=pl.coalesce(reference("charge"), own("charge")),
        subscription=pl.coalesce(own("subscription"), reference("subscription"),
                                 field("parent", "subscription_details", "subscription")),
        customer=pl.coalesce(own("customer"), reference("customer")),
        email=pl.coalesce(field("customer_details", "email"), field("billing_details", "email"),
                          pl.col("customer_email"), pl.col("email")).str.strip_chars().str.to_lowercase(),
        reference=pl.col("client_reference_id"),
        price=pl.coalesce(price.struct.field("id"),
                          line.struct.field("pricing").struct.field("price_details").struct.field("price")),
        word=pl.coalesce(price.struct.field("lookup_key"), price.struct.field("nickname")),
        one_time=(pl.col("lines").list.len() > 0) & line.is_null(),
        amount=pl.coalesce("amount_total", "amount_paid", "amount_captured").fill_null(0),
        done=((kind == "checkout.session") & (pl.col("payment_status") == "paid"))
        | ((kind == "invoice") & (pl.col("status") == "paid"))
        | ((kind == "charge") & (pl.col("status") == "succeeded")),
        refunded=pl.col("refunded").fill_null(False), lost=(kind == "dispute") & (pl.col("status") == "lost"))
    return f.filter(pl.col("live").fill_null(True)).with_columns(
        paid=pl.col("done").fill_null(False) & (pl.col("amount") > 0)).drop("live", "done")


def lookup(f, key, value, name):
    return f.select(key, pl.col(value).alias(name)).drop_nulls().unique(key, keep="first")


def fill(f, key, value):
    """Where a row does not say, what another row with the same key says."""
    return f.join(lookup(f, key, value, "said"), on=key, how="left").with_columns(
        pl.coalesce(value, "said").alias(value)).drop("said")


def read_purchases():
    f = flatten(read_objects()).collect(engine="streaming")
    f = fill(fill(fill(f, "charge", "intent"), "intent", "invoice"), "invoice", "subscription")
    f = f.with_columns(payment=pl.coalesce("invoice", "intent", "session"))
    f = f.with_columns(purchase=pl.coalesce("subscription", "payment"),
                       plan=pl.col("word").replace_strict(rules.WORDS, default=None, return_dtype=pl.Int64),
                       by_sum=pl.when(~pl.col("one_time").fill_null(False)).then(pl.col("amount")).replace_strict(
                           rules.SUMS, default=None, return_dtype=pl.Int64))
    f = fill(f, "price", "plan")
    payments = f.filter(pl.col("payment").is_not_null()).group_by("payment").agg(
        pl.col("purchase").drop_nulls().first(), pl.col("refunded", "lost").max(),
        pl.col("plan", "by_sum").drop_nulls().first(), amount=pl.col("amount").filter("paid").max(),
        at=pl.col("at").filter("paid").min(),
        billed=(pl.col("session").is_not_null() | pl.col("invoice").is_not_null()).any())
    bought = f.drop_nulls("subscription").sort("at").group_by("subscription").agg(
        bought=pl.col("plan").drop_nulls().first())
    payments = payments.join(bought, left_on="purchase", right_on="subscription", how="left").with_columns(
        plan=pl.coalesce("plan", "bought", "by_sum"))
    payments = payments.filter(pl.col("amount").is_not_null(), ~pl.col("refunded"), ~pl.col("lost"), pl.col("billed"),
                               pl.col("amount") != rules.SETUP_FEE, pl.col("plan").is_not_null())
    first = payments.sort("at").unique("purchase", keep="first").select("purchase", "at", "amount", "plan")
    who = f.drop_nulls("purchase").group_by("purchase").agg(
        pl.col("reference", "email", "customer").drop_nulls().first())
    return first.join(who, on="purchase", how="left").join(
        lookup(f, "customer", "email", "learned"), on="customer", how="left")


# ---- rows ----

def join(people, purchases):
    by_email = people.drop_nulls("email").unique("email", keep="first", maintain_order=True).select("email", "person")
    known = people.select(reference="person", by_reference="person").unique()
    sales = purchases.join(known, on="reference", how="left") \
        .join(by_email.rename({"person": "by_email"}), on="email", how="left") \
        .join(by_email.rename({"person": "by_learned", "email": "learned"}), on="learned", how="left")
    sales = sales.with_columns(person=pl.coalesce("by_reference", "by_email", "by_learned")).drop_nulls("person")
    return sales.sort("at").unique("person", keep="first").select("person", "amount", "plan", limit="at")


def main():
    people = read_submissions()
    sales = join(people, read_purchases())
    signed = people.group_by("person").agg(signed=pl.col("at").min())
    rows = people.join(sales, on="person", how="left").with_columns(
        late=pl.col("at") > pl.col("limit").fill_null(1 << 60))
    rows = rows.with_columns(rank=pl.when("late").then(pl.col("at")).otherwise(-pl.col("at")))
    rows = rows.sort("late", "rank", "business_type", "business_size").unique("person", keep="first")
    rows = rows.join(signed, on="person")
    key = rules.pseudonym_key(DATA)
    nameless = rows.filter(pl.col("person").str.contains("@", literal=True))["person"]
    names = pl.DataFrame({"person": nameless, "name": [rules.pseudonym(key, address) for address in nameless]},
                         schema={"person": TEXT, "name": TEXT})
    rows = rows.join(names, on="person", how="left").with_columns(customer_id=pl.coalesce("name", "person"))
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    rows = rows.with_columns(signup_at=pl.from_epoch("signed").dt.strftime(stamp),
                             purchased_at=pl.from_epoch("limit").dt.strftime(stamp), amount=pl.col("amount") / 100)
    base = ["customer_id", "business_type", "business_size", "signup_at"]
    OUT.mkdir(parents=True, exist_ok=True)
    rows.filter(pl.col("plan").is_not_null()).sort("limit", "customer_id").with_columns(
        package=pl.col("plan").replace_strict(dict(enumerate(rules.PACKAGES)), return_dtype=TEXT)).select(
        *base, "purchased_at", "amount", "package", package_tier="plan").write_csv(
            OUT / "train.csv", float_precision=2)
    rows.filter(pl.col("plan").is_null()).sort("signed", "customer_id").select(base).write_csv(OUT / "leads.csv")


main()
