/*
 * Each event names a function that uses the library, mostly wrongly, and checks the returned codes.
 * A wrong code is a panic with its line. With MISUSE_INIT, the initialiser has errors, too.
 * tests/tests/c/misuse.rs has the expected results.
 */
#include "misuse_check.h"
#include "misuse_http.h"

typedef void (*misuse)(barelambda_event *event, barelambda_responder *responder);

struct named {
    barelambda_text name;
    misuse function;
};

static unsigned char outside[64];

static void null_data(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, NULL, 5) == BARELAMBDA_INVALID_ARGUMENT);
}

static void null_without_length(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, NULL, 0) == BARELAMBDA_OK);
}

static void null_responder(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    (void)responder;
    CHECK(barelambda_respond(NULL, "x", 1) == BARELAMBDA_INVALID_ARGUMENT);
}

static void foreign_responder(barelambda_event *event, barelambda_responder *responder)
{
    barelambda_responder *foreign = (barelambda_responder *)(void *)outside;

    (void)event;
    CHECK(barelambda_respond(foreign, "x", 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_response_buffer(foreign, NULL) == NULL);
    CHECK(barelambda_respond(responder, "x", 1) == BARELAMBDA_INVALID_ARGUMENT);
}

static void foreign_event(barelambda_event *event, barelambda_responder *responder)
{
    barelambda_event *foreign = (barelambda_event *)(void *)outside;
    size_t len = 1;

    CHECK(barelambda_event_payload(foreign, &len) == NULL && len == 0);
    len = 1;
    CHECK(barelambda_event_payload(NULL, &len) == NULL && len == 0);
    CHECK(barelambda_event_payload(event, NULL) != NULL);
    len = 1;
    CHECK(barelambda_request_id(NULL, &len) == NULL && len == 0);
    CHECK(barelambda_request_id(event, NULL) != NULL);
    CHECK(barelambda_deadline_ms(NULL) == 0 && barelambda_remaining_ms(foreign) == 0);
    CHECK(barelambda_deadline_ms(event) > barelambda_now_ms() && barelambda_remaining_ms(event) > 0);
    CHECK(barelambda_respond(responder, TEXT("\"no harm\"")) == BARELAMBDA_OK);
}

static void too_large(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, outside, BARELAMBDA_PAYLOAD_LIMIT + 1) == BARELAMBDA_RESPONSE_TOO_LARGE);
    CHECK(barelambda_respond(responder, outside, 1) == BARELAMBDA_RESPONSE_TOO_LARGE);
}

static void huge(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, outside, SIZE_MAX) == BARELAMBDA_RESPONSE_TOO_LARGE);
}

static void huge_slice(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_content_type(responder, (const char *)outside, SIZE_MAX) == BARELAMBDA_INVALID_ARGUMENT);
}

static void twice(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, "1", 1) == BARELAMBDA_OK);
    CHECK(barelambda_respond(responder, "2", 1) == BARELAMBDA_ANSWERED_TWICE);
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), TEXT("too late")) == BARELAMBDA_ANSWERED_TWICE);
}

static void fail_twice(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), TEXT("first")) == BARELAMBDA_OK);
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), TEXT("second")) == BARELAMBDA_ANSWERED_TWICE);
}

static void none(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    (void)responder;
}

static void fail_after_refusal(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, NULL, 5) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_respond(responder, "1", 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), TEXT("a custom error")) == BARELAMBDA_OK);
}

static void fail_null(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_fail(responder, NULL, 4, TEXT("x")) == BARELAMBDA_INVALID_ARGUMENT);
}

static void fail_odd(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_fail(responder, TEXT("Function.\nX"), TEXT("a\xff\"b")) == BARELAMBDA_OK);
}

static void fail_from_buffer(barelambda_event *event, barelambda_responder *responder)
{
    const char *buffer = (const char *)barelambda_response_buffer(responder, NULL);

    (void)event;
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), buffer + 100, 4) == BARELAMBDA_INVALID_ARGUMENT);
}

