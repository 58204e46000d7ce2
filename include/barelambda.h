/*
 * barelambda for C: an AWS Lambda function for the runtime provided.al2023 as one executable, `bootstrap`.
 *
 * Link with libbarelambda.a, and write either
 *
 *   - a function `barelambda_handler` and no `main`: the library has a `main` that runs it; or
 *   - a `main` that calls barelambda_run or barelambda_run_init.
 *
 *     #include <barelambda.h>
 *
 *     void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
 *     {
 *         size_t len;
 *         unsigned char *payload = barelambda_event_payload(event, &len);
 *
 *         (void)user;
 *         barelambda_respond(responder, payload, len);
 *     }
 *
 * The library needs no libc, starts no thread, allocates nothing, and prints only to stderr. It
 * works with any other code in the program.
 *
 * Slices. A slice is a pointer and a number of bytes, `len`, without a terminating zero byte. A
 * null pointer is an empty slice if its `len` is 0, and an error otherwise. A function copies or
 * sends its arguments before it returns, so the program may change or free them afterwards, unless
 * the function's comment says otherwise.
 *
 * Lifetimes. An event, a responder, and pointers obtained from them are valid from the call of the
 * handler until it returns. There is one invocation at a time. The functions that take an event or
 * a responder must be called on the thread that runs the handler.
 *
 * Environment. The program may change the environment (setenv, putenv, unsetenv, environ) before
 * barelambda_run, in the initialiser and in the handler, but not on another thread while a function
 * of this library runs. The library reads the variables when it needs them: AWS_LAMBDA_LOG_FORMAT
 * and AWS_LAMBDA_LOG_LEVEL at each line of the log, AWS_LAMBDA_RUNTIME_API at the start and again
 * for the report of a panic. The value of AWS_LAMBDA_RUNTIME_API must stay valid from the call of
 * barelambda_run on, so the program must not change it after that.
 *
 * Results. A function that returns int returns 0 (BARELAMBDA_OK) or the code of an error from enum
 * barelambda_result. The invalid arguments listed there don't cause undefined behaviour. An event
 * or a responder that isn't the current invocation's, such as a stale one, is never dereferenced.
 * (Addresses are reused, so a pointer from an earlier invocation may equal the current one.)
 *
 * Errors fail the invocation. The caller of the Lambda function gets the first error, with the type
 * in the comment of its code, and every later function that takes the responder returns the same
 * code and does nothing. The only exception is barelambda_fail, which may replace the error by a
 * custom one, unless the handler has already responded. Below, "Errors" lists the codes that a
 * function can return, besides an earlier error's, and besides BARELAMBDA_INVALID_ARGUMENT for a
 * responder that isn't the current invocation's. Only streams send data before the handler returns,
 * so an error after a response replaces that response, and an error while streaming is sent in the
 * trailers.
 *
 * Handlers and initialisers must return. Neither longjmp nor a C++ exception may leave them.
 */
#ifndef BARELAMBDA_H
#define BARELAMBDA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BARELAMBDA_NORETURN __attribute__((noreturn))
#else
#define BARELAMBDA_NORETURN
#endif

/* The size of the largest event, and of the largest response that isn't a stream, in bytes: 6 MiB
 * and 100. */
#define BARELAMBDA_PAYLOAD_LIMIT 6291556

/* An event: its bytes, and the context of its invocation. */
typedef struct barelambda_event barelambda_event;

/* Responds to an invocation, once. */
typedef struct barelambda_responder barelambda_responder;

/* The results of functions. A comment has the type of the error that callers of the Lambda function
 * get. */
