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

	clock->still_wall = 0;
	if (still != NULL && text_parse_rfc3339(still, &wall_ms))
		clock->still_wall = wall_ms;
}

int64_t clock_wall_ms(const struct clock *clock)
{
	struct timespec now;

	if (clock->still_wall != 0)
		return clock->still_wall;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_ms(const struct clock *clock)
{
	(void)clock;
	return (int64_t)(uv_hrtime() / 1000000) + 1;
}

double clock_elapsed_ms(const struct clock *clock, uint64_t from_ns, uint64_t to_ns)
{
	if (clock->still_wall != 0 || to_ns <= from_ns)
		return 0;
	return (double)(to_ns - from_ns) / 1e6;
}
