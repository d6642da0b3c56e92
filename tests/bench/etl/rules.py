"""What the peers know of the sample's rules: the configuration's words, and the ids of people without a lead id."""
import hashlib
import hmac
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONFIG = json.loads((ROOT / "deploy/leadforest.json").read_text())
PACKAGES = [package["name"] for package in CONFIG["packages"]]
SETUP_FEE = CONFIG["setup_fee"] * 100
PRICES = {package["price"] * 100: i for i, package in enumerate(CONFIG["packages"])}
SUMS = PRICES | {price + SETUP_FEE: i for price, i in PRICES.items()}
WORDS = {word: i for i, package in enumerate(CONFIG["packages"])
         for word in package["lookup_keys"] + package["nicknames"]}
RANGES = [(low, 1 << 30, f"{low}+") if text.endswith("+") else (low, int(text.split("-")[1]), text)
          for text in CONFIG["features"][1]["levels"] for low in [int(re.match(r"\d+", text)[0])]]


def fold(text):
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


TYPES = {fold(word): level for level in CONFIG["features"][0]["levels"]
         for word in [level, *CONFIG["features"][0]["aliases"].get(level, [])]}
SIZES = {fold(word): level for level, words in CONFIG["features"][1]["aliases"].items() for word in words}


def clean_type(text):
    return TYPES.get(fold(text), " ".join(text.split()))


def clean_size(text):
    """"10-25", "10 to 25", "12", "12 employees": the level around it."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    for low, high, level in RANGES:
        if numbers and numbers[0] >= low and numbers[-1] <= high:
            return level
    return SIZES.get(fold(text), " ".join(text.split()))


def pseudonym(key, address):
    return "e-" + hmac.new(key, b"email:" + address.encode(), hashlib.sha256).hexdigest()[:32]


def pseudonym_key(data):
    return bytes.fromhex((pathlib.Path(data) / "raw/pseudonym.key").read_text().strip())