enum barelambda_result {
    BARELAMBDA_OK = 0,
    /* Function.InvalidArgument: a null pointer whose length is not 0, a length beyond PTRDIFF_MAX,
     * a responder that isn't the current invocation's, text that must be UTF-8 and isn't, or a
     * slice in the response buffer where that isn't allowed. */
    BARELAMBDA_INVALID_ARGUMENT = 1,
    /* Function.AnsweredTwice: the handler has already responded or failed. Its first response isn't
     * sent. */
    BARELAMBDA_ANSWERED_TWICE = 2,
    /* Function.NotAnswered: the handler returned without a response, or before the end of its
     * stream. No function returns this code. Its number is for programs that map codes to types. */
    BARELAMBDA_NOT_ANSWERED = 3,
    /* Function.ResponseSizeTooLarge: the response, or the JSON of an HTTP response, is larger than
     * BARELAMBDA_PAYLOAD_LIMIT. */
    BARELAMBDA_RESPONSE_TOO_LARGE = 4,
    /* Function.InvalidContentType: the content type is empty, longer than 1,024 bytes, or has control characters. */
    BARELAMBDA_INVALID_CONTENT_TYPE = 5,
    /* Function.InvalidHttpResponse: a status, a header field or a cookie is invalid. The message
     * says which. */
    BARELAMBDA_INVALID_HTTP_RESPONSE = 6,
    /* Function.NotStreaming: no stream has begun. */
    BARELAMBDA_NOT_STREAMING = 7,
    /* Runtime.StreamLost: the Runtime API has rejected the stream, or the connection is broken. */
    BARELAMBDA_STREAM_LOST = 8,
    /* Function.NothingToAnswer: an initialiser has no event. The only function with a responder
     * that it may call is barelambda_fail. */
    BARELAMBDA_NOTHING_TO_ANSWER = 9,
    /* barelambda_run is running, or was called before. */
    BARELAMBDA_RUN_TWICE = 10,
    /* barelambda_run can't continue. The log has the reason. */
    BARELAMBDA_CANNOT_GO_ON = 11
};

/* A slice of text, for header fields and cookies. */
typedef struct barelambda_text {
    const char *data;
    size_t len;
} barelambda_text;

/* The initialiser of a barelambda_text from a string literal: barelambda_text name = BARELAMBDA_TEXT("etag"); */
#define BARELAMBDA_TEXT(literal) { "" literal, sizeof(literal) - 1 }

/*
 * Starting
 */

/* A handler, which is called for each invocation, one after the other. It responds through
 * `responder`, once, and returns. `user` is the argument of barelambda_run, and a null pointer for
 * the function barelambda_handler. */
typedef void (*barelambda_handler_fn)(barelambda_event *event, barelambda_responder *responder, void *user);

/* An initialiser, which is called once, before the first event is requested. If it calls
 * barelambda_fail or causes an error, that error is reported to Lambda as the reason why the
 * function can't start, and barelambda_run returns. */
typedef void (*barelambda_init_fn)(barelambda_responder *responder, void *user);

/* Handles invocations with `handler` until the process ends. `user` is passed to the handler
 * unchanged, and must remain valid. The address of the Runtime API is in the environment variable
 * AWS_LAMBDA_RUNTIME_API, which Lambda and emulators set.
 *
 * Returns BARELAMBDA_CANNOT_GO_ON if it can't continue. The log has the reason. The process should
 * then exit with a status other than 0, and Lambda starts a new one. Returns BARELAMBDA_RUN_TWICE
 * if it was called before, and BARELAMBDA_INVALID_ARGUMENT if `handler` is null. */
int barelambda_run(barelambda_handler_fn handler, void *user);

/* Like barelambda_run, with an initialiser, which also gets `user`. A null `init` means that there
 * is none. */
int barelambda_run_init(barelambda_init_fn init, barelambda_handler_fn handler, void *user);

/* The handler and the optional initialiser, which a program without main defines. */
void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user);
void barelambda_init(barelambda_responder *responder, void *user);

/*
 * Events. For an event that isn't the current invocation's, these functions return a null pointer
 * or 0. `len` may be null.
 */

/* Returns the bytes of the event, usually JSON, and stores their number in `*len`, at most
 * BARELAMBDA_PAYLOAD_LIMIT. The handler may change them in place. All or some of them can be the
 * response, without being copied. The pointer isn't null, even if `*len` is 0. */
unsigned char *barelambda_event_payload(barelambda_event *event, size_t *len);

/* The context of the invocation. Each function returns UTF-8 text and stores its length in `*len`,
 * or returns a null pointer and stores 0 if Lambda didn't send the text, or not in UTF-8. The
 * program must not change the text. */

