/* The functions of misuse.c with HTTP responses. */
#ifndef MISUSE_HTTP_H
#define MISUSE_HTTP_H

#include "misuse_check.h"

/* Sends an HTTP response with one header field. */
static int http(barelambda_responder *responder, unsigned int status, barelambda_header header, const void *body, size_t len, int kind)
{
    barelambda_http_head head = { 0, 0, NULL, 1, NULL, 0 };

    head.status = status;
    head.headers = &header;
    return barelambda_http(responder, &head, body, len, kind);
}

static const barelambda_header PLAIN = { BARELAMBDA_TEXT("x-a"), BARELAMBDA_TEXT("b") };

static void http_status(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(http(responder, 70000, PLAIN, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_HTTP_RESPONSE);
}

static void http_name(barelambda_event *event, barelambda_responder *responder)
{
    barelambda_header header = { BARELAMBDA_TEXT("a b"), BARELAMBDA_TEXT("c") };

    (void)event;
    CHECK(http(responder, 200, header, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_HTTP_RESPONSE);
}

static void http_value_not_utf8(barelambda_event *event, barelambda_responder *responder)
{
    barelambda_header header = { BARELAMBDA_TEXT("a"), BARELAMBDA_TEXT("\xff") };

    (void)event;
    CHECK(http(responder, 200, header, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_HTTP_RESPONSE);
}

static void http_null_name(barelambda_event *event, barelambda_responder *responder)
{
    barelambda_header header = { { NULL, 3 }, BARELAMBDA_TEXT("c") };

    (void)event;
    CHECK(http(responder, 200, header, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_null_head(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(barelambda_http(responder, NULL, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_null_headers(barelambda_event *event, barelambda_responder *responder)
{
    static const barelambda_http_head head = { 200, 0, NULL, 1, NULL, 0 };

    (void)event;
    CHECK(barelambda_http(responder, &head, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_huge_count(barelambda_event *event, barelambda_responder *responder)
{
    static const barelambda_http_head head = { 200, 0, &PLAIN, SIZE_MAX, NULL, 0 };

    (void)event;
    CHECK(barelambda_http(responder, &head, "x", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_text_not_utf8(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(http(responder, 200, PLAIN, "\xff", 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_kind(barelambda_event *event, barelambda_responder *responder)
{
    (void)event;
    CHECK(http(responder, 200, PLAIN, "x", 1, 2) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_from_buffer(barelambda_event *event, barelambda_responder *responder)
{
    unsigned char *buffer = barelambda_response_buffer(responder, NULL);

    (void)event;
    CHECK(http(responder, 200, PLAIN, buffer, 1, BARELAMBDA_BODY_TEXT) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_stream_multi_value(barelambda_event *event, barelambda_responder *responder)
{
    static const barelambda_http_head head = { 200, 1, NULL, 0, NULL, 0 };

    (void)event;
    CHECK(barelambda_http_stream(responder, &head) == BARELAMBDA_INVALID_ARGUMENT);
}

static void http_good(barelambda_event *event, barelambda_responder *responder)
{
    static const barelambda_text cookies[] = { BARELAMBDA_TEXT("a=b"), BARELAMBDA_TEXT("c=d; Secure") };
    static const barelambda_http_head head = { 404, 0, &PLAIN, 1, cookies, 2 };

    (void)event;
    CHECK(barelambda_content_type(responder, TEXT("text/html")) == BARELAMBDA_OK);
    CHECK(barelambda_http(responder, &head, TEXT("<p>\"no\""), BARELAMBDA_BODY_TEXT) == BARELAMBDA_OK);
}

static void http_bytes(barelambda_event *event, barelambda_responder *responder)
{
    static const barelambda_http_head head = { 200, 1, NULL, 0, NULL, 0 };

    (void)event;
    CHECK(barelambda_http(responder, &head, TEXT("\xff\x00\xfe"), BARELAMBDA_BODY_BYTES) == BARELAMBDA_OK);
}

#endif
