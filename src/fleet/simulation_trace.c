/*
 * simulation_trace.c - "ARRIVAL,SERVICE" lines to requests.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/simulation.h"
#include "ollama-top/units.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 128
#define SECONDS_MAX    (366.0 * 86400)
#define GROW           1024

struct trace {
	struct simulation_request *requests;
	size_t count, room;
	const char *error;
};

static bool refuse(struct trace *t, const char *error)
{
	t->error = error;
	return false;
}

static bool add(struct trace *t, double arrival, double service)
{
	const int64_t at = (int64_t)(arrival * 1000 + 0.5), takes = (int64_t)(service * 1000 + 0.5);

	if (arrival > SECONDS_MAX || service > SECONDS_MAX)
		return refuse(t, _("more than a year; expected seconds"));
	if (t->count > 0 && at < t->requests[t->count - 1].arrival)
		return refuse(t, _("arrives before the one in the line above; expected them in order"));
	if (t->count == SIMULATION_REQUESTS_MAX)
		return refuse(t, _("too many requests; expected at most 2000000"));
	if (t->count == t->room) {
		struct simulation_request *more =
			realloc(t->requests, (t->room * 2 + GROW) * sizeof(*t->requests));

		if (!more)
			return refuse(t, _("out of memory"));
		t->requests = more;
		t->room = t->room * 2 + GROW;
	}
	t->requests[t->count++] = (struct simulation_request){.arrival = at, .service = takes};
	return true;
}

/* One line without its end; blanks around a figure do no harm. */
static bool read_line(struct trace *t, const char *line, bool first)
{
	double arrival, service;

	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	const char *rest = units_decimal(line, &arrival);
	if (!rest)
		return first || refuse(t, _("begins with no number; expected ARRIVAL,SERVICE in seconds"));
	rest += strspn(rest, " \t");
	if (*rest != ',')
		return refuse(
			t, _("has no comma after the first number; expected ARRIVAL,SERVICE in seconds"));
	rest += 1 + strspn(rest + 1, " \t");
	rest = units_decimal(rest, &service);
	if (!rest || rest[strspn(rest, " \t\r")] != '\0')
		return refuse(t, _("has no number after the comma; expected ARRIVAL,SERVICE in seconds"));
	return add(t, arrival, service);
}

struct simulation_request *simulation_parse(
	const char *text, size_t len, size_t *count, size_t *line, const char **error)
{
	struct trace t = {.count = 0};
	bool good = true, heading = true;
	size_t at = 0;

	for (*line = 0; good && at < len;) {
		char buf[LINE_MAX_BYTES];
		const char *end = memchr(text + at, '\n', len - at);
		const size_t size = end ? (size_t)(end - text) - at : len - at;

		(*line)++;
		if (size >= sizeof(buf) || memchr(text + at, '\0', size)) {
			good = refuse(&t, _("is too long, or no text; expected ARRIVAL,SERVICE in seconds"));
			break;
		}
		memcpy(buf, text + at, size);
		buf[size] = '\0';
		good = read_line(&t, buf, heading);
		heading = heading && (buf[0] == '#' || buf[0] == '\0');
		at += size + 1;
	}
	if (good && t.count == 0)
		good = refuse(&t, _("there is no request; expected lines of ARRIVAL,SERVICE in seconds"));
	*count = t.count;
	*error = t.error;
	if (!good) {
		free(t.requests);
		return NULL;
	}
	return t.requests;
}
