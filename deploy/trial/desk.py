"""A writer at the desk, with a browser that knows forms and cookies and nothing else."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request


class Desk:
    """One browser, in front of one site."""

    def __init__(self, site):
        self.site = site
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path):
        """The status, the address in the end, and the page."""
        return self._send(urllib.request.Request(self.site + path))

    def post(self, path, **fields):
        """The same of a form, with the hidden fields that its page has."""
        status, _, page = self.get(path)
        if status != 200:
            return status, path, page
        hidden = {}
        for tag in re.findall(r"<input[^>]*type=\"?hidden[^>]*>", page):
            attributes = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
            hidden[attributes["name"]] = html.unescape(attributes.get("value", ""))
        data = urllib.parse.urlencode(hidden | fields).encode()
        return self._send(urllib.request.Request(self.site + path, data, {"Origin": self.site}))

    def _send(self, request):
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, urllib.parse.urlsplit(answer.url).path, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, urllib.parse.urlsplit(request.full_url).path, error.read().decode()
