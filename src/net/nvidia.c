#include "ollama-top/probe.h"

#include "lines.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 5
#define MIB    (1 << 20)
/* No board has more (a thousand TiB), and it fits in bytes. */
#define MIB_MAX (1LL << 30)

struct part {
	const char *at;
	size_t len;
};

/* The next part up to a comma, without the blanks around it. */
static struct part next_part(const char **p, const char *end)
{
	const char *comma = memchr(*p, ',', (size_t)(end - *p));
	const char *from = *p, *to = comma != NULL ? comma : end;
	*p = comma != NULL ? comma + 1 : end;
	while (from < to && *from == ' ')
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\r'))
		to--;
	return (struct part){from, (size_t)(to - from)};
}

/* A whole number; -1 for "[N/A]" and whatever else stands there. */
static long long read_number(struct part part)
{
	long long value = 0;
	if (part.len == 0 || part.len > 12)
		return -1;
	for (size_t i = 0; i < part.len; i++) {
		if (part.at[i] < '0' || part.at[i] > '9')
			return -1;
		value = 10 * value + (part.at[i] - '0');
	}
	return value;
}

static int64_t read_mib(struct part part)
{
	long long mib = read_number(part);
	return mib < 0 || mib > MIB_MAX ? -1 : mib * MIB;
}

static bool read_gpu(const char *line, size_t len, struct gpu *out)
{
	const char *p = line, *end = line + len;
	struct part parts[FIELDS];
	for (size_t i = 0; i < FIELDS; i++) {
		if (p == end)
			return false;
		parts[i] = next_part(&p, end);
	}
	long long index = read_number(parts[0]), utilisation = read_number(parts[4]);
	if (index < 0 || index > 1023)
		return false;
	*out = (struct gpu){
		.index = (int)index,
		.memory_used = read_mib(parts[2]),
		.memory_total = read_mib(parts[3]),
		.utilisation = utilisation >= 0 && utilisation <= 100 ? (double)utilisation : NAN,
	};
	text_clean(out->name, sizeof out->name, parts[1].at, parts[1].len);
	return true;
}

size_t probe_parse_gpus(const char *text, size_t len, struct gpu list[FLEET_GPUS_MAX])
{
	struct lines lines = lines_of(text, len);
	size_t count = 0;
	while (count < FLEET_GPUS_MAX && lines_next(&lines))
		count += read_gpu(lines.line, lines.len, &list[count]);
	return count;
}
