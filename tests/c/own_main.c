/*
 * A program with a custom main, which passes a state to its functions. It counts from 0, or from 10
 * with the argument x. If OWN_MAIN_INIT is set, the initialiser fails with that message. The exit
 * status is 7 if barelambda_run_init returns BARELAMBDA_CANNOT_GO_ON.
 */
#include <barelambda.h>

#include <stddef.h>

struct state {
    int has_begun;
    unsigned char count;
};

static void init(barelambda_responder *responder, void *user)
{
    static const char type[] = "Function.BadStart";
    struct state *state = (struct state *)user;
    size_t len;
    const char *message = barelambda_env("OWN_MAIN_INIT", 13, &len);

    state->has_begun = 1;
    if (message != NULL) {
        barelambda_fail(responder, type, sizeof type - 1, message, len);
    }
}

static void handler(barelambda_event *event, barelambda_responder *responder, void *user)
{
    struct state *state = (struct state *)user;
    char answer[2];

    (void)event;
    answer[0] = (char)('0' + state->count / 10);
    answer[1] = (char)('0' + state->count % 10);
    if (state->has_begun) {
        state->count++;
        barelambda_respond(responder, answer, sizeof answer);
    }
}

int main(int argc, char **argv)
{
    struct state state = { 0, 0 };

    state.count = argc == 2 && argv[1][0] == 'x' ? 10 : 0;
    return barelambda_run_init(init, handler, &state) == BARELAMBDA_CANNOT_GO_ON ? 7 : 8;
}
