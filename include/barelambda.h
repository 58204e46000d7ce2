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
 * The library needs no libc, starts no thread, allocates nothing, and prints to stderr alone. It does not mind what else is in the program.
 *
 * Slices. Whatever has a length is a pointer and a number of bytes, `len`, and has no zero byte behind it. A null pointer is an empty slice
 * if its `len` is 0, and an error otherwise. What a function is given is copied, or sent, before it returns, and may be changed or freed
 * after that, unless its comment says otherwise.
 *
 * Lifetimes. An event and a responder are valid from the call of the handler until it returns, and so is what was got from them. There is
 * one invocation at a time. The functions that take them must be called on the thread that runs the handler.
 *
 * Results. A function that returns int returns 0 (BARELAMBDA_OK), or the code of an error: one of enum barelambda_result. No argument that
 * is listed there makes the behaviour undefined. An event or a responder that is not that of the invocation that is being handled, a stale
 * one for example, is not looked at. (Addresses are used again, so one from an earlier invocation may happen to be that of this one.)
 *
 * Errors fail the invocation. After an error the caller of the Lambda function gets that error, of the type that stands beside its code,
 * and every later function that takes the responder returns the same code and does nothing. The one exception is barelambda_fail, which may
 * give an error of the program's own, unless there was an answer already. In what follows, "Errors" are the codes that a function can give,
 * besides that of an earlier error, and besides BARELAMBDA_INVALID_ARGUMENT for a responder that is not that of the invocation. Nothing is
 * sent before the handler returns, other than by streams: so an error after an answer takes the answer's place, and an error in a stream
 * goes into its trailers.
 *
 * A handler must return: no longjmp and no C++ exception may leave it, nor an initialiser.
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

/* The longest event, and the longest response that is not a stream, in bytes: 6 MiB and 100. */
#define BARELAMBDA_PAYLOAD_LIMIT 6291556

/* An event: its bytes, and the context of its invocation. */
typedef struct barelambda_event barelambda_event;

/* The one chance to answer an invocation. */
typedef struct barelambda_responder barelambda_responder;

/* The results of functions, and the types of the errors that callers of the Lambda function get. */
enum barelambda_result {
    BARELAMBDA_OK = 0,
    /* Function.InvalidArgument: a null pointer whose length is not 0, a length beyond PTRDIFF_MAX, a responder that is not that of the
     * invocation, text that is not UTF-8 where it has to be, a slice of the response buffer where that is not allowed. */
    BARELAMBDA_INVALID_ARGUMENT = 1,
    /* Function.AnsweredTwice: there was an answer, or barelambda_fail, already. The first one is not sent. */
    BARELAMBDA_ANSWERED_TWICE = 2,
    /* Function.NotAnswered: the handler returned without an answer, or before the end of its stream. No function returns this code, as
     * there is none to return it from; it has a number for the sake of programs that map codes to types. */
    BARELAMBDA_NOT_ANSWERED = 3,
    /* Function.ResponseSizeTooLarge: the answer is longer than BARELAMBDA_PAYLOAD_LIMIT, or, over HTTP, its JSON is. */
    BARELAMBDA_RESPONSE_TOO_LARGE = 4,
    /* Function.InvalidContentType: the content type is empty, longer than 1,024 bytes, or has control characters. */
    BARELAMBDA_INVALID_CONTENT_TYPE = 5,
    /* Function.InvalidHttpResponse: a status, a header field or a cookie that would not arrive as it is. The message says which. */
    BARELAMBDA_INVALID_HTTP_RESPONSE = 6,
    /* Function.NotStreaming: no stream has begun. */
    BARELAMBDA_NOT_STREAMING = 7,
    /* Runtime.StreamLost: the Runtime API has refused the stream, or the connection is broken. */
    BARELAMBDA_STREAM_LOST = 8,
    /* Function.NothingToAnswer: an initialiser has no event: of the functions that take a responder it may call barelambda_fail alone. */
    BARELAMBDA_NOTHING_TO_ANSWER = 9,
    /* barelambda_run was called while it runs, or a second time. */
    BARELAMBDA_RUN_TWICE = 10,
    /* barelambda_run has ended: nothing can go on. Why is in the log. */
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

/* A handler: called for each invocation, one after the other. It answers through `responder`, once, and returns. `user` is what
 * barelambda_run was given, and a null pointer for the function barelambda_handler. */
typedef void (*barelambda_handler_fn)(barelambda_event *event, barelambda_responder *responder, void *user);

/* An initialiser: called once, before the first event is asked for. If it calls barelambda_fail, or makes an error, that is reported to
 * Lambda as the reason why the function cannot start, and barelambda_run returns. */
typedef void (*barelambda_init_fn)(barelambda_responder *responder, void *user);

/* Handles invocation after invocation with `handler`, for as long as the process lives. `user` is handed on, and not looked at; it must
 * live as long. The address of the Runtime API is in the environment variable AWS_LAMBDA_RUNTIME_API, which Lambda and emulators set.
 *
 * Returns when nothing can go on: BARELAMBDA_CANNOT_GO_ON, when the reason is in the log; the process should then end with a status other
 * than 0, and Lambda starts a new one. BARELAMBDA_RUN_TWICE at once when it was called before. BARELAMBDA_INVALID_ARGUMENT
 * at once when `handler` is null. */
int barelambda_run(barelambda_handler_fn handler, void *user);

/* As barelambda_run, with an initialiser, which is given `user` too. `init` may be null: then there is none. */
int barelambda_run_init(barelambda_init_fn init, barelambda_handler_fn handler, void *user);

/* Not in the library, but in a program that has no main: the handler, and, if the program wants one, the initialiser. */
void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user);
void barelambda_init(barelambda_responder *responder, void *user);

