/*
 * loop.h - the one thread: a libuv loop, its clock, and names resolved without blocking it.
 */
#ifndef OLLAMA_TOP_LOOP_H
#define OLLAMA_TOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * Time as the program sees it. With $OLLAMA_TOP_STILL_CLOCK set to an RFC 3339 time (screen
 * tests), the wall clock stands at it and every latency measures 0; timers still run. During a replay both
 * times are those of the recording.
 */
struct clock {
	int64_t still_wall; /* 0: the clock runs */
	bool replays;
	int64_t mono, since; /* the replayed time, and when by clock_real_ms() it was that */
	int64_t until;       /* the replayed time does not go beyond */
	int64_t wall_ahead;  /* what the recorded wall clock is ahead of the recorded monotonic one */
	double speed;        /* 0: it stands */
};
void clock_init(struct clock *clock);
int64_t clock_wall_ms(const struct clock *clock);
/* Monotonic milliseconds, never 0. */
int64_t clock_mono_ms(const struct clock *clock);
/* The same of whoever sits at the terminal, which a replay neither stops nor hurries. */
int64_t clock_real_ms(void);
/* From here on the clock is a replay's: it is `mono` now, and goes on at `speed` up to `until` (clock->wall_ahead is
 * the caller's to set). */
void clock_replay(struct clock *clock, int64_t mono, double speed, int64_t until);
/* Milliseconds with fraction between two uv_hrtime() readings; 0 under a still clock. */
double clock_elapsed_ms(const struct clock *clock, uint64_t from_ns, uint64_t to_ns);

#endif
