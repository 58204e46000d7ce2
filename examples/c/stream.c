/* Five server-sent events, half a second apart, each sent when it is written. */
#include <barelambda.h>

static void put(barelambda_responder *responder, const char *text, size_t len)
{
    /* After an error every later call returns the same code, and the invocation fails, so the
     * caller checks the flush. */
    (void)barelambda_stream_write(responder, text, len);
}

void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    static const char type[] = "text/event-stream";
    char digit;

    (void)event;
    (void)user;
    barelambda_content_type(responder, type, sizeof type - 1);
    barelambda_stream_begin(responder);
    for (digit = '1'; digit <= '5'; digit++) {
        put(responder, "data: ", 6);
        put(responder, &digit, 1);
        put(responder, "\n\n", 2);
        if (barelambda_stream_flush(responder) != BARELAMBDA_OK) {
            return;
        }
        barelambda_sleep_ms(500);
    }
    barelambda_stream_end(responder);
}
