/* Tests the handler: this program replaces the library, and checks the handler's calls. */
#include <barelambda.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

static char answer[1024];
static size_t answers;

int barelambda_respond(barelambda_responder *responder, const void *bytes, size_t len)
{
    (void)responder;
    assert(len < sizeof answer);
    memcpy(answer, bytes, len);
    answer[len] = '\0';
    answers++;
    return BARELAMBDA_OK;
}

int main(void)
{
    barelambda_handler(NULL, NULL, NULL);
    assert(answers == 1);
    assert(strcmp(answer, "\"hello, world\"") == 0);
    puts("1 test passed");
    return 0;
}
