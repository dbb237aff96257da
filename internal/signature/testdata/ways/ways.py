"""Signs bodies in the ways that go wrong, as Python programs do. Prints one JSON object a line."""
import base64
import hashlib
import hmac
import json
import os
import platform

SECRET = "whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4"
REST = SECRET.removeprefix("whsec_")
HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, name), "rb") as f:
        return f.read()


def sign(body, key=SECRET.encode(), algorithm="sha256"):
    return hmac.new(key, body, algorithm)


def say(way, source, header, written=None):
    out = {"language": "python", "version": platform.python_version(), "way": way, "input": source, "header": header}
    if written is not None:
        out["written_base64"] = base64.b64encode(written).decode()
    print(json.dumps(out))


WRITERS = {
    "json.dumps": lambda v: json.dumps(v),
    "json.dumps ensure_ascii=False": lambda v: json.dumps(v, ensure_ascii=False),
    "json.dumps separators": lambda v: json.dumps(v, separators=(",", ":")),
    "json.dumps ensure_ascii=False separators": lambda v: json.dumps(v, ensure_ascii=False, separators=(",", ":")),
    "json.dumps indent=2": lambda v: json.dumps(v, indent=2),
    "json.dumps indent=4": lambda v: json.dumps(v, indent=4),
    "json.dumps sort_keys": lambda v: json.dumps(v, sort_keys=True),
    "json.dumps sort_keys separators": lambda v: json.dumps(v, sort_keys=True, separators=(",", ":")),
}
for source in ("documented.json", "pretty.json", "rich.json"):
    for way, write in WRITERS.items():
        written = write(json.loads(read(source))).encode()
        say(way, source, "sha256=" + sign(written).hexdigest(), written)

DOC = "documented.json"
body = read(DOC)
say("bare", DOC, sign(body).hexdigest())
say("bytes in text", DOC, str(sign(body).digest()))
say("base64", DOC, base64.b64encode(sign(body).digest()).decode())
say("base64, line feed", DOC, base64.encodebytes(sign(body).digest()).decode())
say("base64url", DOC, base64.urlsafe_b64encode(sign(body).digest()).decode())
say("quoted", DOC, repr(sign(body).hexdigest()))
for name in ("sha1", "sha224", "sha384", "sha512", "md5"):
    say(name, DOC, name + "=" + sign(body, algorithm=name).hexdigest())
say("plain hash", DOC, "sha256=" + hashlib.sha256(body).hexdigest())
say("secret and body", DOC, "sha256=" + hashlib.sha256(SECRET.encode() + body).hexdigest())
say("body and secret", DOC, "sha256=" + hashlib.sha256(body + SECRET.encode()).hexdigest())
say("swapped", DOC, "sha256=" + sign(SECRET.encode(), key=body).hexdigest())
say("without whsec_", DOC, "sha256=" + sign(body, REST.encode()).hexdigest())
say("secret decoded", DOC, "sha256=" + sign(body, base64.b64decode(REST)).hexdigest())
say("secret with line feed", DOC, "sha256=" + sign(body, (SECRET + "\n").encode()).hexdigest())
say("secret None", DOC, "sha256=" + sign(body, str(os.environ.get("NO_SUCH_SECRET")).encode()).hexdigest())
say("body encoded twice", DOC, "sha256=" + sign(json.dumps(body.decode()).encode()).hexdigest())
say("body empty", DOC, "sha256=" + sign(b"").hexdigest())
say("body None", DOC, "sha256=" + sign(str(None).encode()).hexdigest())
say("body with line feed", DOC, "sha256=" + sign(body + b"\n").hexdigest())
say("body without line feed", "pretty.json", "sha256=" + sign(read("pretty.json").strip()).hexdigest())
say("body with CR LF", "pretty.json", "sha256=" + sign(read("pretty.json").replace(b"\n", b"\r\n")).hexdigest())
say("body with mark", DOC, "sha256=" + sign(body.decode().encode("utf-8-sig")).hexdigest())
say("body cut", DOC, "sha256=" + sign(body[:100]).hexdigest())
say("header cut", DOC, "sha256=" + sign(body).hexdigest()[:40])
say("json.dumps, base64", DOC, base64.b64encode(sign(json.dumps(json.loads(body)).encode()).digest()).decode())
say("json.dumps, without whsec_", DOC, "sha256=" + sign(json.dumps(json.loads(body)).encode(), REST.encode()).hexdigest())
say("json.dumps, sha1", DOC, sign(json.dumps(json.loads(body)).encode(), algorithm="sha1").hexdigest())
