"""What both programs share: what the script made, a browser that fills in forms, and the lines of the checks."""

import json
import os
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

with open(os.environ["CAMBIO_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)
ISSUER = WORLD["issuer"]
CLIENTS = WORLD["clients"]
SCOPE = "openid profile email read write"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


@contextmanager
def check(name):
    """A check: says at its end that it holds."""
    try:
        yield
    except BaseException:
        print(f"not ok {name}", flush=True)
        raise
    print(f"ok {name}", flush=True)


def equal(one, other):
    """Insists that two are equal; unlike `assert`, with Python's -O too."""
    if one != other:
        raise AssertionError(f"{one!r} is not {other!r}")


def words(address):
    """The query of an address, each word once."""
    return {name: only for name, (only,) in parse_qs(urlsplit(address).query).items()}


class Form(HTMLParser):
    """The form of a page, filled in by the person who has an account."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.feed(page)
        if "password" in self.fields:
            self.fields |= {"name": WORLD["person"], "password": WORLD["password"]}

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")
        elif tag == "button" and attributes.get("value") == "allow":
            self.fields[attributes["name"]] = "allow"


def visit(address):
    """
    Opens a page in a fresh browser without scripts, says yes to all of it, and goes on until there is nothing to fill
    in, or until the way leads elsewhere: that address.
    """
    browser = requests.Session()
    answer = browser.get(address, allow_redirects=False)
    for _ in range(20):
        if answer.is_redirect:
            address = urljoin(answer.url, answer.headers["Location"])
            if not address.startswith(f"{ISSUER}/"):
                return address
            answer = browser.get(address, allow_redirects=False)
            continue
        equal((answer.status_code, answer.headers["Content-Type"].split(";")[0]), (200, "text/html"))
        form = Form(answer.text)
        if form.action is None:
            return answer.url
        answer = browser.post(urljoin(answer.url, form.action), data=form.fields, allow_redirects=False)
    raise AssertionError(f"no end to the way that began at {address}")
