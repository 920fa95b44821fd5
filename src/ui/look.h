/*
 * look.h - what every part of a picture is drawn from: the fleet, the moment and the theme;
 * and figures as the console writes them.
 */
#ifndef UI_LOOK_H
#define UI_LOOK_H

#include "ollama-top/autoscale.h"
#include "ollama-top/fleet.h"
#include "ollama-top/ops.h"
#include "theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct look {
	const struct fleet *fleet;
	const struct theme *theme;
	const struct ops *ops; /* NULL: read-only */
	const struct autoscale *autoscale;
	uint64_t operation; /* the one under the cursor, or 0 */
	int64_t now, wall;
	bool replay; /* what is shown was, at that time */
	bool still;  /* the wall clock stands (screen tests): ages are 0, and nothing counts down */
};

/* Milliseconds since a moment, at least 0; 0 under a still clock. */
int64_t look_age(const struct look *look, int64_t at);
/* Milliseconds until a loaded model expires; INT64_MAX: never. */
int64_t look_expiry(const struct look *look, const struct model_loaded *model);
/*
 * True when the figure of `at` is older than three of its intervals. As fleet_stale(), but by the
 * console's clock, which goes on when the fleet's stands still because polling is paused.
 */
bool look_older(const struct look *look, int64_t at, int64_t interval_ms);
/* The same for a figure that is asked for every `rounds` refreshes. */
bool look_stale(const struct look *look, int64_t at, int rounds);

/* "12s", "4m", "3h", "2d": one unit, so that an old age does not change each second. */
const char *format_age(char *buf, size_t size, int64_t ms);
/* "9.8/16G": the first unit is left out when both agree; without a limit "9.8G"; "-" unknown. */
const char *format_usage(char *buf, size_t size, int64_t used, int64_t limit);
/* "0.4ms", "12ms", "1.2s", "-". */
const char *format_latency(char *buf, size_t size, double ms);
/* "12%", "-". */
const char *format_percent(char *buf, size_t size, double percent);
/* Local time of day, "12:04:31"; of another day "31 12:04", as wide. */
const char *format_time(char *buf, size_t size, int64_t wall, int64_t now_wall);
/* Local date and time, "2026-01-31 12:04:31". */
const char *format_date(char *buf, size_t size, int64_t wall);
/* "retry in 12s", or "" when nothing is waited for. */
const char *format_retry(char *buf, size_t size, const struct look *look, const struct link *link);

/* The 12 hexadecimal digits that people know a digest or a container by. */
const char *format_short_id(char *buf, size_t size, const char *digest);

#endif
