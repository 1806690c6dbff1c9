"""What schemathesis has to be told of Masthead: how a request shows who asks, and what there is to be found.

SITE is the address of the site; CONTENT_KEY and ADMIN_KEY are those of an integration.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import zlib

import requests
import schemathesis

API = os.environ["SITE"] + "/ghost/api"
CONTENT_KEY = os.environ["CONTENT_KEY"]
KEY_ID, SECRET = os.environ["ADMIN_KEY"].split(":")


def token():
    """A token as Ghost's clients sign it: good for five minutes, and for one request."""

    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    now = int(time.time())
    header = {"alg": "HS256", "typ": "JWT", "kid": KEY_ID}
    claims = {"iat": now, "exp": now + 300, "aud": "/admin/"}
    signed = b".".join(part(json.dumps(value).encode()) for value in (header, claims))
    signature = hmac.new(bytes.fromhex(SECRET), signed, hashlib.sha256).digest()
    return (signed + b"." + part(signature)).decode()


@schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/content/")
class WithKey:
    def get(self, case, context):
        return CONTENT_KEY

    def set(self, case, data, context):
        case.query = {**(case.query or {}), "key": data}


@schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/admin/")
class WithToken:
    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Ghost {data}"}


# What has no list is added, and so is known.
UNLISTED = {
    "/admin/webhooks/": {"event": "post.published", "target_url": "https://hooks.example.org/"},
}


def there(path, name):
    """What is there below an address: ids, slugs, addresses."""
    headers = {"Authorization": f"Ghost {token()}"}
    resource = path.split("/")[2]
    if path in UNLISTED:
        body = {resource: [UNLISTED[path]]}
        answer = requests.post(API + path, json=body, headers=headers, timeout=10)
    else:
        query = {"limit": 100, "key": CONTENT_KEY}
        answer = requests.get(API + path, params=query, headers=headers, timeout=10)
    answer.raise_for_status()
    rows = answer.json()[resource]
    found = [row[name] for row in rows if row[name]]
    assert found, f"nothing is there at {path}"
    return found


known = {}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Nobody guesses an id: half of the time, something is asked for that is there."""
    if not path_parameters:
        return path_parameters
    parts = context.operation.path.split("/")
    for name, value in path_parameters.items():
        chance = zlib.crc32(repr(value).encode())
        if chance % 2 == 0 or name not in ("id", "slug", "email"):
            continue
        place = ("/".join(parts[:3]) + "/", name)
        if place not in known:
            known[place] = there(*place)
        path_parameters[name] = known[place][chance % len(known[place])]
    return path_parameters