static void content_type_bad(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_content_type(responder, TEXT("a\r\nb")) == BARELAMBDA_INVALID_CONTENT_TYPE);
    CHECK(barelambda_respond(responder, "1", 1) == BARELAMBDA_INVALID_CONTENT_TYPE);
}

static void content_type_not_utf8(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_content_type(responder, TEXT("a\xff")) == BARELAMBDA_INVALID_CONTENT_TYPE);
}

static void content_type_late(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_respond(responder, "1", 1) == BARELAMBDA_OK);
    CHECK(barelambda_content_type(responder, TEXT("text/plain")) == BARELAMBDA_ANSWERED_TWICE);
}

static void buffer_late(barelambda_event *event, barelambda_responder *responder)
{
    size_t capacity = 1;

    (void)event;
    CHECK(barelambda_respond(responder, "1", 1) == BARELAMBDA_OK);
    CHECK(barelambda_response_buffer(responder, &capacity) == NULL && capacity == 0);
}

static void write_first(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_stream_write(responder, "x", 1) == BARELAMBDA_NOT_STREAMING);
    CHECK(barelambda_stream_begin(responder) == BARELAMBDA_NOT_STREAMING);
}

static void end_first(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_stream_end(responder) == BARELAMBDA_NOT_STREAMING);
}

static void not_ended(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_stream_begin(responder) == BARELAMBDA_OK);
    CHECK(barelambda_stream_write(responder, "x", 1) == BARELAMBDA_OK);
}

static void not_ended_flushed(barelambda_event *event, barelambda_responder *responder)
{
    not_ended(event, responder);
    CHECK(barelambda_stream_flush(responder) == BARELAMBDA_OK);
}

static void stream_twice(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_stream_begin(responder) == BARELAMBDA_OK);
    CHECK(barelambda_stream_begin(responder) == BARELAMBDA_ANSWERED_TWICE);
}

static void respond_in_stream(barelambda_event *event, barelambda_responder *responder)
{
    not_ended_flushed(event, responder);
    CHECK(barelambda_respond(responder, "x", 1) == BARELAMBDA_ANSWERED_TWICE);
    CHECK(barelambda_stream_write(responder, "x", 1) == BARELAMBDA_ANSWERED_TWICE);
}

static void write_after_end(barelambda_event *event, barelambda_responder *responder)
{
    not_ended_flushed(event, responder);
    CHECK(barelambda_stream_end(responder) == BARELAMBDA_OK);
    CHECK(barelambda_stream_write(responder, "x", 1) == BARELAMBDA_ANSWERED_TWICE);
}

static void stream_null(barelambda_event *event, barelambda_responder *responder)
{
    not_ended_flushed(event, responder);
    CHECK(barelambda_stream_write(responder, NULL, 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_stream_end(responder) == BARELAMBDA_INVALID_ARGUMENT);
}

static void stream_fail(barelambda_event *event, barelambda_responder *responder)
{
    not_ended_flushed(event, responder);
    CHECK(barelambda_stream_write(responder, "y", 1) == BARELAMBDA_OK);
    CHECK(barelambda_fail(responder, TEXT("Function.Own"), TEXT("while streaming")) == BARELAMBDA_OK);
}

static void stream_from_buffer(barelambda_event *event, barelambda_responder *responder)
{
    unsigned char *buffer = barelambda_response_buffer(responder, NULL);

    (void)event;
    CHECK(barelambda_stream_begin(responder) == BARELAMBDA_OK);
    CHECK(barelambda_stream_write(responder, buffer, 1) == BARELAMBDA_INVALID_ARGUMENT);
}

static void run_again(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_run(barelambda_handler, NULL) == BARELAMBDA_RUN_TWICE);
    CHECK(barelambda_run(NULL, NULL) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_respond(responder, TEXT("\"no harm\"")) == BARELAMBDA_OK);
}

