/* Changes the environment, which moves it: in the initialiser, which then fails if ENVIRON_INIT is
 * set, and in the handler. The event "panic" panics after that; others respond with the variable
 * that the handler has set last. */
#define _POSIX_C_SOURCE 200112L
#include <barelambda.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(char letter)
{
    char name[16];
    int number;
    for (number = 0; number < 500; number++) {
        snprintf(name, sizeof name, "%c%d", letter, number);
        setenv(name, "set", 1);
    }
}

static void initialise(barelambda_responder *responder, void *user)
{
    (void)user;
    grow('I');
    if (getenv("ENVIRON_INIT") != NULL) {
        barelambda_fail(responder, "Function.BadStart", 17, "asked for", 9);
    }
}

static void handle(barelambda_event *event, barelambda_responder *responder, void *user)
{
    size_t len;
    const char *value;
    unsigned char *payload = barelambda_event_payload(event, &len);
    (void)user;
    grow('H');
    if (len == 7 && memcmp(payload, "\"panic\"", 7) == 0) {
        BARELAMBDA_PANIC("asked for");
    }
    grow('J');
    value = barelambda_env("J499", 4, &len);
    barelambda_respond(responder, value, len);
}

int main(void)
{
    setenv("AWS_LAMBDA_RUNTIME_API", getenv("AWS_LAMBDA_RUNTIME_API"), 1);
    return barelambda_run_init(initialise, handle, NULL);
}
