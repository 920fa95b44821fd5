/*
 * requests.h - what a server's log and its metrics say about its requests. Parsers are pure; texts need no
 * NUL at their end, and may hold any byte.
 */
#ifndef OLLAMA_TOP_REQUESTS_H
#define OLLAMA_TOP_REQUESTS_H

#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>

/* A line of the log of Gin, Ollama's HTTP server, which it writes when a request has ended. */
struct gin_line {
	int status; /* of HTTP */
	double seconds;
	char method[8];
	char path[128]; /* without its query; cut when longer */
};

/*
 * One line as Gin's default formatter writes it (gin-gonic/gin, logger.go), with or without colours:
 * [GIN] 2024/05/01 - 12:00:00 | 200 |  1.2s |  127.0.0.1 | POST     "/api/generate"
 * False for any other line.
 */
bool gin_parse(const char *text, size_t len, struct gin_line *out);

/*
 * Is it a request of somebody who wants something of a model? Not what this program and health checks ask
 * (/api/version, /api/ps, /api/tags, /metrics, /), nor pulls, pushes and uploads, which last as long as a network is slow.
 */
bool gin_counts(const struct gin_line *line);

/* What a server's metrics say of its requests now; -1: nothing. */
struct request_metrics {
	int inflight, queue;
};

/*
 * Prometheus' text format, version 0.0.4, also as OpenMetrics writes it. Known are the gauges of vLLM, of
 * llama.cpp's server, and of what stands in for Ollama with a gauge of its own; those of several models are added up.
 * False when none of them is there.
 */
bool metrics_parse_requests(
	const char *text, size_t len, struct request_metrics *out, struct parse_error *error);

#endif
