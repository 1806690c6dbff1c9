"""Parses feeds and sitemaps as their readers do; one line of JSON for each address on the command line."""

import json
import sys
import urllib.request
import xml.etree.ElementTree

import feedparser

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def fetch(url):
    with urllib.request.urlopen(url) as response:
        return response.read(), response.headers


def json_feed(body):
    feed = json.loads(body)
    items = feed["items"]
    assert feed["version"].startswith("https://jsonfeed.org/version/1"), feed["version"]
    assert all(item["id"] for item in items), "an item without an id"
    return {"form": "JSON Feed", "entries": len(items)}


def sitemap(url):
    body, _ = fetch(url)
    root = xml.etree.ElementTree.fromstring(body)
    addresses = [element.text for element in root.iter(SITEMAP + "loc")]
    assert addresses, "an empty sitemap"
    if root.tag == SITEMAP + "sitemapindex":
        parts = [sitemap(part)["entries"] for part in addresses]
        return {"form": "sitemap index", "entries": sum(parts)}
    assert root.tag == SITEMAP + "urlset", root.tag
    return {"form": "sitemap", "entries": len(addresses)}


def feed(url):
    body, headers = fetch(url)
    if "json" in headers["content-type"]:
        return json_feed(body)
    parsed = feedparser.parse(body, response_headers={"content-type": headers["content-type"], "content-location": url})
    if parsed.bozo:
        raise parsed.bozo_exception
    for entry in parsed.entries:
        assert entry.id and entry.link and entry.title, "an entry without id, link or title"
        assert entry.get("published_parsed"), "an entry without a date"
    return {"form": parsed.version, "entries": len(parsed.entries)}


for url in sys.argv[1:]:
    try:
        found = sitemap(url) if "sitemap" in url else feed(url)
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"url": url, **found}))