/* Returns the request id. A retry of an asynchronous invocation has the same id. */
const char *barelambda_request_id(const barelambda_event *event, size_t *len);
/* Returns the id of this attempt. */
const char *barelambda_invocation_id(const barelambda_event *event, size_t *len);
/* Returns the ARN by which the function was invoked, with its version or alias. */
const char *barelambda_function_arn(const barelambda_event *event, size_t *len);
/* Returns the AWS X-Ray trace header. The variable _X_AMZN_TRACE_ID isn't set. */
const char *barelambda_trace_id(const barelambda_event *event, size_t *len);
/* Returns the tenant, for a function with tenant isolation. */
const char *barelambda_tenant_id(const barelambda_event *event, size_t *len);
/* Returns the caller's client context, which is JSON. */
const char *barelambda_client_context(const barelambda_event *event, size_t *len);
/* Returns the identity of an Amazon Cognito user, which is JSON. */
const char *barelambda_cognito_identity(const barelambda_event *event, size_t *len);

/* Returns the time of the invocation's timeout in milliseconds since 1970-01-01 UTC, or 0 if Lambda
 * didn't send it. */
uint64_t barelambda_deadline_ms(const barelambda_event *event);
/* Returns the milliseconds until the timeout: 0 after it, and UINT64_MAX if there is none. */
uint64_t barelambda_remaining_ms(const barelambda_event *event);

/*
 * Buffered responses. A handler calls barelambda_respond or barelambda_fail once.
 */

/* Responds with a copy of `data`, at most BARELAMBDA_PAYLOAD_LIMIT bytes. Bytes in the event's
 * payload or in the response buffer (see below) aren't copied. They are sent from there, as they
 * are when the handler returns.
 * Errors: INVALID_ARGUMENT, RESPONSE_TOO_LARGE (without reading `data`), ANSWERED_TWICE,
 * NOTHING_TO_ANSWER. */
int barelambda_respond(barelambda_responder *responder, const void *data, size_t len);

/* Fails the invocation with the error type `type`, which should look like Function.OutOfStock, and
 * a message. A type that is empty, longer than 1,024 bytes, has control characters or isn't UTF-8
 * becomes Function.Unknown. Invalid UTF-8 in the message becomes U+FFFD, and a message that is too
 * long is cut (to 6 MiB, and to 8 KiB in the trailers of a stream). Both are copied, and must not
 * be in the response buffer. In a stream, the written data is sent before the error.
 * Errors: INVALID_ARGUMENT, ANSWERED_TWICE. */
int barelambda_fail(barelambda_responder *responder, const char *type, size_t type_len, const char *message, size_t message_len);

/* Sets the content type of the response. The default is application/json, and
 * application/octet-stream for a stream. The text is copied, and must not be in the response
 * buffer. A later call replaces it.
 * Errors: INVALID_ARGUMENT, INVALID_CONTENT_TYPE, ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_content_type(barelambda_responder *responder, const char *text, size_t len);

/* Returns the response buffer, in which a program can write a response, and stores
 * BARELAMBDA_PAYLOAD_LIMIT in `*capacity`. Its contents are undefined. After a response or the
 * begin of a stream, the library uses the buffer again, except for the bytes passed to
 * barelambda_respond. Returns a null pointer and stores 0 in `*capacity` after a response, a stream
 * or an error. That is an error itself (ANSWERED_TWICE), like a second response. `capacity` may be
 * null. */
unsigned char *barelambda_response_buffer(barelambda_responder *responder, size_t *capacity);

/*
 * HTTP responses, for function URLs, API Gateway and load balancers.
 */

typedef struct barelambda_header {
    barelambda_text name;
    barelambda_text value;
} barelambda_header;

/* The head of an HTTP response. A repeated name has several values. content-type may be one of the
 * names. */
typedef struct barelambda_http_head {
    /* From 200 to 599. */
    unsigned int status;
    /* 1 if the events have multiValueHeaders, as those of REST APIs and of load balancers with
     * multi-value headers do, and 0 otherwise. */
    int multi_value_headers;
    const barelambda_header *headers;
    size_t header_count;
    /* Values of Set-Cookie: a name, =, a value and attributes. */
    const barelambda_text *cookies;
    size_t cookie_count;
} barelambda_http_head;

/* The encoding of a body in the JSON for Lambda. */
enum barelambda_body {
    /* Text, which must be UTF-8. The default content type is text/plain; charset=utf-8. */
    BARELAMBDA_BODY_TEXT = 0,
    /* Base64, four bytes for three. The default content type is application/octet-stream. */
    BARELAMBDA_BODY_BYTES = 1
};