static void log_odd(barelambda_event *event, barelambda_responder *responder)
{
    size_t len = 1;

    (void)event;
    CHECK(barelambda_log(99, "x", 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_log(-1, "x", 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_log(BARELAMBDA_INFO, NULL, 1) == BARELAMBDA_INVALID_ARGUMENT);
    CHECK(barelambda_log(BARELAMBDA_WARN, TEXT("one\xff line\n")) == BARELAMBDA_OK);
    CHECK(barelambda_log(BARELAMBDA_DEBUG, TEXT("below the level")) == BARELAMBDA_OK);
    CHECK(barelambda_env(NULL, 5, &len) == NULL && len == 0);
    CHECK(barelambda_env(TEXT("NO_SUCH_VARIABLE"), &len) == NULL && len == 0);
    CHECK(barelambda_respond(responder, TEXT("\"no harm\"")) == BARELAMBDA_OK);
}

static void copied(barelambda_event *event, barelambda_responder *responder)
{
    char answer[] = "\"as it was\"";

    (void)event;
    CHECK(barelambda_respond(responder, answer, sizeof answer - 1) == BARELAMBDA_OK);
    answer[1] = 'X';
}

static void in_place(barelambda_event *event, barelambda_responder *responder)
{
    unsigned char *payload = barelambda_event_payload(event, NULL);

    CHECK(barelambda_respond(responder, payload, 4) == BARELAMBDA_OK);
    payload[1] = 'X';
}

static void from_buffer(barelambda_event *event, barelambda_responder *responder)
{
    size_t capacity;
    unsigned char *buffer = barelambda_response_buffer(responder, &capacity);

    (void)event;
    CHECK(capacity == BARELAMBDA_PAYLOAD_LIMIT);
    buffer[0] = buffer[capacity - 1] = '"';
    buffer[capacity - 2] = 'z';
    CHECK(barelambda_respond(responder, buffer + capacity - 2, 2) == BARELAMBDA_OK);
}

#define NAMED(function) { BARELAMBDA_TEXT(#function), function }

static const struct named ALL[] = {
    NAMED(null_data), NAMED(null_without_length), NAMED(null_responder), NAMED(foreign_responder), NAMED(foreign_event),
    NAMED(too_large), NAMED(huge), NAMED(huge_slice), NAMED(twice), NAMED(fail_twice), NAMED(none), NAMED(fail_after_refusal),
    NAMED(fail_null), NAMED(fail_odd), NAMED(fail_from_buffer), NAMED(content_type_bad), NAMED(content_type_not_utf8),
    NAMED(content_type_late), NAMED(buffer_late), NAMED(http_status), NAMED(http_name), NAMED(http_value_not_utf8),
    NAMED(http_null_name), NAMED(http_null_head), NAMED(http_null_headers), NAMED(http_huge_count), NAMED(http_text_not_utf8),
    NAMED(http_kind), NAMED(http_from_buffer), NAMED(http_stream_multi_value), NAMED(http_good), NAMED(http_bytes),
    NAMED(write_first), NAMED(end_first), NAMED(not_ended), NAMED(not_ended_flushed), NAMED(stream_twice), NAMED(respond_in_stream),
    NAMED(write_after_end), NAMED(stream_null), NAMED(stream_fail), NAMED(stream_from_buffer), NAMED(run_again), NAMED(log_odd),
    NAMED(copied), NAMED(in_place), NAMED(from_buffer),
};

void barelambda_init(barelambda_responder *responder, void *user)
{
    (void)user;
    if (barelambda_env(TEXT("MISUSE_INIT"), NULL) != NULL) {
        CHECK(barelambda_respond(responder, "x", 1) == BARELAMBDA_NOTHING_TO_ANSWER);
        CHECK(barelambda_stream_begin(responder) == BARELAMBDA_NOTHING_TO_ANSWER);
    }
}

/* The event is the name of one of the functions, in quotation marks. */
void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    size_t len, index, at;
    const unsigned char *payload = barelambda_event_payload(event, &len);

    (void)user;
    for (index = 0; index < sizeof ALL / sizeof ALL[0]; index++) {
        const barelambda_text *name = &ALL[index].name;

        if (len != name->len + 2) {
            continue;
        }
        for (at = 0; at < name->len && payload[at + 1] == (unsigned char)name->data[at]; at++) {
        }
        if (at == name->len) {
            ALL[index].function(event, responder);
            return;
        }
    }
    BARELAMBDA_PANIC("no such misuse");
}