/*
 * Events. With an event that is not that of the invocation these return a null pointer, or 0. `len` may be null.
 */

/* The bytes of the event, usually JSON, and in `*len` their number, at most BARELAMBDA_PAYLOAD_LIMIT. The handler may change them in place.
 * They may be answered with, whole or in part, without being copied. The pointer is not null, even if `*len` is 0. */
unsigned char *barelambda_event_payload(barelambda_event *event, size_t *len);

/* What Lambda says of the invocation: a pointer to text, which is UTF-8, and in `*len` its length; a null pointer and 0 when it has not
 * said it, or not in UTF-8. The text must not be changed. */

/* The request id. A retry of an asynchronous invocation has the same. */
const char *barelambda_request_id(const barelambda_event *event, size_t *len);
/* The id of this attempt. */
const char *barelambda_invocation_id(const barelambda_event *event, size_t *len);
/* The ARN under which the function was invoked, with its version or alias. */
const char *barelambda_function_arn(const barelambda_event *event, size_t *len);
/* The AWS X-Ray trace header. The variable _X_AMZN_TRACE_ID is not set. */
const char *barelambda_trace_id(const barelambda_event *event, size_t *len);
/* The tenant, for a function with tenant isolation. */
const char *barelambda_tenant_id(const barelambda_event *event, size_t *len);
/* The client context, JSON, as the caller sent it. */
const char *barelambda_client_context(const barelambda_event *event, size_t *len);
/* The identity of an Amazon Cognito user, JSON. */
const char *barelambda_cognito_identity(const barelambda_event *event, size_t *len);

/* When the invocation times out, in milliseconds since 1970-01-01 UTC; 0 if Lambda did not say. */
uint64_t barelambda_deadline_ms(const barelambda_event *event);
/* The milliseconds until then: 0 after it, and UINT64_MAX if there is no deadline. */
uint64_t barelambda_remaining_ms(const barelambda_event *event);

/*
 * Answers in one piece. Each of these is the answer, and must be the only one.
 */

/* Answers with `data`, of BARELAMBDA_PAYLOAD_LIMIT bytes at most, which is copied. Bytes that lie within the event's payload or within the
 * response buffer (see below) are not copied, but sent from where they are, as they are when the handler has returned.
 * Errors: INVALID_ARGUMENT, RESPONSE_TOO_LARGE (of which `data` is not looked at), ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_respond(barelambda_responder *responder, const void *data, size_t len);

/* Fails the invocation with the error type `type`, which should look like Function.OutOfStock, and a message. A type that is empty,
 * longer than 1,024 bytes, has control characters or is not UTF-8 becomes Function.Unknown. What is not UTF-8 in the message becomes
 * U+FFFD; a message that is too long is cut (to 6 MiB, and 8 KiB in the trailers of a stream). Neither may lie in the response buffer.
 * In a stream, what was written leaves before the error. Both are copied.
 * Errors: INVALID_ARGUMENT, ANSWERED_TWICE. */
int barelambda_fail(barelambda_responder *responder, const char *type, size_t type_len, const char *message, size_t message_len);

/* Sets the content type of the answer that follows, which is application/json otherwise, and application/octet-stream for a stream. The
 * text is copied, and must not lie in the response buffer. It may be set again.
 * Errors: INVALID_ARGUMENT, INVALID_CONTENT_TYPE, ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_content_type(barelambda_responder *responder, const char *text, size_t len);

/* The response buffer, a place to make an answer in: *capacity is BARELAMBDA_PAYLOAD_LIMIT. What it holds is undefined. It is the
 * library's again when an answer or a stream has been given, but for what barelambda_respond was given of it. Returns a null pointer, and
 * *capacity is 0, where there was an answer, a stream or an error: asking for it is then an error (ANSWERED_TWICE), as answering is.
 * `capacity` may be null. */
unsigned char *barelambda_response_buffer(barelambda_responder *responder, size_t *capacity);

/*
 * Answers over HTTP, for function URLs, API Gateway and load balancers.
 */

typedef struct barelambda_header {
    barelambda_text name;
    barelambda_text value;
} barelambda_header;

