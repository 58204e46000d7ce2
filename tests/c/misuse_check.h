/* Shared code of misuse.c and misuse_http.h. */
#ifndef MISUSE_CHECK_H
#define MISUSE_CHECK_H

#include <barelambda.h>

#include <stddef.h>
#include <stdint.h>

#define TEXT(literal) "" literal, sizeof(literal) - 1
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            BARELAMBDA_PANIC("check failed: " #condition); \
        } \
    } while (0)

#endif
