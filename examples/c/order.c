/*
 * Adds up an order: reads JSON with jsmn, a header of Debian's libjsmn-dev that needs no libc, and
 * responds with the sum.
 *
 *     {"customer":"Ada","lines":[{"count":2,"cents":250},{"count":1,"cents":1999}]}
 *     -> {"lines":2,"cents":2499}
 *
 * An invalid order is an error of the type Function.InvalidOrder, whose message has the reason.
 */
#include <barelambda.h>

#include <stddef.h>
#include <stdint.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include <jsmn.h>

#define MAX_TOKENS 1024
/* Keeps sums and products within 64 bits. */
#define MAX_NUMBER 1000000

struct order {
    const char *text;
    const jsmntok_t *tokens;
    int count;
};

static void fail(barelambda_responder *responder, const char *message)
{
    static const char type[] = "Function.InvalidOrder";
    size_t len = 0;

    while (message[len] != '\0') {
        len++;
    }
    barelambda_fail(responder, type, sizeof type - 1, message, len);
}

/* Returns the token after the one at `at` and its descendants. */
static int after(const struct order *order, int at)
{
    int end = order->tokens[at].end;

    do {
        at++;
    } while (at < order->count && order->tokens[at].start < end);
    return at;
}

static int is_key(const struct order *order, int at, const char *key)
{
    const jsmntok_t *token = &order->tokens[at];
    int place;

    for (place = token->start; place < token->end; place++, key++) {
        if (*key == '\0' || order->text[place] != *key) {
            return 0;
        }
    }
    return token->type == JSMN_STRING && *key == '\0';
}

/* Returns the token of the value of `key` in the object at `object`, or 0 if there is none, or no
 * object. */
static int value_of(const struct order *order, int object, const char *key)
{
    int at = object + 1, left;

    if (order->tokens[object].type != JSMN_OBJECT) {
        return 0;
    }
    for (left = order->tokens[object].size; left > 0 && at + 1 < order->count; left--) {
        if (is_key(order, at, key)) {
            return at + 1;
        }
        at = after(order, at + 1);
    }
    return 0;
}

/* Returns the integer at `at`, from 0 to MAX_NUMBER, or -1 if the token is missing or something
 * else. */
static int64_t number_at(const struct order *order, int at)
{
    const jsmntok_t *token = &order->tokens[at];
    int64_t number = 0;
    int place;

    if (at == 0 || token->type != JSMN_PRIMITIVE) {
        return -1;
    }
    for (place = token->start; place < token->end; place++) {
        char digit = order->text[place];

        if (digit < '0' || digit > '9') {
            return -1;
        }
        number = number * 10 + (digit - '0');
        if (number > MAX_NUMBER) {
            return -1;
        }
    }
    return number;
}

static size_t write_text(char *to, const char *text)
{
    size_t len = 0;

    for (; text[len] != '\0'; len++) {
        to[len] = text[len];
    }
    return len;
}

static size_t write_number(char *to, int64_t number)
{
    size_t len = number > 9 ? write_number(to, number / 10) : 0;

    to[len] = (char)('0' + number % 10);
    return len + 1;
}

void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    static jsmntok_t tokens[MAX_TOKENS];
    struct order order;
    jsmn_parser parser;
    size_t len;
    char answer[64];
    int lines, line, left;
    int64_t cents = 0;

    (void)user;
    order.text = (const char *)barelambda_event_payload(event, &len);
    order.tokens = tokens;
    jsmn_init(&parser);
    order.count = jsmn_parse(&parser, order.text, len, tokens, MAX_TOKENS);
    if (order.count == JSMN_ERROR_NOMEM) {
        fail(responder, "the order has too many lines");
        return;
    }
    if (order.count < 1) {
        fail(responder, "the order is not JSON");
        return;
    }
    lines = value_of(&order, 0, "lines");
    if (lines == 0 || tokens[lines].type != JSMN_ARRAY) {
        fail(responder, "the order has no lines");
        return;
    }
    line = lines + 1;
    for (left = tokens[lines].size; left > 0; left--) {
        int64_t count = number_at(&order, value_of(&order, line, "count"));
        int64_t price = number_at(&order, value_of(&order, line, "cents"));

        if (count < 0 || price < 0) {
            fail(responder, "a line has no count or no price from 0 to 1000000");
            return;
        }
        cents += count * price;
        line = after(&order, line);
    }
    len = write_text(answer, "{\"lines\":");
    len += write_number(answer + len, tokens[lines].size);
    len += write_text(answer + len, ",\"cents\":");
    len += write_number(answer + len, cents);
    len += write_text(answer + len, "}");
    barelambda_respond(responder, answer, len);
}
