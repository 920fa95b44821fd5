/*
 * Generated dynamic files: head, entries with what may be between them, tail. What is removed is the entry's bytes and
 * no others; what is added is one run of bytes. POOL_SEED=N in the environment repeats one.
 */
#include "ops/pool_text.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS    3000
#define PIECES    24
#define PIECE_MAX 600

struct piece {
	char text[PIECE_MAX];
	int server; /* number of the server that this is the entry of; -1 for what is between */
};

struct generated {
	unsigned long long seed;
	const char *eol;
	bool flow;
	int servers;
	size_t count;
	struct piece pieces[PIECES];
	char head[PIECE_MAX * 4], tail[PIECE_MAX * 2];
};

static unsigned dice(struct generated *g, unsigned sides)
{
	g->seed = g->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(g->seed >> 33) % sides;
}

static const char *pick(struct generated *g, const char *const *from, unsigned count)
{
	return from[dice(g, count)];
}

__attribute__((format(printf, 3, 4))) static void put(char *to, size_t size, const char *format, ...)
{
	const size_t used = strlen(to);
	va_list args;

	va_start(args, format);
	vsnprintf(to + used, size - used, format, args);
	va_end(args);
}

static const char *comment(struct generated *g)
{
	static const char *const comments[] = {
		"", "", "", " # eins", "  # - url: http://x # [no] {}", " # é漢😀", "\t# tab"};

	return pick(g, comments, 7);
}

static const char *quote(struct generated *g)
{
	static const char *const quotes[] = {"", "'", "\""};

	return pick(g, quotes, 3);
}

static void block_entry(struct generated *g, struct piece *p, int indent)
{
	const char *q = quote(g), *eol = g->eol;
	const int form = (int)dice(g, 5);

	p->server = g->servers++;
	if (form == 0)
		put(p->text, PIECE_MAX, "%*s- url: %shttp://h:%d%s%s%s", indent, "", q, p->server, q,
			comment(g), eol);
	else if (form == 1)
		put(p->text, PIECE_MAX, "%*s- url: %shttp://h:%d%s%s%s%*sweight: %u%s%s", indent, "", q,
			p->server, q, comment(g), eol, indent + 2, "", dice(g, 9), comment(g), eol);
	else if (form == 2)
		put(p->text, PIECE_MAX, "%*s-%s%s%*spreservePath: true%s%*surl:  %shttp://h:%d%s%s", indent,
			"", dice(g, 2) ? "  # 漢 - url: {x" : "", eol, indent + 3, "", eol, indent + 3, "", q,
			p->server, q, eol);
	else if (form == 3)
		put(p->text, PIECE_MAX, "%*s-  { url: %shttp://h:%d%s, weight: 2 }%s%s", indent, "", q,
			p->server, q, comment(g), eol);
	else
		put(p->text, PIECE_MAX, "%*s- url: >-%s%*shttp://h:%d%s", indent, "", eol, indent + 4, "",
			p->server, eol);
}

static void flow_entry(struct generated *g, struct piece *p, bool last)
{
	const char *q = quote(g);

	p->server = g->servers++;
	put(p->text, PIECE_MAX,
		dice(g, 2) ? "{url: %shttp://h:%d%s}" : "{ \"url\": %shttp://h:%d%s, weight: 1 }", q,
		p->server, q);
	if (!last || dice(g, 4) == 0)
		put(p->text, PIECE_MAX, ",");
	if (dice(g, 2))
		put(p->text, PIECE_MAX, "%s%s%s", comment(g), g->eol, "             ");
	else
		put(p->text, PIECE_MAX, "%s", dice(g, 2) ? " " : "");
}

static void between(struct generated *g, struct piece *p, int indent)
{
	p->server = -1;
	put(p->text, PIECE_MAX, "%*s%s%s", dice(g, 2) ? indent : (int)dice(g, (unsigned)indent + 2), "",
		dice(g, 3) ? "# zwischen é 漢 😀 - url: http://no" : "", g->eol);
}

static void fill(struct generated *g)
{
	static const char *const names[] = {"ollama", "\"ollama\"", "'ollama'"};
	static const char *const keys[] = {"servers", "\"servers\"", "'servers' ", "Servers"};
	const int wanted = 1 + (int)dice(g, 6), indent = 8 + 2 * (int)dice(g, 3);
	const char *eol;

	g->eol = eol = dice(g, 3) ? "\n" : "\r\n";
	g->flow = dice(g, 3) == 0;
	put(g->head, sizeof g->head, "%s# ü %u%shttp:%s%s  services:%s", dice(g, 4) ? "" : "\xef\xbb\xbf",
		dice(g, 99), eol, comment(g), eol, eol);
	if (dice(g, 2))
		put(g->head, sizeof g->head, "    o: {loadBalancer: {servers: [{url: 'http://h:0'}]}}%s%s",
			comment(g), eol);
	put(g->head, sizeof g->head, "    %s:%s      loadBalancer:%s%s", pick(g, names, 3), eol, comment(g),
		eol);
	if (dice(g, 2))
		put(g->head, sizeof g->head, "        healthCheck: {path: \"/ä\"}%s", eol);
	put(g->head, sizeof g->head, "        %s:%s", pick(g, keys, 4), g->flow ? " [" : comment(g));
	if (!g->flow)
		put(g->head, sizeof g->head, "%s", eol);
	while (g->servers < wanted) {
		struct piece *p = &g->pieces[g->count++];

		if (g->flow)
			flow_entry(g, p, g->servers + 1 == wanted);
		else if (g->count + (size_t)(wanted - g->servers) < PIECES && dice(g, 3) == 0)
			between(g, p, indent);
		else
			block_entry(g, p, indent);
	}
	put(g->tail, sizeof g->tail, "%s", g->flow ? "]" : "");
	if (g->flow)
		put(g->tail, sizeof g->tail, "%s", eol);
	if (dice(g, 2))
		put(g->tail, sizeof g->tail, "        sticky: {cookie: {}} # ß%s", eol);
	if (dice(g, 2))
		put(g->tail, sizeof g->tail, "  routers: {}%s---%sa: b", eol, eol);
}

