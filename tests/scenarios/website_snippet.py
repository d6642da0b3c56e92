"""Serves the README's snippet as a website of its own and visits it with a browser.

website_snippet.py PORT API: the port of the website, whose origin the api allows, and the api's address.
"""
import http.server
import json
import pathlib
import re
import socket
import sys
import threading
import urllib.parse
import urllib.request

from browser import Browser

PORT, API = int(sys.argv[1]), sys.argv[2]
WEBSITE = f"http://127.0.0.1:{PORT}"
README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"
VISITOR = "visitor@example.com"
broken = 0

# The visit's clock: a time limit of the snippet ends when the test says so, never before.
CLOCK = """<script>
  const limits = [];
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    limits.push({ms, end: () => controller.abort(new DOMException("timed out", "TimeoutError"))});
    return controller.signal;
  };
</script>"""
SHOWN = "!document.querySelector('#buy').hidden"
TEXT = "document.querySelector('#buy').textContent"
LATER = "new Promise((done) => setTimeout(done, 100))"


def check(sentence, good, why=""):
    global broken
    print("ok" if good else "not ok", sentence, flush=True)
    if not good:
        broken = 1
        print("   ", why)


def snippet(api):
    """The one HTML block of README.md, with our addresses in the places of the examples."""
    (block,) = re.findall(r"^```html\n(.*?)^```", README.read_text(), re.M | re.S)
    for example, ours in (("https://leads.example.com", api), ("https://formspree.io/f/YOUR_FORM", f"{WEBSITE}/form")):
        if block.count(example) != 1:
            raise SystemExit(f"not ok README.md's snippet names {example} once")
        block = block.replace(example, ours)
    return block


class Website(http.server.ThreadingHTTPServer):
    """Serves the snippet at /?api=ADDRESS, takes the form at /form, and answers /predict when the test says so."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", PORT), Handler)
        self.forms, self.questions = [], []
        self.asked = threading.Semaphore(0)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def question(self):
        """The next question to /predict, not answered yet."""
        if not self.asked.acquire(timeout=60):
            raise SystemExit("not ok the page asks /predict")
        return self.questions.pop(0)


class Question:
    """A request to /predict that waits for answer()."""

    def __init__(self, lead):
        self.lead, self.package, self.ready = lead, None, threading.Event()

    def answer(self, package):
        self.package = package
        self.ready.set()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        api = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)).get("api")
        self.reply("text/html", f"<!doctype html><title>Website</title>{CLOCK}\n{snippet(api)}" if api else "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/form":
            self.server.forms.append(dict(urllib.parse.parse_qsl(body)))
            self.reply("text/html", "<!doctype html><title>Thanks</title>")
            return
        question = Question(json.loads(body))
        self.server.questions.append(question)
        self.server.asked.release()
        question.ready.wait(120)
        self.reply("application/json", json.dumps({"predicted_package": question.package, "probability": 0.9}))

    def reply(self, kind, text):
        try:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:  # the page has given up
            pass


def answer_of_api(business_type, business_size):
    lead = json.dumps({"business_type": business_type, "business_size": business_size}).encode()
    request = urllib.request.Request(f"{API}/predict", lead, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=60))["predicted_package"]


def choose(browser, name, value):
    browser.run(f"""{{ const field = document.querySelector('#lead').{name}; field.value = '{value}';
                       field.dispatchEvent(new Event('change', {{bubbles: true}})); }}""")


def thrown(browser):
    """What scripts threw, also in promises; a failed request alone is no fault."""
    return [said for said in browser.complaints() if "exceptionDetails" in said]


def sends_the_form(browser, website, sentence):
    lead_id = browser.run("document.querySelector('#lead').lead_id.value")
    choose(browser, "email", VISITOR)
    browser.run("document.querySelector('#lead button').click()")
    browser.wait("document.title === 'Thanks'", 60)
    wanted = {"lead_id": lead_id, "email": VISITOR, "business_type": "Dental", "business_size": "1-9"}
    check(sentence, website.forms == [wanted] and len(lead_id) == 36, (website.forms, wanted))
    website.forms.clear()


def with_a_model(browser, website):
    browser.open(f"{WEBSITE}/?api={API}")
    wanted = f"Recommended for you: {answer_of_api('Dental', '1-9')}"
    check("a visitor who changes nothing is recommended the api's answer", browser.wait(f"{SHOWN} && {TEXT} === '{wanted}'", 60),
          (wanted, browser.run(TEXT)))
    href, lead_id = browser.run("[document.querySelector('#buy').href, document.querySelector('#lead').lead_id.value]")
    check("the link to pay bears the id of the form", href.endswith(f"?client_reference_id={lead_id}"), (href, lead_id))
    choose(browser, "business_size", "10-25")
    wanted = f"Recommended for you: {answer_of_api('Dental', '10-25')}"
    check("another choice is asked again", browser.wait(f"{SHOWN} && {TEXT} === '{wanted}'", 60), (wanted, browser.run(TEXT)))
    choose(browser, "business_size", "1-9")
    sends_the_form(browser, website, "the form arrives with that id")
    check("nothing is thrown", not thrown(browser))


def with_a_dead_server(browser, website):
    with socket.socket() as nobody:  # bound and not listening: every connection is refused
        nobody.bind(("127.0.0.1", 0))
        browser.open(f"{WEBSITE}/?api=http://127.0.0.1:{nobody.getsockname()[1]}")
        choose(browser, "business_size", "10-25")
        browser.run(LATER)
        check("where the server is down nothing is recommended", not browser.run(SHOWN))
        choose(browser, "business_size", "1-9")
        browser.run(LATER)
        sends_the_form(browser, website, "and the form arrives all the same")
        faults = thrown(browser)
        check("and nothing is thrown", not faults, faults)


def with_a_silent_server(browser, website):
    browser.open(f"{WEBSITE}/?api={WEBSITE}")
    question = website.question()
    limits = browser.run("limits.map((limit) => limit.ms)")
    check("a question has a time limit of a few seconds", len(limits) == 1 and 1000 <= limits[0] <= 10000, limits)
    browser.run("limits.forEach((limit) => limit.end())")
    browser.run(LATER)
    check("after it nothing is recommended and nothing is thrown", not browser.run(SHOWN) and not thrown(browser))
    sends_the_form(browser, website, "the form arrives while the server is silent")
    question.answer("Now")


def with_a_slow_server(browser, website):
    browser.open(f"{WEBSITE}/?api={WEBSITE}")
    first = website.question()
    choose(browser, "email", VISITOR)
    choose(browser, "business_type", "Legal")
    second = website.question()
    check("the e-mail address is no reason to ask", second.lead["business_type"] == "Legal", second.lead)
    second.answer("Elite")
    browser.wait(f"{SHOWN} && {TEXT}.endsWith('Elite')", 60)
    first.answer("Now")
    arrived = "performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/predict')).length === 2"
    check("both answers arrive", browser.wait(arrived, 60))
    browser.run(LATER)
    check("an answer that comes late does not replace a newer one",
          browser.run(SHOWN) and browser.run(TEXT) == "Recommended for you: Elite", browser.run(TEXT))
    choose(browser, "business_type", "Dental")
    third = website.question()
    check("while another lead is asked about, the old answer is hidden", not browser.run(SHOWN))
    third.answer("MVP")


def main():
    website, browser = Website(), Browser()
    try:
        for visit in (with_a_model, with_a_dead_server, with_a_silent_server, with_a_slow_server):
            visit(browser, website)
    finally:
        browser.close()
    sys.exit(broken)


main()
