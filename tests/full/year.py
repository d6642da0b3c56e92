#!/usr/bin/env python3
"""Two years of a small company in minutes: year.py BUILD FOLDER [--a-day N] [--seed S] [--until DAY]

Every day the sample's forms and payments of that day arrive in raw/, each lead asks the running api for a prediction,
and every night drift checks the day; a training that it requests is run, decided by the gate and served, as `pipeline
watch` does it.  LEADFOREST_NOW sets the time of the programs; in the api's log only the times are changed.  A training
is due on the first of each month; purchases are read on Sundays.

Half a year of history makes the first model.  In month 4 the mix of leads changes, in month 8 what some of them buy.
The quality of every answer is known exactly: the sample writes P(package | cell) of every day.
"""
import argparse
import collections
import csv
import datetime
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

DAY = datetime.timedelta(days=1)
BEGIN, START, END = (datetime.datetime.fromisoformat(t) for t in ("2024-07-05", "2025-01-01", "2027-01-01"))
MIX, WISHES = datetime.datetime.fromisoformat("2025-04-01"), datetime.datetime.fromisoformat("2025-08-01")


def moment(text):
    at = datetime.datetime.fromisoformat(text)
    return at.astimezone(datetime.timezone.utc).replace(tzinfo=None) if at.tzinfo else at


class Programs:
    def __init__(self, build, data):
        self.build, self.data = build, data

    def run(self, name, *words, now, good=(0, 99), **environment):
        """The result line of a program that must end well."""
        environment = os.environ | {"LEADFOREST_NOW": f"{now:%Y-%m-%dT%H:%M:%SZ}", "LOG_LEVEL": "error"} | environment
        done = subprocess.run([f"{self.build}/leadforest-{name}", "--data", str(self.data), *words], env=environment,
                              stdout=subprocess.PIPE, text=True)
        if done.returncode not in good:
            sys.exit(f"not ok {name} ended with {done.returncode}: {done.stdout}")
        return json.loads(done.stdout.strip().splitlines()[-1])


class Sample:
    """All arrivals, by day, and the truth."""

    def __init__(self, programs, folder, leads, seed):
        shifts = f"covariate@{(MIX - BEGIN).days},concept@{(WISHES - BEGIN).days}"
        Programs(programs.build, folder).run("sample", "--leads", str(leads), "--seed", str(seed), "--layout", "compact",
                                             "--days", str((END - BEGIN).days), "--end", f"{END:%Y-%m-%d}", "--shift", shifts,
                                             now=BEGIN)
        truth = json.loads((folder / "raw/truth.json").read_text())
        eras = [(BEGIN, truth["before"])] + [(moment(s["at"]), s) for s in truth["shifts"]]
        self.eras = [(at, {(c["business_type"], c["business_size"]): c["packages"] for c in era["distribution"]})
                     for at, era in eras]
        self.forms, self.leads = collections.defaultdict(list), collections.defaultdict(list)
        self.payments = collections.defaultdict(list)
        self.read_forms(folder / "raw/customers.csv")
        for line in (folder / "raw/transactions.json").read_text().splitlines():
            day = datetime.datetime.fromtimestamp(json.loads(line)["created"], datetime.timezone.utc).replace(tzinfo=None)
            self.payments[day.date()].append(line)

    def read_forms(self, path):
        with open(path, encoding="latin-1", newline="") as file:
            rows = csv.reader(file)
            self.header = next(rows)
            day = BEGIN.date()
            for row in rows:  # a row without a readable day arrives with the row before it
                lead = dict(zip(self.header, row))
                try:
                    at = moment(lead["signup_date"])
                    day = at.date()
                    if lead["customer_id"] and lead["business_type"] and lead["business_size"]:
                        self.leads[day].append((at, lead))
                except (ValueError, KeyError):
                    pass
                self.forms[day].append(row)

    def packages(self, at, call):
        """P(package) of a request's lead; None where its inputs are not a cell."""
        era = [cells for since, cells in self.eras if since <= at][-1]
        return era.get((call["inputs"]["business_type"], call["inputs"]["business_size"]))


