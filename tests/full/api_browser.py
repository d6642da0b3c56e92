"""The pages in a real browser, used by keyboard, on a screen and on a phone, light and dark.

api_browser.py URL KEY FOLDER: leaves a picture of each in the folder, for people to look at.
"""
import sys

from browser import Browser

URL, KEY, FOLDER = sys.argv[1:]
broken = 0

# Texts too pale for their ground: WCAG 2.1 asks for 4.5 to 1, of large ones 3 to 1.
PALE = """(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const paint = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const grounds = (e) => e ? [...grounds(e.parentElement), getComputedStyle(e).backgroundColor] : ["Canvas"];
  const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff";
  const pale = [];
  for (const e of document.body.querySelectorAll("*")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility();
    if (!own || e instanceof SVGElement || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(e.tagName)) continue;
    const style = getComputedStyle(e), ground = [scheme, ...grounds(e).slice(1)];
    const [a, b] = [light(paint(ground)), light(paint([...ground, style.color]))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) pale.push(`${e.tagName} "${e.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return pale;
})()"""
UNNAMED = """[...document.querySelectorAll("input, select, button, a, summary")].filter((e) => !(e.labels?.length || e.ariaLabel
  || e.textContent.trim())).map((e) => e.outerHTML)"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def check(sentence, good, why=""):
    global broken
    print("ok" if good else "not ok", sentence, flush=True)
    if not good:
        broken = 1
        print("   ", why)


def everywhere(browser, name, path, ready):
    """A page as all pages must be."""
    for kind, width, dark in (("light", 1000, False), ("dark", 1000, True), ("phone", 360, False), ("phone-dark", 360, True)):
        browser.look(width, dark)
        browser.open(URL + path)
        if not browser.wait(ready):
            check(f"{name}, {kind}: it is there", False, browser.run("document.body.innerText"))
            continue
        browser.run("document.querySelectorAll('details').forEach((box, i) => { box.open = i % 5 === 0; })")
        browser.photograph(f"{FOLDER}/{name}-{kind}.png")
        check(f"{name}, {kind}: nothing is wider than the screen", browser.run(WIDE) <= 0, browser.run(WIDE))
        check(f"{name}, {kind}: every text has enough contrast to its background", browser.run(PALE) == [], browser.run(PALE))
    check(f"{name}: every control has a name", browser.run(UNNAMED) == [], browser.run(UNNAMED))
    check(f"{name}: it has a language, a title, one heading and a main part", browser.run(
        "document.documentElement.lang && document.title && document.querySelectorAll('h1').length === 1"
        " && document.querySelectorAll('main').length === 1"))
    asked = browser.hosts()
    check(f"{name}: no request goes to another host", asked == {URL.split("/")[2]}, asked)


def try_it(browser):
    """With the keyboard alone, where the server wants a key."""
    answer = "document.querySelector('#answer').textContent"
    browser.look(1000)
    browser.open(URL + "/")
    check("without a key the page says so", browser.wait(f"{answer}.startsWith('Unauthorized')"), browser.run(answer))
    check("and its field for one has the focus", browser.wait("document.activeElement.id === 'key'"))
    browser.type(KEY)
    browser.press("Tab", 9)
    check("the next is the business type", browser.run("document.activeElement.name") == "business_type")
    for letter in "Dental":
        browser.press(letter, ord(letter.upper()), letter)
    browser.press("Tab", 9)
    for letter in "10":
        browser.press(letter, ord(letter), letter)
    browser.press("Tab", 9)
    check("the last is the button", browser.run("document.activeElement.tagName") == "BUTTON")
    browser.complaints()
    browser.press("Enter", 13, "\r")
    check("Enter asks for Dental 10-25, which buys MVP", browser.wait(f"/^MVP, [0-9.]+ % sure; expected price \\$/.test({answer})"),
          browser.run(answer))
    bars = browser.run("[...document.querySelectorAll('#packages .bar')].map((bar) => parseFloat(bar.style.width))")
    check("the four bars are together as long as one", len(bars) == 4 and abs(sum(bars) - 100) < 0.1, bars)
    rows = browser.run("[...document.querySelectorAll('#inputs tr')].map((row) => [...row.cells].map((c) => c.innerText))")
    shares = [float(row[2].replace("−", "-").split()[0]) for row in rows]
    told = float(browser.run(answer).split()[1])
    check("any lead's share, what each input added and calibration add up to the share shown", len(rows) == 4 and abs(sum(shares) - told) < 0.21,
          (rows, told))
    check("the page complains of nothing", browser.complaints() == [])
    browser.photograph(f"{FOLDER}/asked.png")
    browser.connect(False)
    browser.press("Enter", 13, "\r")
    check("where the server does not answer the page says so, and shows no other lead's answer",
          browser.wait(f"{answer}.startsWith('The server does not answer')")
          and browser.run("document.querySelector('#details').hidden"), browser.run(answer))
    browser.connect(True)


def main():
    browser = Browser()
    try:
        try_it(browser)
        everywhere(browser, "try", "/", "document.querySelector('#answer').textContent !== ''")
        everywhere(browser, "docs", "/docs", "document.querySelectorAll('details').length > 20")
        everywhere(browser, "monitoring", "/monitoring", "/Champions|needs an API key/.test(document.querySelector('main').innerText)")
    finally:
        browser.close()
    sys.exit(broken)


main()
