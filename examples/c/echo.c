/* Responds with the event, without copying it. */
#include <barelambda.h>

void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    size_t len;
    unsigned char *payload = barelambda_event_payload(event, &len);

    (void)user;
    barelambda_respond(responder, payload, len);
}
