/*
 * loop.h - the one thread: a libuv loop, its clock, and names resolved without blocking it.
 */
#ifndef OLLAMA_TOP_LOOP_H
#define OLLAMA_TOP_LOOP_H

#include <stdint.h>
#include <uv.h>

/*
 * Time as the program sees it. With $OLLAMA_TOP_STILL_CLOCK set to an RFC 3339 time (screen
 * tests), the wall clock stands at it and every latency measures 0; timers still run.
 */
struct clock {
	int64_t still_wall; /* 0: the clock runs */
};
void clock_init(struct clock *clock);
int64_t clock_wall_ms(const struct clock *clock);
/* Monotonic milliseconds, never 0. */
int64_t clock_mono_ms(const struct clock *clock);
/* Milliseconds with fraction between two uv_hrtime() readings; 0 under a still clock. */
double clock_elapsed_ms(const struct clock *clock, uint64_t from_ns, uint64_t to_ns);

#endif
