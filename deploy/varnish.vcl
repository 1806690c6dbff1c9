# Varnish in front of Masthead: keeps what an answer allows, for as long as it says, and drops what
# Masthead purges by cache tag. For Varnish 7.1 or later with vmod xkey (Debian: varnish and
# varnish-modules). docs/CDN.md says how to set it up.

vcl 4.1;

import std;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "2368";
    # Whether stale answers may be served: see vcl_recv.
    .probe = {
        .url = "/healthz";
        .interval = 1s;
        .timeout = 1s;
        # Nothing is asked of a backend that is sick: three times no, and it is; once yes, and it is not.
        .window = 3;
        .threshold = 1;
        .initial = 1;
    }
}

# Who may purge: the instances of Masthead.
acl purgers {
    "localhost";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        # Varnish adds the address of its client to this field. A second one means a proxy in between,
        # whose own address may be an allowed one.
        if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
            return (synth(403, "Not allowed"));
        }
        if (req.http.xkey-softpurge) {
            return (synth(200, "Stale: " + xkey.softpurge(req.http.xkey-softpurge)));
        }
        if (req.http.xkey-purge) {
            return (synth(200, "Purged: " + xkey.purge(req.http.xkey-purge)));
        }
        return (synth(400, "No keys"));
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.Authorization) {
        return (pass);
    }
    # Whoever has just changed something sees their own change: this cookie lasts until the purges
    # have caught up. Every other cookie is for answers that say `private`, and changes no other.
    if (req.http.Cookie ~ "(^|;)\s*masthead_token=") {
        return (pass);
    }

    # What was purged softly, or is too old, may be served for a moment while it is fetched anew; and
    # for as long as the answer allows (stale-if-error) while no instance answers.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 2s;
    }
    # Not on to the built-in rules: they pass every request that has a cookie.
    return (hash);
}

sub vcl_hit {
    # Whole seconds, rounded down: less than nothing is stale (RFC 9211).
    if (obj.ttl < 0s) {
        set req.http.X-Varnish-Outcome = "hit; ttl=" + std.integer(duration = obj.ttl - 1s);
    } else {
        set req.http.X-Varnish-Outcome = "hit; ttl=" + std.integer(duration = obj.ttl);
    }
}

sub vcl_miss {
    set req.http.X-Varnish-Outcome = "fwd=miss";
}

sub vcl_pass {
    set req.http.X-Varnish-Outcome = "fwd=bypass";
}

sub vcl_backend_fetch {
    unset bereq.http.X-Varnish-Outcome;
}

sub vcl_backend_response {
    # An instance that fails in the background does not put an end to the answer that is there.
    if (bereq.is_bgfetch && beresp.status >= 500) {
        return (abandon);
    }
    # What is meant for CDNs goes over what is meant for browsers (RFC 9213).
    if (beresp.http.CDN-Cache-Control) {
        if (beresp.http.CDN-Cache-Control ~ "(?i)(^|[\s,])(private|no-store|no-cache)") {
            set beresp.ttl = 0s;
        } else {
            set beresp.ttl =
                std.duration(regsub(beresp.http.CDN-Cache-Control,
                    {"(?i)^(?:.*[\s,])?max-age\s*=\s*"?(\d{1,9})(?:\D.*)?$"}, "\1s"), 0s)
                - std.duration(beresp.http.Age + "s", 0s);
        }
        set beresp.grace =
            std.duration(regsub(beresp.http.CDN-Cache-Control,
                {"(?i)^(?:.*[\s,])?stale-if-error\s*=\s*"?(\d{1,9})(?:\D.*)?$"}, "\1s"),
            std.duration(regsub(beresp.http.CDN-Cache-Control,
                {"(?i)^(?:.*[\s,])?stale-while-revalidate\s*=\s*"?(\d{1,9})(?:\D.*)?$"}, "\1s"), 0s));
    } else if (beresp.http.Cache-Control ~ "(?i)(^|[\s,])(private|no-store|no-cache)"
        || beresp.http.Cache-Control !~ "(?i)(^|[\s,])(s-maxage|max-age)") {
        set beresp.ttl = 0s;
    }
    if (beresp.ttl <= 0s || beresp.http.Set-Cookie || beresp.http.Vary ~ "(?i)(\*|cookie)") {
        # Remembered, so that requests for it do not wait for each other.
        set beresp.uncacheable = true;
        set beresp.ttl = 10s;
    } else {
        # Kept a while longer, to ask by its ETag whether it still stands.
        set beresp.keep = 1h;
    }
    return (deliver);
}

sub vcl_deliver {
    if (resp.http.Cache-Status) {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", varnish; " + req.http.X-Varnish-Outcome;
    } else {
        set resp.http.Cache-Status = "varnish; " + req.http.X-Varnish-Outcome;
    }
    # What an answer is made of is between Masthead and Varnish.
    unset resp.http.xkey;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}