/* The whole text, without the pieces of a server (-1: with all). */
static char *join(const struct generated *g, int without)
{
	const size_t size = sizeof g->head + sizeof g->tail + sizeof g->pieces;
	char *text = calloc(1, size);

	put(text, size, "%s", g->head);
	for (size_t i = 0; i < g->count; i++)
		if (without < 0 || g->pieces[i].server != without)
			put(text, size, "%s", g->pieces[i].text);
	put(text, size, "%s", g->tail);
	return text;
}

static void check_add(const struct generated *g, const char *text, unsigned long long seed)
{
	const size_t len = strlen(text);
	size_t out_len, back_len, at = 0, first, runs = 0;
	struct pool_error error;
	char *out, *back;

	cr_assert_eq(pool_text_add(text, len, "ollama", "http://new:1", &out, &out_len, &error), POOL_CHANGED,
		"seed %llu: %zu:%zu: %s\n%s", seed, error.line, error.column, error.text, text);
	/* What is before the first new byte and behind the last is the text; a list of lines in brackets may
	 * get a comma in addition. */
	for (first = 0; first < len && out[first] == text[first]; first++)
		;
	cr_assert_geq(first, strlen(g->head), "seed %llu:\n%.*s", seed, (int)out_len, out);
	cr_assert_eq(memcmp(out + out_len - strlen(g->tail), g->tail, strlen(g->tail)), 0, "seed %llu", seed);
	for (size_t i = 0; i < out_len; i++) {
		const bool old = at < len && out[i] == text[at];

		at += old;
		runs += !old;
	}
	cr_assert_eq(at, len, "seed %llu: bytes are lost:\n%.*s", seed, (int)out_len, out);
	cr_assert_eq(runs, out_len - len);
	if (!g->flow)
		cr_assert(memcmp(out + first + (out_len - len), text + first, len - first) == 0,
			"seed %llu:\n%.*s", seed, (int)out_len, out);
	cr_assert_eq(pool_text_remove(out, out_len, "ollama", "http://new:1", &back, &back_len, &error),
		POOL_CHANGED, "seed %llu: %s\n%.*s", seed, error.text, (int)out_len, out);
	cr_assert(back_len == len && memcmp(back, text, len) == 0,
		"seed %llu:\n%s\nbecame\n%.*s\nand then\n%.*s", seed, text, (int)out_len, out, (int)back_len,
		back);
	free(out);
	free(back);
}

static void check_remove(const struct generated *g, const char *text, int server, unsigned long long seed)
{
	struct pool_error error;
	struct pool_urls urls;
	char url[64], *out;
	size_t out_len;

	snprintf(url, sizeof url, "http://h:%d", server);
	cr_assert_eq(pool_text_remove(text, strlen(text), "ollama", url, &out, &out_len, &error),
		POOL_CHANGED, "seed %llu: %zu:%zu: %s\n%s", seed, error.line, error.column, error.text, text);
	cr_assert(pool_text_list(out, out_len, "ollama", &urls, &error), "seed %llu: %s", seed, error.text);
	cr_assert_eq(urls.count, g->servers - 1);
	for (size_t i = 0; i < urls.count; i++)
		cr_assert_eq(atoi(urls.url[i] + strlen("http://h:")), (int)i + ((int)i >= server));
	pool_urls_clear(&urls);
	cr_assert_eq(memcmp(out + out_len - strlen(g->tail), g->tail, strlen(g->tail)), 0, "seed %llu", seed);
	if (g->flow || g->servers > 1)
		cr_assert_eq(memcmp(out, g->head, strlen(g->head)), 0, "seed %llu", seed);
	if (!g->flow && g->servers > 1) {
		char *wanted = join(g, server);

		cr_assert(out_len == strlen(wanted) && memcmp(out, wanted, out_len) == 0,
			"seed %llu: %s from\n%s\nbecame\n%.*s", seed, url, text, (int)out_len, out);
		free(wanted);
	}
	free(out);
}

Test(pool_random, nothing_else_changes)
{
	const char *given = getenv("POOL_SEED");
	const unsigned long long first = given != NULL ? strtoull(given, NULL, 10) : 1;
	static struct generated g;

	for (unsigned long long seed = first; seed < first + (given != NULL ? 1 : ROUNDS); seed++) {
		char *text;

		memset(&g, 0, sizeof g);
		g.seed = seed;
		fill(&g);
		text = join(&g, -1);
		check_add(&g, text, seed);
		for (int server = 0; server < g.servers; server++)
			check_remove(&g, text, server, seed);
		free(text);
	}
}
