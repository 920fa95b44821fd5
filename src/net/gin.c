#include "ollama-top/requests.h"

#include "logs_private.h"

#include <stdlib.h>
#include <string.h>

/* All but a long path, which is not needed whole. */
#define LINE_MAX_BYTES 512
#define FIELDS         5

static const char *skip_blanks(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* The unit at `p`, in seconds, and how long it is; 0 when it is none. Go writes the micro sign, U+00B5. */
static double unit_at(const char *p, size_t *len)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {
		{"ms", 1e-3},
		{"ns", 1e-9},
		{"us", 1e-6},
		{"\xc2\xb5s", 1e-6},
		{"\xce\xbcs", 1e-6},
		{"h", 3600},
		{"m", 60},
		{"s", 1},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		*len = strlen(units[i].unit);
		if (strncmp(p, units[i].unit, *len) == 0)
			return units[i].seconds;
	}
	return 0;
}

/* A duration as Go prints it (time.Duration.String): "1h2m3.5s", "350ms", "0s". */
static bool read_duration(const char *text, double *seconds)
{
	const char *p = skip_blanks(text);
	*seconds = 0;
	if (*p < '0' || *p > '9')
		return false;
	while (*p >= '0' && *p <= '9') {
		double value = 0, digit = 1;
		for (; *p >= '0' && *p <= '9'; p++)
			value = 10 * value + (*p - '0');
		if (*p == '.')
			for (p++; *p >= '0' && *p <= '9'; p++)
				value += (*p - '0') * (digit /= 10);
		size_t len;
		double unit = unit_at(p, &len);
		if (unit == 0)
			return false;
		*seconds += value * unit;
		p += len;
	}
	return *skip_blanks(p) == '\0';
}

static bool read_status(const char *text, int *status)
{
	char *end;
	long value = strtol(text, &end, 10);
	*status = (int)value;
	return end != text && value >= 100 && value <= 999 && *skip_blanks(end) == '\0';
}

/* METHOD "PATH": the path is quoted as Go quotes; an escape in it is kept as it is. */
static bool read_request(const char *text, struct gin_line *out)
{
	const char *p = skip_blanks(text);
	size_t len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (len == 0 || len >= sizeof out->method)
		return false;
	memcpy(out->method, p, len);
	out->method[len] = '\0';
	p = skip_blanks(p + len);
	if (*p++ != '"')
		return false;
	len = strcspn(p, "\"?");
	if (len >= sizeof out->path)
		len = sizeof out->path - 1;
	memcpy(out->path, p, len);
	out->path[len] = '\0';
	return true;
}

/* Cuts at the first bars, of which a path may have more. */
static bool split(char *line, char *fields[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = line;
		if (i == FIELDS - 1)
			break;
		line = strchr(line, '|');
		if (line == NULL)
			return false;
		*line++ = '\0';
	}
	return true;
}

bool gin_parse(const char *text, size_t len, struct gin_line *out)
{
	char line[LINE_MAX_BYTES], *fields[FIELDS];
	if (len < 6 || memcmp(text, "[GIN] ", 6) != 0)
		return false;
	if (len >= sizeof line)
		len = sizeof line - 1;
	memcpy(line, text, len);
	len = log_strip_escapes(line, len);
	line[len] = '\0';
	return split(line, fields) && read_status(fields[1], &out->status) &&
	       read_duration(fields[2], &out->seconds) && read_request(fields[4], out);
}

bool gin_counts(const struct gin_line *line)
{
	static const char *const others[] = {
		"/",
		"/api/version",
		"/api/ps",
		"/api/tags",
		"/metrics",
		"/api/pull",
		"/api/push",
		"/api/create",
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(line->path, others[i]) == 0)
			return false;
	return strncmp(line->path, "/api/blobs/", 11) != 0;
}
