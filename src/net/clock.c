/*
 * clock.c - see loop.h.
 */
#include "ollama-top/loop.h"

#include "ollama-top/text.h"

#include <stdlib.h>
#include <time.h>

#define STILL_VARIABLE "OLLAMA_TOP_STILL_CLOCK"

void clock_init(struct clock *clock)
{
	const char *still = getenv(STILL_VARIABLE);
	int64_t wall_ms;

	*clock = (struct clock){0};
	if (still != NULL && text_parse_rfc3339(still, &wall_ms))
		clock->still_wall = wall_ms;
}

int64_t clock_real_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000) + 1;
}

void clock_replay(struct clock *clock, int64_t mono, double speed, int64_t until)
{
	clock->replays = true;
	clock->still_wall = 0;
	clock->mono = mono;
	clock->speed = speed;
	clock->until = until;
	clock->since = clock_real_ms();
}

int64_t clock_wall_ms(const struct clock *clock)
{
	struct timespec now;

	if (clock->replays)
		return clock_mono_ms(clock) + clock->wall_ahead;
	if (clock->still_wall != 0)
		return clock->still_wall;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_ms(const struct clock *clock)
{
	if (!clock->replays)
		return clock_real_ms();
	const double passed = (double)(clock_real_ms() - clock->since) * clock->speed;
	return passed >= (double)(clock->until - clock->mono) ? clock->until : clock->mono + (int64_t)passed;
}

double clock_elapsed_ms(const struct clock *clock, uint64_t from_ns, uint64_t to_ns)
{
	if (clock->still_wall != 0 || to_ns <= from_ns)
		return 0;
	return (double)(to_ns - from_ns) / 1e6;
}