/* Sends an HTTP response. `kind` is one of enum barelambda_body. All arguments are copied, and must
 * not be in the response buffer, where each header field costs its length and 2 more bytes.
 * Errors: INVALID_ARGUMENT, INVALID_HTTP_RESPONSE, RESPONSE_TOO_LARGE, ANSWERED_TWICE,
 * NOTHING_TO_ANSWER. */
int barelambda_http(barelambda_responder *responder, const barelambda_http_head *head, const void *body, size_t len, int kind);

/* Begins a stream like barelambda_stream_begin, for an HTTP response whose body is written to the
 * stream. The head must fit in 16 KiB, and multi_value_headers must be 0.
 * Errors: those of barelambda_http. */
int barelambda_http_stream(barelambda_responder *responder, const barelambda_http_head *head);

/*
 * Streams: responses of up to 200 MB that are sent while they are written. Begin, write any number
 * of times, end.
 */

/* Begins a stream, without sending anything. Before the first byte is sent, an error is the whole
 * response. After that, an error follows the sent data.
 * Errors: ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_stream_begin(barelambda_responder *responder);

/* Appends `data`, of any length. Up to 16 KiB are buffered. Otherwise the function sends the data,
 * and blocks until that is done. `data` must not be in the response buffer.
 * Errors: INVALID_ARGUMENT, NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_write(barelambda_responder *responder, const void *data, size_t len);

/* Sends the buffered data. The first call begins the response, even if nothing was written.
 * Errors: NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_flush(barelambda_responder *responder);

/* Ends the stream, which completes the response. The buffered data is sent at once, and the end
 * when the handler has returned.
 * Errors: NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_end(barelambda_responder *responder);

/*
 * Other functions, which may be called at any time.
 */

/* Levels of the log. */
enum barelambda_level {
    BARELAMBDA_FATAL = 0,
    BARELAMBDA_ERROR = 1,
    BARELAMBDA_WARN = 2,
    BARELAMBDA_INFO = 3,
    BARELAMBDA_DEBUG = 4,
    BARELAMBDA_TRACE = 5
};

/* Writes a line with time, request id and level to the function's log, stderr, if
 * AWS_LAMBDA_LOG_LEVEL includes the level. The default is INFO and more severe levels. The line is
 * text, or JSON if AWS_LAMBDA_LOG_FORMAT is JSON. It has at most 4,096 bytes. A longer text is cut,
 * and ends with a mark. Invalid UTF-8 becomes U+FFFD. Returns 0, or BARELAMBDA_INVALID_ARGUMENT for
 * an unknown level or a null pointer whose length isn't 0, which doesn't fail the invocation. */
int barelambda_log(int level, const char *text, size_t len);

/* Returns the value of the environment variable `name`, and stores its length in `*value_len`. The
 * pointer is into the environment, ends with a zero byte, and is valid until the environment is
 * changed. Returns a null pointer and stores 0 if the variable isn't set. `value_len` may be null.
 * */
const char *barelambda_env(const char *name, size_t len, size_t *value_len);

/* Returns the milliseconds since 1970-01-01 UTC. */
uint64_t barelambda_now_ms(void);

/* Blocks the thread for `ms` milliseconds. */
void barelambda_sleep_ms(uint32_t ms);

/* Exits the process at once with the lowest 8 bits of `status`, without calling functions of atexit
 * or flushing stdio. Lambda reports an invocation without a response as Runtime.ExitError. Doesn't
 * return. */
BARELAMBDA_NORETURN void barelambda_exit(int status);

/* Reports the error Function.Panic with `file`, `line` and `message` to the caller of the Lambda
 * function, writes it to the log, and exits the process with status 101. In an initialiser, the
 * initialisation fails. A stream ends with the error. At most 2 KiB of the message are reported, up
 * to the first byte that isn't UTF-8. Doesn't return. BARELAMBDA_PANIC("text") is shorter. */
BARELAMBDA_NORETURN void barelambda_panic(const char *file, size_t file_len, unsigned int line, const char *message, size_t message_len);

/* Calls barelambda_panic with this file and line, and a string literal. */
#define BARELAMBDA_PANIC(literal) \
    barelambda_panic(__FILE__, sizeof(__FILE__) - 1, (unsigned int)__LINE__, "" literal, sizeof(literal) - 1)

#ifdef __cplusplus
}
#endif

#endif
