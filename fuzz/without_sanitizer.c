/* The targets are built without a sanitizer. libFuzzer calls these functions of one, and warns at
 * each start if they are missing. */

/* Returns whether the caller is the first to report a crash. libFuzzer reports only the first. */
int __sanitizer_acquire_crash_state(void) {
    return 1;
}

void __sanitizer_print_stack_trace(void) {
}

void __sanitizer_set_death_callback(void (*callback)(void)) {
    (void)callback;
}
