/* Odd but valid dynamic files of Traefik: each with the bytes after an addition and after a removal. */
#include "ops/pool_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDED   "http://10.0.0.84:11437"
#define REMOVED "http://10.0.0.84:11434"

struct text {
	char bytes[POOL_TEXT_MAX + 2];
	size_t len;
};

static struct text *read_text(const char *folder, const char *name, const char *suffix)
{
	const char *srcdir = getenv("srcdir");
	struct text *text = calloc(1, sizeof *text);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s/%s%s.yml", srcdir != NULL ? srcdir : ".", folder, name, suffix);
	file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	text->len = fread(text->bytes, 1, sizeof text->bytes, file);
	fclose(file);
	return text;
}

static struct text *read_data(const char *name, const char *suffix)
{
	return read_text("tests/unit/ops/data", name, suffix);
}

static void expect_bytes(const char *out, size_t out_len, const struct text *wanted, const char *name)
{
	cr_assert_eq(out_len, wanted->len, "%s: %zu bytes, not %zu:\n%.*s", name, out_len, wanted->len,
		(int)out_len, out);
	cr_assert_arr_eq(out, wanted->bytes, out_len, "%s:\n%.*s", name, (int)out_len, out);
}

struct sample {
	const char *name, *urls; /* of hosts in 10.0.0 */
};

static void check_sample(const struct sample *sample)
{
	struct text *text = read_data(sample->name, ""), *wanted;
	struct pool_error error;
	struct pool_urls urls;
	char list[256] = "", *out, *back;
	size_t out_len, back_len;

	cr_assert(pool_text_list(text->bytes, text->len, "ollama", &urls, &error), "%s: %zu:%zu: %s",
		sample->name, error.line, error.column, error.text);
	for (size_t i = 0; i < urls.count; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s ",
			urls.url[i] + strlen("http://10.0.0."));
	cr_expect_str_eq(list, sample->urls, "%s: %s", sample->name, list);
	pool_urls_clear(&urls);

	cr_assert_eq(pool_text_add(text->bytes, text->len, "ollama", ADDED, &out, &out_len, &error),
		POOL_CHANGED, "%s: %zu:%zu: %s", sample->name, error.line, error.column, error.text);
	wanted = read_data(sample->name, ".added");
	expect_bytes(out, out_len, wanted, sample->name);
	free(wanted);
	cr_assert_eq(pool_text_remove(out, out_len, "ollama", ADDED, &back, &back_len, &error), POOL_CHANGED);
	expect_bytes(back, back_len, text, sample->name);
	free(out);
	free(back);

	cr_assert_eq(pool_text_remove(text->bytes, text->len, "ollama", REMOVED, &out, &out_len, &error),
		POOL_CHANGED, "%s: %zu:%zu: %s", sample->name, error.line, error.column, error.text);
	wanted = read_data(sample->name, ".removed");
	expect_bytes(out, out_len, wanted, sample->name);
	free(wanted);
	free(out);
	free(text);
}

Test(pool_text, odd_files)
{
	static const struct sample samples[] = {
		{"seed", "80:11434 84:11434 84:11435 84:11436 "},
		{"anchors", "80:11434 84:11434 84:11435 84:11436 "},
		{"bom", "80:11434 84:11434 "},
		{"comments", "80:11434 84:11434 84:11435 "},
		{"crlf", "80:11434 84:11434 "},
		{"crlf-cut", "80:11434 84:11434 "},
		{"documents", "80:11434 84:11434 "},
		{"flow-line", "80:11434 84:11434 "},
		{"flow-lines", "80:11434 84:11434 84:11435 "},
		{"merge", "80:11434 84:11434 84:11435 "},
		{"multibyte", "80:11434 84:11434 "},
		{"next-line", "80:11434 84:11434 84:11435 "},
		{"quoted-keys", "80:11434 84:11434 84:11435 "},
		{"services", "80:11434 84:11434 84:11435 "},
		{"tabs", "80:11434 84:11434 "},
	};

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		check_sample(&samples[i]);
}

/* The start of a small file, up to the line of the list. */
#define TOP "http:\n  services:\n    ollama:\n      loadBalancer:\n"
#define S   TOP "        servers:"
#define U1  "http://h:1"
#define U2  "http://h:2"

