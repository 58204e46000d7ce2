/* What the functions of misuse.c share. */
#ifndef MISUSE_CHECK_H
#define MISUSE_CHECK_H

#include <barelambda.h>

#include <stddef.h>
#include <stdint.h>

#define TEXT(literal) "" literal, sizeof(literal) - 1
#define CHECK(is_so) \
    do { \
        if (!(is_so)) { \
            BARELAMBDA_PANIC("not so: " #is_so); \
        } \
    } while (0)

#endif
