/* The smallest function: a constant response. */
#include <barelambda.h>

void barelambda_handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    static const char answer[] = "\"hello, world\"";

    (void)event;
    (void)user;
    barelambda_respond(responder, answer, sizeof answer - 1);
}