struct change {
	const char *before, *after; /* after NULL: same */
	enum pool_verb verb;
	const char *url;
};

static void check_change(const struct change *c)
{
	struct pool_error error = {0};
	size_t out_len;
	char *out;
	enum pool_outcome outcome = pool_text_change(
		c->verb, c->before, strlen(c->before), "ollama", c->url, &out, &out_len, &error);

	if (c->after == NULL) {
		cr_assert_eq(outcome, POOL_SAME, "%s\n%zu:%zu: %s", c->before, error.line, error.column,
			error.text);
		cr_assert_null(out);
		return;
	}
	cr_assert_eq(
		outcome, POOL_CHANGED, "%s\n%zu:%zu: %s", c->before, error.line, error.column, error.text);
	cr_expect(out_len == strlen(c->after) && memcmp(out, c->after, out_len) == 0,
		"%s\nbecame\n%.*s\nnot\n%s", c->before, (int)out_len, out, c->after);
	free(out);
}

Test(pool_text, empty_and_missing_lists)
{
	static const struct change changes[] = {
		{S " []\n", S "\n          - url: \"http://h:1\"\n", POOL_ADD, U1},
		{S " [] # none\n        a: b\n", S " # none\n          - url: \"http://h:1\"\n        a: b\n",
			POOL_ADD, U1},
		{S "\n        a: b\n", S "\n          - url: \"http://h:1\"\n        a: b\n", POOL_ADD, U1},
		{S " null", S "\n          - url: \"http://h:1\"", POOL_ADD, U1},
		{S " &s [ ]\n", S " &s\n          - url: \"http://h:1\"\n", POOL_ADD, U1},
		{S " [\n# c\n         ]\n", S " [{url: \"http://h:1\"}\n# c\n         ]\n", POOL_ADD, U1},
		{TOP "        a: b\n", S "\n          - url: \"http://h:1\"\n        a: b\n", POOL_ADD, U1},
		{"http: {services: {ollama: {loadBalancer: {}}}}",
			"http: {services: {ollama: {loadBalancer: {servers: [{url: \"http://h:1\"}]}}}}",
			POOL_ADD, U1},
		{"http: {services: {ollama: {loadBalancer: {a: b}}}}",
			"http: {services: {ollama: {loadBalancer: {servers: [{url: \"http://h:1\"}], a: "
			"b}}}}",
			POOL_ADD, U1},
		{"http: {services: {ollama: {loadBalancer: {servers: , a: b}}}}",
			"http: {services: {ollama: {loadBalancer: {servers: [{url: \"http://h:1\"}], a: "
			"b}}}}",
			POOL_ADD, U1},
		{"http:\r\n    services:\r\n        ollama:\r\n            loadBalancer:\r\n                "
		 "a: b\r\n",
			"http:\r\n    services:\r\n        ollama:\r\n            loadBalancer:\r\n          "
			"      servers:\r\n"
			"                    - url: \"http://h:1\"\r\n                a: b\r\n",
			POOL_ADD, U1},
		{S " []\n", NULL, POOL_REMOVE, U1},
		{TOP "        a: b\n", NULL, POOL_REMOVE, U1},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		check_change(&changes[i]);
}

/* A null in place of the last list would make Traefik refuse the whole file. */
Test(pool_text, the_last_one_goes)
{
	static const struct change changes[] = {
		{S "\n        - url: http://h:1\n", S " []\n", POOL_REMOVE, U1},
		{S " # c\n          # d\n          - url: http://h:1 # e\n        a: b",
			S " [] # c\n          # d\n        a: b", POOL_REMOVE, U1},
		{S "\n          - url: http://h:1", S " []", POOL_REMOVE, U1},
		{S "  \r\n          - url: http://h:1\r\n", S "  []\r\n", POOL_REMOVE, U1},
		{S " &a # c\n          - url: http://h:1\n", S " &a [] # c\n", POOL_REMOVE, U1},
		{S " [{url: 'http://h:1'},]", S " []", POOL_REMOVE, U1},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		check_change(&changes[i]);
}

Test(pool_text, lists_in_brackets)
{
	static const struct change changes[] = {
		{S " [{url: http://h:1}, {url: http://h:2},]",
			S " [{url: http://h:1}, {url: http://h:2}, {url: http://h:3},]", POOL_ADD,
			"http://h:3"},
		{S " [{url: http://h:1}, {url: http://h:2},]", S " [{url: http://h:1},]", POOL_REMOVE, U2},
		{S " [{url: http://h:1}, {url: http://h:2}]", S " [{url: http://h:2}]", POOL_REMOVE, U1},
		/* brackets of an address need quotes here */
		{S " [{url: http://h:1}]", S " [{url: http://h:1}, {url: \"http://[::1]:3\"}]", POOL_ADD,
			"http://[::1]:3"},
		{S " [url: http://h:1]", S " [url: http://h:1, url: http://h:2]", POOL_ADD, U2},
		{S " [\n  {url: http://h:1}, # one\n  {url: http://h:2}, # two\n ] # end\n",
			S " [\n  {url: http://h:1}, # one\n  {url: http://h:2}, # two\n  {url: "
			  "http://h:3},\n ] # end\n",
			POOL_ADD, "http://h:3"},
		{S " [\n  {url: http://h:1}, # one\n  {url: http://h:2} # two\n ] # end\n",
			S " [\n  {url: http://h:1} # one\n ] # end\n", POOL_REMOVE, U2},
		{S " [{url: http://h:1}, # one\n  {url: http://h:2}] # two\n",
			S " [{url: http://h:1} # one\n  ] # two\n", POOL_REMOVE, U2},
		{S " [{url: http://h:1}, # one\n  {url: http://h:2}] # two\n",
			S " [ # one\n  {url: http://h:2}] # two\n", POOL_REMOVE, U1},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		check_change(&changes[i]);
}

Test(pool_text, the_same_server)
{
	static const struct change changes[] = {
		{S "\n  # x\n          - url: HTTP://H:1/\n", NULL, POOL_ADD, U1},
		{S "\n          - url: http://h:80\n", NULL, POOL_ADD, "http://h/"},
		{S "\n          - url: https://h\n", NULL, POOL_ADD, "https://H:443//"},
		{S "\n          - url: http://h:1/a\n          - url: http://h:1/b\n",
			S "\n          - url: http://h:1/a\n", POOL_REMOVE, "http://h:1/b/"},
		{S "\n          - url: http://h:1/A\n", NULL, POOL_REMOVE, "http://h:1/a"},
		{S "\n          - url: http://h:11\n", NULL, POOL_REMOVE, U1},
		{S "\n          - url: http://h:1\n", NULL, POOL_REMOVE, "https://h:1"},
		/* listed more than once: all go */
		{S "\n          - url: http://h:1\n          - url: http://h:2\n          - url: "
		   "HTTP://h:1/\n",
			S "\n          - url: http://h:2\n", POOL_REMOVE, U1},
		{S " [{url: http://h:1}, {url: http://H:1}]", S " []", POOL_REMOVE, U1},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		check_change(&changes[i]);
}

Test(pool_text, ends_of_entries)
{
	static const struct change changes[] = {
		{S "\n          - url: |-\n              http://h:1\n\n",
			S "\n          - url: |-\n              http://h:1\n          - url: "
			  "\"http://h:2\"\n\n",
			POOL_ADD, U2},
		{S "\n          - url: >-\n              http://h:1\n\n          # c\n          - url: "
		   "http://h:2\n",
			S "\n\n          # c\n          - url: http://h:2\n", POOL_REMOVE, U1},
		/* fields of Traefik are named in any case, a service is not */
		{"HTTP:\n services:\n  Ollama:\n   loadbalancer: {servers: [{url: \"http://h:2\"}]}\n  "
		 "ollama:\n"
		 "   loadbalancer:\n    SERVERS:\n    - URL: http://h:1\n",
			"HTTP:\n services:\n  Ollama:\n   loadbalancer: {servers: [{url: \"http://h:2\"}]}\n "
			" ollama:\n"
			"   loadbalancer:\n    SERVERS:\n    - URL: http://h:1\n    - URL: http://h:2\n",
			POOL_ADD, U2},
		/* a template that only fills in a value */
		{S "\n          - url: http://h:1\n        a: '{{ env \"A\" }}'\n",
			S "\n          - url: http://h:1\n          - url: http://h:2\n        a: '{{ env "
			  "\"A\" }}'\n",
			POOL_ADD, U2},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		check_change(&changes[i]);
}

/* The whole sentence is compared for the common ones, the place for all. */
Test(pool_text, refusals)
{
	static const struct {
		const char *text, *place, *words;
		enum pool_verb verb;
	} cases[] = {
		{"", "1:1", "not a map", POOL_ADD},
		{"# nothing\n", "1:1", "not a map", POOL_ADD},
		{"---\n---\n" S " []\n", "2:1", "not a map", POOL_ADD},
		{"- a\n", "1:1", "not a map", POOL_ADD},
		{"http: [\n", "2:1", "expected YAML", POOL_ADD},
		{"http:\n\t- a\n", "2:1", "expected YAML", POOL_ADD},
		{"[http.services]\n  x = 1\n", "2:3", "expected YAML", POOL_ADD},
		{"http:\n  # \xe4\n", "2:5", "UTF-8", POOL_ADD},
		{"\xff\xfeh\0t\0", "1:1", "UTF-8", POOL_ADD},
		{"tcp: {}\n", "1:1", "there is no http;", POOL_ADD},
		{"http: {}\n", "1:7", "there is no http.services;", POOL_ADD},
		{"http:\n  services:\n    web: {}\n", "3:5", "there is no http.services.ollama;", POOL_ADD},
		{"http:\n  services:\n    ollama: {weighted: {}}\n", "3:13",
			"no http.services.ollama.loadBalancer", POOL_ADD},
		{TOP, "4:20", "loadBalancer is not a map", POOL_ADD},
		{S " x\n", "5:18", "servers is not a list", POOL_ADD},
		{S " \"\"\n", "5:18", "servers is not a list", POOL_ADD},
		{S " {a: b}\n", "5:18", "servers is not a list", POOL_ADD},
		{S " [a]\n", "5:19", "has no url", POOL_ADD},
		{S "\n        - weight: 1\n", "6:11", "has no url", POOL_ADD},
		{S "\n        - url: \"a\\0b\"\n", "6:11", "has no url", POOL_ADD},
		{S " []\n        Servers: []\n", "5:9", "more than once", POOL_ADD},
		/* what a change would show in other places too */
		{"x: &s [{url: \"http://h:1\"}]\n" S " *s\n", "6:18", "is an alias", POOL_ADD},
		{S " &s [{url: \"http://h:1\"}]\nx: *s\n", "5:18", "through its anchor", POOL_ADD},
		{"http:\n  services: &all\n    ollama: {loadBalancer: {servers: []}}\nx: *all\n", "2:13",
			"http.services is used in other places", POOL_REMOVE},
		{"http:\n  services:\n    ollama: &o {loadBalancer: {servers: []}}\n    other: {<<: *o}\n",
			"3:13", "http.services.ollama is used in other places", POOL_ADD},
		{"x: &l {servers: []}\nhttp: {services: {ollama: {loadBalancer: {<<: *l}}}}\n", "2:42",
			"comes from a merge key", POOL_ADD},
		{"x: &l {loadBalancer: {servers: []}}\nhttp: {services: {ollama: {<<: [*l]}}}\n", "2:27",
			"comes from a merge key", POOL_ADD},
		{S "\n          - &a {url: http://h:1}\n          - {url: http://h:2}\nx: *a\n", "8:4",
			"the alias *a", POOL_REMOVE},
		{S "\n          - {url: &u http://h:1}\n          - {url: *u}\n          - {url: "
		   "http://h:2}\nx: *u\n",
			"8:4", "the alias *u", POOL_REMOVE},
		{"a: *nowhere\n", "1:4", "an alias without its anchor", POOL_ADD},
		/* templates that decide what is there */
		{S "\n# {{ range $i := until 3 }}\n          - url: http://h:1\n# {{ end }}\n", "6:3",
			"a template", POOL_ADD},
		{"# {{- if .x -}}\n" S " []\n", "1:3", "a template", POOL_ADD},
		{S " []\n# {{/* \n", "6:3", "a template", POOL_ADD},
		/* an entry in a line with something else */
		{TOP "        ? servers\n        : - url: http://h:1\n          - url: http://h:2\n", "6:13",
			"a line of its own", POOL_REMOVE},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = cases[i].text;
		const size_t len = text[0] == '\xff' ? 6 : strlen(text);
		struct pool_error error = {0};
		char place[64], *out = (char *)"";
		size_t out_len;

		cr_assert_eq(pool_text_change(cases[i].verb, text, len, "ollama",
				     cases[i].verb == POOL_ADD ? "http://h:9" : U1, &out, &out_len, &error),
			POOL_FAILED, "%s", text);
		cr_expect_null(out);
		snprintf(place, sizeof place, "%zu:%zu", error.line, error.column);
		cr_expect_str_eq(place, cases[i].place, "%s\n%s: %s", text, place, error.text);
		cr_expect_not_null(strstr(error.text, cases[i].words), "%s\n%s", text, error.text);
	}
}

Test(pool_text, urls_that_cannot_be_written)
{
	static const char *const urls[] = {"", "h:1", "ftp://h", "http://", "http://:1", "http:///x",
		"http://h h", "http://h\n", "http://h\"", "http://h'", "http://h#\xc3\xa4", "http://{{h}}",
		"http://h\\"};
	static char longest[POOL_URL_MAX + 2];
	struct pool_error error;
	size_t out_len;
	char *out;

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		cr_expect_not(pool_url_valid(urls[i]), "%s", urls[i]);
		cr_expect_eq(
			pool_text_add(S " []", strlen(S " []"), "ollama", urls[i], &out, &out_len, &error),
			POOL_FAILED);
	}
	memset(longest, 'a', POOL_URL_MAX);
	memcpy(longest, "http://", 7);
	cr_expect(pool_url_valid(longest));
	longest[POOL_URL_MAX] = 'a';
	cr_expect_not(pool_url_valid(longest));
	cr_expect(pool_url_valid("http://[fe80::1]:11434/x?y=1"));
}

Test(pool_text, bounds)
{
	struct text *text = calloc(1, sizeof *text);
	struct pool_error error = {0};
	size_t out_len;
	char *out;

	/* one byte too many after the change, and before it */
	text->len = POOL_TEXT_MAX;
	memset(text->bytes, '\n', sizeof text->bytes);
	memcpy(text->bytes, S " []", strlen(S " []"));
	cr_expect_eq(
		pool_text_add(text->bytes, text->len, "ollama", U1, &out, &out_len, &error), POOL_FAILED);
	cr_expect_eq(pool_text_add(text->bytes, text->len - 100, "ollama", U1, &out, &out_len, &error),
		POOL_CHANGED);
	free(out);
	cr_expect_eq(pool_text_add(text->bytes, POOL_TEXT_MAX + 1, "ollama", U1, &out, &out_len, &error),
		POOL_FAILED);
	cr_expect_not_null(strstr(error.text, "larger than 1M"), "%s", error.text);
	/* deeper than anything that Traefik reads */
	memset(text->bytes, '[', 1000);
	cr_expect_eq(pool_text_add(text->bytes, 1000, "ollama", U1, &out, &out_len, &error), POOL_FAILED);
	cr_expect_not_null(strstr(error.text, "nested too deeply"), "%s", error.text);
	free(text);
}

/* Merge keys of merge keys, in a loop and doubling with each: an end in no time. */
Test(pool_text, merges_without_end)
{
	char text[8192] = "a0: &a0 {x: y}\n";
	struct pool_error error;
	struct pool_urls urls;

	for (int i = 1; i < 60; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			"a%d: &a%d {<<: [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]}\n", i, i, i - 1, i - 1, i - 1,
			i - 1, i - 1, i - 1);
	strcat(text, S "\n          - <<: *a59\n");
	cr_expect_not(pool_text_list(text, strlen(text), "ollama", &urls, &error));
	cr_expect_not_null(strstr(error.text, "has no url"), "%s", error.text);
	strcpy(text, S "\n          - &l\n            <<: *l\n");
	cr_expect_not(pool_text_list(text, strlen(text), "ollama", &urls, &error));
}

Test(pool_text, advice_is_a_file_that_lists_the_same)
{
	static const char *const urls[] = {"http://h:1", "http://odd\"\\\n:2"};
	static const char *const services[] = {
		"ollama", "with space", "true", "12", "a\"b\\c", "-x", "größe"};
	struct pool_error error;
	struct pool_urls listed;

	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		char *text = pool_text_advice(services[i], urls, 2);

		cr_assert(pool_text_list(text, strlen(text), services[i], &listed, &error), "%s%s", text,
			error.text);
		cr_assert_eq(listed.count, 2);
		cr_expect_str_eq(listed.url[0], urls[0]);
		cr_expect_str_eq(listed.url[1], urls[1]);
		pool_urls_clear(&listed);
		free(text);
	}
	char *text = pool_text_advice("ollama", urls, 1);
	cr_expect_str_eq(text, S "\n          - url: \"http://h:1\"\n");
	free(text);
	text = pool_text_advice("ollama", NULL, 0);
	cr_expect_str_eq(text, S " []\n");
	free(text);
}

/* The file that comes with ollama-top: all but the lines of the list stays, its comments and transport too. */
Test(pool_text, the_template)
{
	struct text *text = read_text("data/deployment", "traefik-ollama", "");
	static const char last[] = "          - url: \"http://10.0.0.84:11436\"\n",
			  added[] = "          - url: \"" ADDED "\"\n";
	const char *end = strstr(text->bytes, last);
	struct pool_error error;
	struct text *wanted = calloc(1, sizeof *wanted);
	char *out, *back;
	size_t out_len, back_len;

	cr_assert_not_null(end);
	end += strlen(last);
	wanted->len = (size_t)snprintf(wanted->bytes, sizeof wanted->bytes, "%.*s%s%s",
		(int)(end - text->bytes), text->bytes, added, end);
	cr_assert_eq(pool_text_add(text->bytes, text->len, "ollama", ADDED, &out, &out_len, &error),
		POOL_CHANGED, "%s", error.text);
	expect_bytes(out, out_len, wanted, "added");
	cr_expect_eq(pool_text_idle(out, out_len, "ollama"), POOL_IDLE_SHORT);
	cr_assert_eq(pool_text_remove(out, out_len, "ollama", ADDED, &back, &back_len, &error), POOL_CHANGED,
		"%s", error.text);
	expect_bytes(back, back_len, text, "removed");
	free(out);
	free(back);
	free(wanted);
	free(text);
}

#define USES(transport)    TOP "        serversTransport: " transport "\n"
#define TRANSPORT(content) "  serversTransports:\n    t:\n" content
#define IDLE(timeout)      TRANSPORT("      forwardingTimeouts: {idleConnTimeout: " timeout "}\n")

Test(pool_text, idle_connections)
{
	static const struct {
		enum pool_idle idle;
		const char *text;
	} samples[] = {
		{POOL_IDLE_SHORT, USES("t") IDLE("1s")},
		{POOL_IDLE_SHORT, USES("t@file") IDLE("\"500ms\"")},
		{POOL_IDLE_SHORT, USES("t") IDLE("5")},
		{POOL_IDLE_SHORT, "HTTP:\n  servicEs: {ollama: {LoadBalancer: {ServersTransport: t}}}\n"
				  "  serverstransports: {t: {forwardingtimeouts: {idleconntimeout: 2s}}}\n"},
		{POOL_IDLE_SHORT,
			USES("t") TRANSPORT("      &t {forwardingTimeouts: &f {idleConnTimeout: 1s}}\n")},
		{POOL_IDLE_LONG, USES("t") IDLE("6s")},
		{POOL_IDLE_LONG, USES("t") IDLE("90")},
		{POOL_IDLE_LONG, USES("t") IDLE("0s")},
		{POOL_IDLE_LONG, USES("t") TRANSPORT("      maxIdleConnsPerHost: 1\n")},
		{POOL_IDLE_LONG, TOP "        servers: []\n"},
		{POOL_IDLE_LONG, TOP "        servers: []\n" IDLE("1s")},
		{POOL_IDLE_LONG, USES("\"\"") IDLE("1s")},
		{POOL_IDLE_UNKNOWN, USES("t") IDLE("1 minute")},
		{POOL_IDLE_UNKNOWN, USES("T") IDLE("1s")},
		{POOL_IDLE_UNKNOWN, USES("t@docker") IDLE("1s")},
		{POOL_IDLE_UNKNOWN, USES("t")},
		{POOL_IDLE_UNKNOWN, "http: {services: {other: {loadBalancer: {servers: []}}}}\n"},
		{POOL_IDLE_UNKNOWN, "http: [\n"},
		{POOL_IDLE_UNKNOWN, ""},
	};

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		cr_expect_eq(pool_text_idle(samples[i].text, strlen(samples[i].text), "ollama"),
			samples[i].idle, "%s", samples[i].text);
}
