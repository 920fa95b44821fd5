/*
 * scenario_ports.c - which ports a world listens on: the usual ones, or free ones.
 */
#include "scenario_private.h"
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define PORT_TRIES 64
#define PORT_LOW   15000
#define PORT_HIGH  32000

/* Free now, and not promised to another part of this world. */
static bool block_is_free(const struct build *b, const char *host, int first, int count)
{
	for (size_t i = 0; i < b->promised_count; i++) {
		const struct promise *p = &b->promised[i];

		if (strcmp(p->host, host) == 0 && first < p->first + p->count && p->first < first + count)
			return false;
	}
	for (int port = first; port < first + count; port++)
		if (port > 65535 || serve_probe_port(host, port) < 0)
			return false;
	return true;
}

/* Below the ports that the system gives to outgoing connections; from a place that differs in each process. */
static int free_block(const struct build *b, const char *host, int count)
{
	uint64_t place = uv_hrtime() / 1000 * 7919 + (uint64_t)getpid() * 104729;

	for (int i = 0; i < PORT_TRIES; i++) {
		int port = PORT_LOW +
			   (int)((place + (uint64_t)i * 613) % (PORT_HIGH - PORT_LOW - (unsigned)count));

		if (block_is_free(b, host, port, count))
			return port;
	}
	return 0;
}

static bool promise(struct build *b, const char *host, int first, int count)
{
	struct promise *grown = realloc(b->promised, (b->promised_count + 1) * sizeof *grown);

	if (!grown)
		return scenario_fail(b, "out of memory", NULL);
	b->promised = grown;
	grown += b->promised_count++;
	snprintf(grown->host, sizeof grown->host, "%s", host);
	grown->first = first;
	grown->count = count;
	return true;
}

bool scenario_settle(struct build *b, const char *what, const char *host, int *port, int count)
{
	int wished = *port;

	if (!b->options->free_ports && block_is_free(b, host, wished, count))
		return promise(b, host, wished, count);
	*port = free_block(b, host, count);
	if (*port == 0)
		return scenario_fail(b, "no free ports on", host);
	if (!b->options->free_ports)
		fprintf(stderr, "ollama-top-sim: %s:%d (%s) is taken, using %d\n", host, wished, what, *port);
	return promise(b, host, *port, count);
}
