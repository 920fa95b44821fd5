/*
 * log_resume.c - after a break the engine is asked for all since the oldest message that is remembered, and
 * what comes again is left out.
 *
 * The engine's times are not unique (two streams, coarse clocks) and not in strict order (its two
 * readers race), so that asking for what is newer than the last one would lose lines, and asking from
 * it on would double them. A message is known by its time, stream and text; the replay is over when
 * the one that was last before the break has come again.
 */
#include "logs_private.h"

#include <stdio.h>
#include <string.h>

/* How far the engine's times can be out of order. */
#define DISORDER_NS 2000000000

static struct log_seen *seen_at(struct log_resume *r, size_t i)
{
	return &r->seen[(r->head + i) % LOG_REMEMBERED];
}

static uint64_t hash(const struct log_message *message)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)message->stream; /* FNV-1a */
	for (size_t i = 0; i < message->len; i++)
		h = (h ^ (unsigned char)message->data[i]) * 1099511628211u;
	return h;
}

void log_resume_forget(struct log_resume *r)
{
	*r = (struct log_resume){0};
}

int64_t log_resume_begin(struct log_resume *r)
{
	for (size_t i = 0; i < r->count; i++)
		seen_at(r, i)->again = false;
	r->replaying = r->count > 0;
	r->last = r->added;
	return r->replaying ? seen_at(r, 0)->time_ns : 0;
}

bool log_resume_query(struct log_resume *r, char *query, size_t size)
{
	int64_t since = log_resume_begin(r);
	if (since > 0)
		snprintf(query, size, "since=%lld.%09lld", (long long)(since / 1000000000),
			(long long)(since % 1000000000));
	return since > 0;
}

static void forget_oldest(struct log_resume *r)
{
	r->head = (r->head + 1) % LOG_REMEMBERED;
	r->count--;
}

static void remember(struct log_resume *r, int64_t time_ns, uint64_t h)
{
	while (r->count == LOG_REMEMBERED ||
		(r->count > 0 && !r->replaying && seen_at(r, 0)->time_ns < time_ns - DISORDER_NS))
		forget_oldest(r);
	r->count++;
	r->added++;
	/* What is new in a replay does not come again in it. */
	*seen_at(r, r->count - 1) = (struct log_seen){.time_ns = time_ns, .hash = h, .again = r->replaying};
}

bool log_resume_is_new(struct log_resume *r, const struct log_message *message)
{
	uint64_t h = hash(message);
	if (message->time_ns == 0)
		return true;
	if (r->replaying && r->count > 0) {
		int64_t edge = seen_at(r, 0)->time_ns;
		for (size_t i = 0; i < r->count; i++) {
			struct log_seen *seen = seen_at(r, i);
			if (seen->again || seen->time_ns != message->time_ns || seen->hash != h)
				continue;
			seen->again = true;
			/* `added` counts what the ring holds last, so this is the number of seen[i]. */
			r->replaying = r->added - r->count + i + 1 < r->last;
			return false;
		}
		/* Older than all that is remembered: from before the tail, or the engine counts in seconds. */
		if (message->time_ns <= edge)
			return false;
	}
	remember(r, message->time_ns, h);
	return true;
}
