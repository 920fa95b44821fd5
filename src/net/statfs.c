/*
 * statfs.c - `stat -f`: "Block size: 4096 Fundamental block size: 4096", "Blocks: Total: 1 Free: 1 Available: 1" and
 * "Inodes: Total: 1 Free: 1", in coreutils and in busybox alike.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"

#include "json.h"

#include <string.h>

/* The number behind the first `label` after `from`; -1 when there is none. */
static int64_t number_after(const char *text, size_t len, const char *from, const char *label)
{
	const char *end = text + len, *p = memmem(text, len, from, strlen(from));
	int64_t value = 0;

	p = p ? memmem(p, (size_t)(end - p), label, strlen(label)) : NULL;
	if (!p)
		return -1;
	for (p += strlen(label); p < end && *p == ' '; p++)
		;
	if (p == end || *p < '0' || *p > '9')
		return -1;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
			__builtin_add_overflow(value, (int64_t)(*p - '0'), &value))
			return -1;
	return value;
}

bool probe_parse_stat(const char *text, size_t len, struct probe_space *space, struct probe_inodes *inodes,
	struct parse_error *error)
{
	int64_t block = number_after(text, len, "Fundamental block size:", "size:");
	const int64_t total = number_after(text, len, "Blocks:", "Total:");
	const int64_t left = number_after(text, len, "Blocks:", "Free:");
	const int64_t available = number_after(text, len, "Blocks:", "Available:");

	/* blocks are counted in the fundamental size, where one is told */
	if (block <= 0)
		block = number_after(text, len, "Block size:", "size:");
	if (block <= 0 || total < 0 || left < 0 || available < 0 || left > total ||
		__builtin_mul_overflow(total, block, &space->total) ||
		__builtin_mul_overflow(available, block, &space->available))
		return json_fail(error, _("stat -f: the answer has no line of figures"));
	space->used = space->total - left * block;
	inodes->total = number_after(text, len, "Inodes:", "Total:");
	inodes->free = number_after(text, len, "Inodes:", "Free:");
	return true;
}