class Website:
    """Leads request predictions from a running api; its log is moved to the day of the requests."""

    def __init__(self, build, data, front):
        self.logs, self.data, self.seen = front / "predictions", data, 0
        (data / "predictions").mkdir(parents=True, exist_ok=True)
        front.mkdir()
        (front / "registry").symlink_to(data.resolve() / "registry")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "MODEL_POLL_MS": "20", "DRAIN_SECONDS": "0", "IDLE_SECONDS": "3600",
                    "LOG_LEVEL": "error"}
        self.api = subprocess.Popen([f"{build}/leadforest-api", "--data", str(front)], env=os.environ | settings)
        self.wire = http.client.HTTPConnection("127.0.0.1", port)
        until = time.monotonic() + 10
        while True:
            try:
                self.version()
                return
            except ConnectionRefusedError:
                self.wire.close()
                if time.monotonic() > until:
                    sys.exit("not ok the api does not listen")
                time.sleep(0.02)

    def stop(self):
        self.api.terminate()
        return self.api.wait() == 0

    def ask(self, path, body=None):
        self.wire.request("POST" if body else "GET", path, body and json.dumps(body), {"Content-Type": "application/json"})
        reply = self.wire.getresponse()
        text = reply.read()
        if reply.status != 200:
            sys.exit(f"not ok {path} answers {reply.status}: {text}")
        return json.loads(text)

    def version(self):
        return self.ask("/version")["model"]

    def serve(self, version):
        """Whether the api comes to serve this version by itself."""
        until = time.monotonic() + 10
        while self.version() != version and time.monotonic() < until:
            time.sleep(0.02)
        return self.version() == version

    def day(self, date, leads):
        for _, lead in leads:
            self.ask("/predict", {"lead_id": lead["customer_id"], "source": "website", "business_type": lead["business_type"],
                                  "business_size": lead["business_size"]})
        self.seen += len(leads)
        until = time.monotonic() + 10
        lines = []
        while len(lines) < self.seen and time.monotonic() < until:
            lines = [line for file in sorted(self.logs.glob("*.ndjson")) for line in file.read_text().splitlines()]
            time.sleep(0 if len(lines) == self.seen else 0.01)
        calls = [json.loads(line) for line in lines[self.seen - len(leads):]]
        at = {lead["customer_id"]: when for when, lead in leads}
        for call in calls:
            call["time"] = f"{at[call['lead_id']]:%Y-%m-%dT%H:%M:%S.000Z}"
        calls.sort(key=lambda call: call["time"])
        (self.data / f"predictions/api-{date:%Y-%m-%d}.ndjson").write_text("".join(json.dumps(c) + "\n" for c in calls))
        return calls


class Month:
    def __init__(self):
        self.calls, self.served, self.best, self.events, self.state, self.version = 0, 0.0, 0.0, [], "", 0


class Company:
    def __init__(self, o):
        self.data = o.folder / "data"
        self.programs = Programs(o.build, self.data)
        self.sample = Sample(self.programs, o.folder / "sample", o.a_day * (END - BEGIN).days, o.seed)
        self.months, self.asked, self.alarms, self.trainings = collections.defaultdict(Month), [], [], []
        self.website, self.alarm = None, False
        raw = self.data / "raw"
        raw.mkdir(parents=True)
        self.forms = open(raw / "customers.csv", "a", encoding="latin-1", newline="")
        self.payments = open(raw / "transactions.json", "a")
        self.rows = csv.writer(self.forms)
        self.rows.writerow(self.sample.header)

    def arrive(self, date):
        self.rows.writerows(self.sample.forms[date])
        self.payments.writelines(line + "\n" for line in self.sample.payments[date])
        self.forms.flush()
        self.payments.flush()

    def train(self, now, alarm):
        flag = "1" if alarm else "0"
        self.programs.run("pipeline", "run-all", now=now, TRAIN_ALARM=flag, GATE_ALARM=flag)
        decision = json.loads((self.data / "registry/decisions.ndjson").read_text().splitlines()[-1])
        made_now = decision["time"] == f"{now:%Y-%m-%dT%H:%M:%SZ}"
        return decision if made_now else {"status": "nothing new"}

    def night(self, now):
        """What the watching pipeline does in a night."""
        month = self.months[f"{now - DAY:%Y-%m}"]
        if now.weekday() == 6:
            self.programs.run("etl", now=now)
        report = self.programs.run("drift", now=now)
        alarm = report["state"] == "ALARM" or report["alarm"]
        if alarm and not self.alarm:
            self.alarms.append((now, report))
            month.events.append(f"{now - DAY:%d} alarm: {report['cause']}")
        self.alarm, month.state = alarm, report["state"]
        if report["retrain"] or now.day == 1:
            decision = self.train(now, report["alarm"])
            self.trainings.append((now, report if report["retrain"] else None, decision))
            if report["retrain"]:
                self.asked.append((now, report, decision))
                month.events.append(f"{now - DAY:%d} retrain ({report['cause']}): {decision['status']}")
            if decision["status"] == "promoted":
                if not report["retrain"]:
                    month.events.append(f"{now - DAY:%d} routine promotion")
                if not self.website.serve(decision["version"]):
                    sys.exit(f"not ok the api does not serve version {decision['version']}")

    def live(self, until):
        at = START
        while at < until:
            date, month = at.date(), self.months[f"{at:%Y-%m}"]
            self.arrive(date)
            for call in self.website.day(date, self.sample.leads[date]):
                packages = self.sample.packages(at, call)
                if packages is None:
                    continue
                answer = max(call["probabilities"], key=call["probabilities"].get)
                month.calls += 1
                month.served += packages[answer]
                month.best += max(packages.values())
            month.version = self.website.version()
            self.night(at + DAY + datetime.timedelta(hours=3))
            at += DAY
            if at.day == 1:
                self.show(f"{at - DAY:%Y-%m}")

    def show(self, name):
        m = self.months[name]
        print(f"| {name} | {m.calls} | {m.served / m.calls:.3f} | {m.best / m.calls:.3f} | {m.state} | {m.version} | "
              f"{'; '.join(m.events)} |", flush=True)


