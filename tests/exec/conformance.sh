#!/bin/sh
# What the conformance suite's README asks of a handler, as far as a program that is run by `exec` can do it: buffered, or, with
# BARELAMBDA_RESPONSE=stream, streamed. An event may have any bytes, which variables of the shell do not hold, so it goes into a file.
event=$(mktemp) || exit 1
trap 'rm -f "$event"' EXIT
cat >"$event"

fails() {
    # Where stdout has left, stderr says why.
    [ "$BARELAMBDA_RESPONSE" = stream ] || echo "!Function.AskedFor the event asked for $1"
    echo "the event asked for $1" >&2
    exit 1
}

# A text as JSON, or null.
text() {
    if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi
}

case $BARELAMBDA_RESPONSE:$(head -c 40 "$event" | tr -d '\0') in
    stream:'"conformance:stream"')
        echo one
        sleep 0.2
        echo two
        sleep 0.2
        echo three
        ;;
    stream:'"conformance:stream-http"')
        [ "$BARELAMBDA_CONTENT_TYPE" = application/vnd.awslambda.http-integration-response ] || exec cat "$event"
        printf '{"statusCode":201,"headers":{"content-type":"text/plain","x-conformance":"yes"},"cookies":["a=b"]}\0\0\0\0\0\0\0\0one\ntwo\n'
        ;;
    stream:'"conformance:stream-empty"') ;;
    stream:'"conformance:stream-large"') head -c 20971520 /dev/zero | tr '\0' x ;;
    stream:'"conformance:stream-error"')
        echo one
        # So that it leaves before the end.
        sleep 0.1
        fails 'an error'
        ;;
    stream:'"conformance:stream-panic"')
        echo one
        sleep 0.1
        fails 'a panic'
        ;;
    stream:'"conformance:stream-error-first"' | *:'"conformance:error"') fails 'an error' ;;
    *:'"conformance:panic"') fails 'a panic' ;;
    *:'"conformance:large"')
        printf '"'
        head -c 6291555 /dev/zero | tr '\0' x
        printf '"'
        ;;
    *:'"conformance:slow"')
        sleep 1
        cat "$event"
        ;;
    *:'"conformance:context"')
        printf '{"requestId":%s,"deadlineMs":%s,"invokedFunctionArn":%s,"traceId":%s,"clientContext":%s,"identity":%s,"tenantId":%s}' \
            "$(text "$BARELAMBDA_REQUEST_ID")" "${BARELAMBDA_DEADLINE_MS:-null}" "$(text "$BARELAMBDA_FUNCTION_ARN")" \
            "$(text "$_X_AMZN_TRACE_ID")" "${BARELAMBDA_CLIENT_CONTEXT:-null}" "${BARELAMBDA_COGNITO_IDENTITY:-null}" \
            "$(text "$BARELAMBDA_TENANT_ID")"
        ;;
    *) cat "$event" ;;
esac
