#!/bin/sh
# Tests the script: it reads an event from stdin, and writes the response to stdout.
set -eu
cd "$(dirname "$0")"

expect() {
    if [ "$1" != "$2" ]; then
        printf 'expected %s\nbut got  %s\n' "$2" "$1" >&2
        exit 1
    fi
}

export BARELAMBDA_REQUEST_ID=r-1
expect "$(echo '{"name":"Ada"}' | ./handler.sh)" '{"requestId":"r-1","event":{"name":"Ada"}}'
status=0
answer=$(echo '"fail"' | ./handler.sh) || status=$?
expect "$status $answer" '1 !Function.AskedFor the event asked for an error'
echo '2 tests passed'
