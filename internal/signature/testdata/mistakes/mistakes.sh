#!/bin/sh
# Signs bodies with the mistakes that shell scripts make with openssl. Prints one JSON object per line.
set -eu
cd "$(dirname "$0")"
secret=whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4
version=$(openssl version)

emit() { printf '{"language":"openssl","version":"%s","mistake":"%s","input":"%s","header":"%s"}\n' "$version" "$1" "$2" "$3"; }
hexed() { openssl dgst "-${2:-sha256}" -hmac "${1:-$secret}" | sed 's/^.*= *//'; }

doc=documented.json
emit 'bare' $doc "$(hexed < $doc)"
emit 'the whole line of openssl' $doc "$(openssl dgst -sha256 -hmac $secret < $doc)"
emit 'base64' $doc "$(openssl dgst -sha256 -hmac $secret -binary < $doc | openssl base64 -A)"
emit 'echo of the body' $doc "sha256=$(echo "$(cat $doc)" | hexed)"
emit 'sha1' $doc "sha1=$(hexed '' sha1 < $doc)"
emit 'plain hash' $doc "sha256=$(openssl dgst -sha256 < $doc | sed 's/^.*= *//')"
emit 'without whsec_' $doc "sha256=$(hexed ${secret#whsec_} < $doc)"
emit 'secret in quotes' $doc "sha256=$(hexed "\"$secret\"" < $doc)"
emit 'variable not expanded' $doc "sha256=$(hexed '$VIDIKING_WEBHOOK_SECRET' < $doc)"
emit 'body without line feed' pretty.json "sha256=$(printf '%s' "$(cat pretty.json)" | hexed)"
emit 'body empty' $doc "sha256=$(hexed < /dev/null)"
