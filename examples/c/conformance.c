/*
 * The conformance suite's function, which echoes other events. conformance/README.md lists the
 * events. With CONFORMANCE_INIT=error or =panic the initialisation fails.
 */
#include <barelambda.h>

#include <stddef.h>

#define TEXT(literal) "" literal, sizeof(literal) - 1

/* Writes text to the response buffer. Text beyond its end is dropped, since all of it is short. */
struct writer {
    unsigned char *buffer;
    size_t capacity;
    size_t len;
};

static const char ASKED_FOR[] = "the event asked for an error";

static int is_equal(const unsigned char *a, const char *b, size_t len)
{
    size_t at;

    for (at = 0; at < len; at++) {
        if (a[at] != (unsigned char)b[at]) {
            return 0;
        }
    }
    return 1;
}

static void put(struct writer *writer, const char *text, size_t len)
{
    size_t at;

    for (at = 0; at < len && writer->len < writer->capacity; at++) {
        writer->buffer[writer->len++] = (unsigned char)text[at];
    }
}

/* Writes a JSON string, or null. The texts have no control characters because they come from header
 * fields. */
static void put_string(struct writer *writer, const char *text, size_t len)
{
    size_t at;

    if (text == NULL) {
        put(writer, TEXT("null"));
        return;
    }
    put(writer, TEXT("\""));
    for (at = 0; at < len; at++) {
        if (text[at] == '"' || text[at] == '\\') {
            put(writer, TEXT("\\"));
        }
        put(writer, text + at, 1);
    }
    put(writer, TEXT("\""));
}

/* Writes existing JSON, or null. */
static void put_json(struct writer *writer, const char *json, size_t len)
{
    if (json == NULL) {
        put(writer, TEXT("null"));
    } else {
        put(writer, json, len);
    }
}

static void put_number(struct writer *writer, uint64_t number)
{
    char digit = (char)('0' + number % 10);

    if (number > 9) {
        put_number(writer, number / 10);
    }
    put(writer, &digit, 1);
}

/* Responds with the context. */
static void describe(barelambda_event *event, barelambda_responder *responder)
{
    struct writer writer = { NULL, 0, 0 };
    const char *text;
    size_t len;

    writer.buffer = barelambda_response_buffer(responder, &writer.capacity);
    put(&writer, TEXT("{\"requestId\":"));
    text = barelambda_request_id(event, &len);
    put_string(&writer, text, len);
    put(&writer, TEXT(",\"deadlineMs\":"));
    put_number(&writer, barelambda_deadline_ms(event));
    put(&writer, TEXT(",\"invokedFunctionArn\":"));
    text = barelambda_function_arn(event, &len);
    put_string(&writer, text, len);
    put(&writer, TEXT(",\"traceId\":"));
    text = barelambda_trace_id(event, &len);
    put_string(&writer, text, len);
    put(&writer, TEXT(",\"clientContext\":"));
    text = barelambda_client_context(event, &len);
    put_json(&writer, text, len);
    put(&writer, TEXT(",\"identity\":"));
    text = barelambda_cognito_identity(event, &len);
    put_json(&writer, text, len);
    put(&writer, TEXT(",\"tenantId\":"));
    text = barelambda_tenant_id(event, &len);
    put_string(&writer, text, len);
    put(&writer, TEXT("}"));
    barelambda_respond(responder, writer.buffer, writer.len);
}

/* Responds with a byte more than Lambda's limit, which is an error. */
static void answer_large(barelambda_responder *responder)
{
    static unsigned char large[BARELAMBDA_PAYLOAD_LIMIT + 1];
    size_t at;

    for (at = 0; at < sizeof large; at++) {
        large[at] = at == 0 || at == sizeof large - 1 ? '"' : 'x';
    }
    barelambda_respond(responder, large, sizeof large);
}

static void stream_lines(barelambda_responder *responder)
{
    static const barelambda_text lines[] = { BARELAMBDA_TEXT("one\n"), BARELAMBDA_TEXT("two\n"), BARELAMBDA_TEXT("three\n") };
    size_t at;

    barelambda_stream_begin(responder);
    for (at = 0; at < sizeof lines / sizeof lines[0]; at++) {
        if (at > 0) {
            barelambda_sleep_ms(200);
        }
        barelambda_stream_write(responder, lines[at].data, lines[at].len);
        barelambda_stream_flush(responder);
    }
    barelambda_stream_end(responder);
}

