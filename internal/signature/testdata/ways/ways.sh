#!/bin/sh
# Signs bodies in the ways that go wrong, as shell scripts do with openssl. Prints one JSON object a line.
set -eu
cd "$(dirname "$0")"
secret=whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4
version=$(openssl version)

say() { printf '{"language":"openssl","version":"%s","way":"%s","input":"%s","header":"%s"}\n' "$version" "$1" "$2" "$3"; }
hexed() { openssl dgst "-${2:-sha256}" -hmac "${1:-$secret}" | sed 's/^.*= *//'; }

doc=documented.json
say 'bare' $doc "$(hexed < $doc)"
say 'the whole line of openssl' $doc "$(openssl dgst -sha256 -hmac $secret < $doc)"
say 'base64' $doc "$(openssl dgst -sha256 -hmac $secret -binary < $doc | openssl base64 -A)"
say 'echo of the body' $doc "sha256=$(echo "$(cat $doc)" | hexed)"
say 'sha1' $doc "sha1=$(hexed '' sha1 < $doc)"
say 'plain hash' $doc "sha256=$(openssl dgst -sha256 < $doc | sed 's/^.*= *//')"
say 'without whsec_' $doc "sha256=$(hexed ${secret#whsec_} < $doc)"
say 'secret in quotes' $doc "sha256=$(hexed "\"$secret\"" < $doc)"
say 'variable not expanded' $doc "sha256=$(hexed '$VIDIKING_WEBHOOK_SECRET' < $doc)"
say 'body without line feed' pretty.json "sha256=$(printf '%s' "$(cat pretty.json)" | hexed)"
say 'body empty' $doc "sha256=$(hexed < /dev/null)"