def say(good, sentence):
    print(("ok " if good else "not ok ") + sentence, flush=True)
    return good


def judge(company):
    print()
    months = sorted(company.months.items())
    gap = {name: (m.best - m.served) / m.calls for name, m in months}
    alarms = lambda since, until: [(at, report) for at, report in company.alarms if since <= at < until]
    asked = lambda since, until: [a for a in company.asked if since <= a[0] < until]
    urgent = lambda some: [a for a in some if a[1]["alarm"] and a[1]["cause"] != "age"]
    next_year = datetime.datetime.fromisoformat("2026-01-01")
    good = say(not alarms(START, MIX) and not urgent(asked(START, MIX)), "three quiet months raise no alarm")
    first = alarms(MIX, WISHES)
    good &= say(first and first[0][1]["cause"] == "drift" and (first[0][0] - MIX).days <= 21,
                f"another mix is an alarm after {(first[0][0] - MIX).days if first else '-'} days")
    answer = urgent(asked(MIX, WISHES))
    good &= say(answer and answer[0][1]["cause"] == "drift",
                f"and a training after {(answer[0][0] - MIX).days if answer else '-'} days")
    good &= say(answer and answer[-1][2]["status"] == "promoted", "whose candidate passes the gate and is served")
    answer = urgent(asked(WISHES, END))
    good &= say(answer and answer[0][1]["cause"] in ("concept", "errors", "accuracy"),
                f"other wishes ask for a training after {(answer[0][0] - WISHES).days if answer else '-'} days")
    promoted = [at for at, report, decision in answer if decision["status"] == "promoted"]
    good &= say(bool(promoted), f"a model of the new wishes is served after {(promoted[0] - WISHES).days if promoted else '-'} days")
    fell, healed = gap["2025-08"], gap["2025-12"]
    good &= say(fell > 0.05 and healed < fell / 2,
                f"accuracy falls {fell:.3f} short of the best possible in August and {healed:.3f} in December")
    second = urgent(asked(next_year, END))
    good &= say(not second, f"in a second year without a change no alarm asks for a training ({len(second)})")
    late = sum(gap[f"2026-{m:02}"] for m in range(7, 13)) / 6
    good &= say(late < 0.04, f"and the answers stay within {late:.3f} of the best possible in its second half")
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--a-day", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=datetime.datetime.fromisoformat, default=END, help="stop there, without the final checks")
    o = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the api is stopped too
    company = Company(o)
    at = BEGIN
    while at < START:
        company.arrive(at.date())
        at += DAY
    first = company.train(START + datetime.timedelta(hours=2), False)
    good = say(first["status"] == "promoted", "half a year of history makes the first model")
    company.website = Website(o.build, company.data, o.folder / "front")
    good &= say(company.website.serve(first["version"]), "the api serves it")
    print("\n| month | calls | accuracy | best possible | state | version | |\n|---|---|---|---|---|---|---|", flush=True)
    try:
        company.live(o.until)
    finally:
        good &= company.website.stop()
    sys.exit(0 if o.until < END or judge(company) & good else 1)


main()