static void stream_http(barelambda_responder *responder)
{
    static const barelambda_header headers[] = {
        { BARELAMBDA_TEXT("content-type"), BARELAMBDA_TEXT("text/plain") },
        { BARELAMBDA_TEXT("x-conformance"), BARELAMBDA_TEXT("yes") },
    };
    static const barelambda_text cookies[] = { BARELAMBDA_TEXT("a=b") };
    static const barelambda_http_head head = { 201, 0, headers, 2, cookies, 1 };

    barelambda_http_stream(responder, &head);
    barelambda_stream_write(responder, TEXT("one\n"));
    barelambda_stream_write(responder, TEXT("two\n"));
    barelambda_stream_end(responder);
}

static void stream_large(barelambda_responder *responder)
{
    unsigned char piece[1024];
    size_t at;

    for (at = 0; at < sizeof piece; at++) {
        piece[at] = 'x';
    }
    barelambda_stream_begin(responder);
    for (at = 0; at < 20 * 1024; at++) {
        if (barelambda_stream_write(responder, piece, sizeof piece) != BARELAMBDA_OK) {
            return;
        }
    }
    barelambda_stream_end(responder);
}

static void begin_and_send_one(barelambda_responder *responder)
{
    barelambda_stream_begin(responder);
    barelambda_stream_write(responder, TEXT("one\n"));
    barelambda_stream_flush(responder);
}

static void fail(barelambda_responder *responder)
{
    barelambda_fail(responder, TEXT("Function.AskedFor"), ASKED_FOR, sizeof ASKED_FOR - 1);
}

void barelambda_init(barelambda_responder *responder, void *user)
{
    size_t len;
    const char *asked = barelambda_env(TEXT("CONFORMANCE_INIT"), &len);

    (void)user;
    if (asked != NULL && len == 5 && is_equal((const unsigned char *)asked, "error", 5)) {
        barelambda_fail(responder, TEXT("Function.BadStart"), TEXT("CONFORMANCE_INIT asked for an error"));
    } else if (asked != NULL && len == 5 && is_equal((const unsigned char *)asked, "panic", 5)) {
        BARELAMBDA_PANIC("CONFORMANCE_INIT asked for a panic");
    }
}

void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    static const char prefix[] = "\"conformance:";
    size_t len, prefix_len = sizeof prefix - 1;
    unsigned char *payload = barelambda_event_payload(event, &len);
    const unsigned char *name = payload + prefix_len;
    size_t name_len = 0;

    (void)user;
    if (len > prefix_len && is_equal(payload, prefix, prefix_len) && payload[len - 1] == '"') {
        name_len = len - prefix_len - 1;
    }
#define IS(literal) (name_len == sizeof(literal) - 1 && is_equal(name, literal, sizeof(literal) - 1))
    if (IS("error")) {
        fail(responder);
    } else if (IS("panic")) {
        BARELAMBDA_PANIC("the event asked for a panic");
    } else if (IS("exit")) {
        barelambda_exit(3);
    } else if (IS("large")) {
        answer_large(responder);
    } else if (IS("context")) {
        describe(event, responder);
    } else if (IS("stream")) {
        stream_lines(responder);
    } else if (IS("stream-http")) {
        stream_http(responder);
    } else if (IS("stream-empty")) {
        barelambda_stream_begin(responder);
        barelambda_stream_end(responder);
    } else if (IS("stream-large")) {
        stream_large(responder);
    } else if (IS("stream-error")) {
        begin_and_send_one(responder);
        fail(responder);
    } else if (IS("stream-panic")) {
        begin_and_send_one(responder);
        BARELAMBDA_PANIC("the event asked for a panic");
    } else if (IS("stream-error-first")) {
        barelambda_stream_begin(responder);
        fail(responder);
    } else {
        if (IS("slow")) {
            barelambda_sleep_ms(1000);
        }
        barelambda_respond(responder, payload, len);
    }
#undef IS
}
