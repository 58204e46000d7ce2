#!/bin/sh
# The conformance suite's function, as a process for each invocation. The response to an unknown
# event is the event.
export LC_ALL=C
event=$(mktemp)
trap 'rm -f "$event"' EXIT
cat >"$event"

# Prints a member of a JSON object: a string, or null if it's empty.
text() {
    if [ "$2" ]; then
        printf '"%s":"%s"' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"
    else
        printf '"%s":null' "$1"
    fi
}

context() {
    printf '{"deadlineMs":%s,' "${BARELAMBDA_DEADLINE_MS:-null}"
    text requestId "$BARELAMBDA_REQUEST_ID"
    printf ','
    text invokedFunctionArn "$BARELAMBDA_FUNCTION_ARN"
    printf ','
    text traceId "$_X_AMZN_TRACE_ID"
    printf ','
    text tenantId "$BARELAMBDA_TENANT_ID"
    printf ',"clientContext":%s,"identity":%s}' "${BARELAMBDA_CLIENT_CONTEXT:-null}" "${BARELAMBDA_COGNITO_IDENTITY:-null}"
}

panic() {
    echo 'the event asked for a panic' >&2
    rm "$event"
    kill -SEGV $$
}

name=
if [ "$(head -c 13 "$event" | tr '\0' x)" = '"conformance:' ]; then
    name=$(head -c 40 "$event" | tr '\0' x)
fi
case $BARELAMBDA_RESPONSE$name in
*'"conformance:error"')
    # In a stream, all of stdout is the response, so the error is on stderr.
    if [ "$BARELAMBDA_RESPONSE" ]; then echo 'asked for an error' >&2; else echo '!Function.AskedFor the event asked for an error'; fi
    exit 1
    ;;
*'"conformance:panic"') panic ;;
*'"conformance:slow"')
    sleep 1
    cat "$event"
    ;;
*'"conformance:context"') context ;;
'"conformance:large"')
    printf '"'
    head -c 6291557 /dev/zero | tr '\0' x
    printf '"'
    ;;
'stream"conformance:stream"')
    for line in one two three; do
        [ $line = one ] || sleep 0.2
        echo $line
    done
    ;;
'stream"conformance:stream-http"')
    printf '{"statusCode":201,"headers":{"content-type":"text/plain","x-conformance":"yes"},"cookies":["a=b"]}\0\0\0\0\0\0\0\0one\ntwo\n'
    ;;
'stream"conformance:stream-empty"') ;;
'stream"conformance:stream-large"') head -c 20971520 /dev/zero | tr '\0' x ;;
'stream"conformance:stream-error"')
    echo one
    sleep 0.1
    echo 'the event asked for an error' >&2
    exit 1
    ;;
'stream"conformance:stream-panic"')
    echo one
    sleep 0.1
    panic
    ;;
'stream"conformance:stream-error-first"')
    echo 'the event asked for an error' >&2
    exit 1
    ;;
*) cat "$event" ;;
esac
