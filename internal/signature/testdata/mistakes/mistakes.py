"""Signs bodies with the mistakes that Python programs make. Prints one JSON object per line."""
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


def emit(mistake, source, header, written=None):
    out = {"language": "python", "version": platform.python_version(), "mistake": mistake, "input": source, "header": header}
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
    for mistake, write in WRITERS.items():
        written = write(json.loads(read(source))).encode()
        emit(mistake, source, "sha256=" + sign(written).hexdigest(), written)

DOC = "documented.json"
body = read(DOC)
emit("bare", DOC, sign(body).hexdigest())
emit("bytes in text", DOC, str(sign(body).digest()))
emit("base64", DOC, base64.b64encode(sign(body).digest()).decode())
emit("base64, line feed", DOC, base64.encodebytes(sign(body).digest()).decode())
emit("base64url", DOC, base64.urlsafe_b64encode(sign(body).digest()).decode())
emit("quoted", DOC, repr(sign(body).hexdigest()))
for name in ("sha1", "sha224", "sha384", "sha512", "md5"):
    emit(name, DOC, name + "=" + sign(body, algorithm=name).hexdigest())
emit("plain hash", DOC, "sha256=" + hashlib.sha256(body).hexdigest())
emit("secret and body", DOC, "sha256=" + hashlib.sha256(SECRET.encode() + body).hexdigest())
emit("body and secret", DOC, "sha256=" + hashlib.sha256(body + SECRET.encode()).hexdigest())
emit("swapped", DOC, "sha256=" + sign(SECRET.encode(), key=body).hexdigest())
emit("without whsec_", DOC, "sha256=" + sign(body, REST.encode()).hexdigest())
emit("secret decoded", DOC, "sha256=" + sign(body, base64.b64decode(REST)).hexdigest())
emit("secret with line feed", DOC, "sha256=" + sign(body, (SECRET + "\n").encode()).hexdigest())
emit("secret None", DOC, "sha256=" + sign(body, str(os.environ.get("NO_SUCH_SECRET")).encode()).hexdigest())
emit("body encoded twice", DOC, "sha256=" + sign(json.dumps(body.decode()).encode()).hexdigest())
emit("body empty", DOC, "sha256=" + sign(b"").hexdigest())
emit("body None", DOC, "sha256=" + sign(str(None).encode()).hexdigest())
emit("body with line feed", DOC, "sha256=" + sign(body + b"\n").hexdigest())
emit("body without line feed", "pretty.json", "sha256=" + sign(read("pretty.json").strip()).hexdigest())
emit("body with CR LF", "pretty.json", "sha256=" + sign(read("pretty.json").replace(b"\n", b"\r\n")).hexdigest())
emit("body with mark", DOC, "sha256=" + sign(body.decode().encode("utf-8-sig")).hexdigest())
emit("body cut", DOC, "sha256=" + sign(body[:100]).hexdigest())
emit("header cut", DOC, "sha256=" + sign(body).hexdigest()[:40])
emit("json.dumps, base64", DOC, base64.b64encode(sign(json.dumps(json.loads(body)).encode()).digest()).decode())
emit("json.dumps, without whsec_", DOC, "sha256=" + sign(json.dumps(json.loads(body)).encode(), REST.encode()).hexdigest())
emit("json.dumps, sha1", DOC, sign(json.dumps(json.loads(body)).encode(), algorithm="sha1").hexdigest())