/* What stands before a body. A name that comes several times gets several values. content-type may be one of them. */
typedef struct barelambda_http_head {
    /* From 200 to 599. */
    unsigned int status;
    /* 1 for REST APIs, and for load balancers with multi-value headers, whose events have multiValueHeaders; 0 for the others. */
    int multi_value_headers;
    const barelambda_header *headers;
    size_t header_count;
    /* A name, =, a value and attributes, as they stand in Set-Cookie. */
    const barelambda_text *cookies;
    size_t cookie_count;
} barelambda_http_head;

/* How a body is written into the JSON that Lambda wants. */
enum barelambda_body {
    /* As text, which must be UTF-8; text/plain; charset=utf-8 unless there is a content type. */
    BARELAMBDA_BODY_TEXT = 0,
    /* As base64, four bytes for three; application/octet-stream unless there is a content type. */
    BARELAMBDA_BODY_BYTES = 1
};

/* Answers over HTTP. `kind` is one of enum barelambda_body. All is copied; nothing of it may lie in the
 * response buffer, in which each header field takes its length once more, and 2 bytes.
 * Errors: INVALID_ARGUMENT, INVALID_HTTP_RESPONSE, RESPONSE_TOO_LARGE, ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_http(barelambda_responder *responder, const barelambda_http_head *head, const void *body, size_t len, int kind);

/* As barelambda_stream_begin, for an answer over HTTP: the body is what is written to the stream. What stands before it must fit into
 * 16 KiB, and multi_value_headers must be 0.
 * Errors: as those of barelambda_http. */
int barelambda_http_stream(barelambda_responder *responder, const barelambda_http_head *head);

/*
 * Streams: answers that leave while they are being written, of up to 200 MB. Begin, write any number of times, end.
 */

/* Begins a stream. Nothing leaves yet: until something does, an error is the whole answer, and after that it follows what has left.
 * Errors: ANSWERED_TWICE, NOTHING_TO_ANSWER. */
int barelambda_stream_begin(barelambda_responder *responder);

/* Appends `data`, of any length. It is gathered, up to 16 KiB, or sent before the function returns, which waits as long as that takes.
 * `data` must not lie in the response buffer.
 * Errors: INVALID_ARGUMENT, NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_write(barelambda_responder *responder, const void *data, size_t len);

/* Sends what was gathered. The first call begins the answer, even if nothing was written.
 * Errors: NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_flush(barelambda_responder *responder);

/* Ends the stream, which is the answer. What was gathered leaves at once, the end when the handler has returned.
 * Errors: NOT_STREAMING, STREAM_LOST, ANSWERED_TWICE (after the end). */
int barelambda_stream_end(barelambda_responder *responder);

/*
 * The rest. These may be called at any time.
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

/* Writes a line to the function's log, stderr, if AWS_LAMBDA_LOG_LEVEL wants its level (INFO and graver ones unless it is set): with time,
 * request id and level, as text, or as JSON if AWS_LAMBDA_LOG_FORMAT is JSON. A line has at most 4,096 bytes: a longer text is cut, and
 * marked so. What is not UTF-8 becomes U+FFFD. Returns 0, or BARELAMBDA_INVALID_ARGUMENT for an unknown level or a null pointer whose
 * length is not 0, which fails no invocation. */
int barelambda_log(int level, const char *text, size_t len);

/* The value of the environment variable `name`, a slice, and in `*value_len` its length: a pointer into the environment, with a zero byte
 * behind it, valid until the environment is changed. A null pointer and 0 if it is not set. `value_len` may be null. */
const char *barelambda_env(const char *name, size_t len, size_t *value_len);

/* The milliseconds since 1970-01-01 UTC. */
uint64_t barelambda_now_ms(void);

/* Sleeps for `ms` milliseconds; the rest of the program waits too. */
void barelambda_sleep_ms(uint32_t ms);

/* Ends the process at once with `status`, of which the lowest 8 bits count. No functions of atexit are called and no stdio is flushed.
 * Lambda reports an invocation that was not answered as Runtime.ExitError. Does not return. */
BARELAMBDA_NORETURN void barelambda_exit(int status);

/* Reports to the caller of the Lambda function that the program has gone wrong at `file` and `line`, as the error Function.Panic, writes
 * the same to the log, and ends the process with status 101. An initialiser that calls it has failed. A stream that has begun ends with the
 * error. At most 2 KiB are reported; what follows a byte that is not UTF-8 is left out. Does not return. BARELAMBDA_PANIC("text") is
 * shorter. */
BARELAMBDA_NORETURN void barelambda_panic(const char *file, size_t file_len, unsigned int line, const char *message, size_t message_len);

/* barelambda_panic at this place, with a string literal. */
#define BARELAMBDA_PANIC(literal) \
    barelambda_panic(__FILE__, sizeof(__FILE__) - 1, (unsigned int)__LINE__, "" literal, sizeof(literal) - 1)

#ifdef __cplusplus
}
#endif

#endif
