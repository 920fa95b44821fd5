#include "cli/operate_words.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARGS_MAX 4

/* The command and its arguments, apart by blanks; a wish that is parsed, or the error. */
static bool parse(struct wish *wish, const char *line, bool rolling, char *error)
{
	static char copy[512];
	static char *words[ARGS_MAX + 1];
	struct options options = {.rolling = rolling};
	char *rest = NULL;
	strncpy(copy, line, sizeof(copy) - 1);
	options.command = strtok_r(copy, " ", &rest);
	options.args = words;
	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		words[options.arg_count++] = word;
	}
	const enum op_kind kind = wish_kind(&options);
	cr_assert_lt(kind, OP_KIND_COUNT, "no operation: %s", line);
	return wish_parse(wish, &options, kind, error);
}

static struct wish good(const char *line, bool rolling)
{
	struct wish wish;
	char error[WORDS_ERROR_MAX] = "";
	cr_assert(parse(&wish, line, rolling, error), "%s: %s", line, error);
	return wish;
}

Test(words, each_operation_takes_its_arguments)
{
	struct wish w = good("pull mistral:7b", false);
	cr_expect_eq(w.intent.kind, OP_PULL);
	cr_expect_str_eq(w.intent.model, "mistral:7b");
	cr_expect_str_eq(wish_target(&w), "mistral:7b");
	w = good("restart 84/ollama-2", false);
	cr_expect_eq(w.intent.kind, OP_RESTART);
	cr_expect_str_eq(w.target, "84/ollama-2");
	cr_expect_str_eq(wish_target(&w), "84/ollama-2");
	w = good("restart 84", true);
	cr_expect_eq(w.intent.kind, OP_ROLLING);
	cr_expect_str_eq(w.intent.server, "84");
	cr_expect_str_eq(wish_target(&w), "84");
	w = good("scale 84 04", false);
	cr_expect_eq(w.intent.count, 4);
	w = good("upgrade 84", false);
	cr_expect_null(w.intent.image);
	w = good("upgrade 84 ollama/ollama:0.9", false);
	cr_expect_str_eq(w.intent.image, "ollama/ollama:0.9");
	w = good("unload mistral:7b", false);
	cr_expect_null(w.target);
	w = good("unload mistral:7b 84/ollama-1", false);
	cr_expect_str_eq(w.target, "84/ollama-1");
	cr_expect_str_eq(wish_target(&w), "84/ollama-1");
}

Test(words, every_mistake_ends_in_the_usage)
{
	static const struct {
		const char *line;
		bool rolling;
		const char *error;
	} rows[] = {
		{"pull", false, "MODEL is missing; usage: ollama-top pull MODEL"},
		{"pull a b", false, "\"b\" is too much; usage: ollama-top pull MODEL"},
		{"restart", true, "SERVER is missing; usage: ollama-top restart --rolling SERVER"},
		{"restart", false, "SERVER/INSTANCE is missing; usage: ollama-top restart SERVER/INSTANCE"},
		{"scale 84", false, "N is missing; usage: ollama-top scale SERVER N"},
		{"scale 84 abc", false,
			"\"abc\" is not a number of instances; usage: ollama-top scale SERVER N"},
		{"scale 84 -1", false,
			"\"-1\" is not a number of instances; usage: ollama-top scale SERVER N"},
		{"scale 84 +1", false,
			"\"+1\" is not a number of instances; usage: ollama-top scale SERVER N"},
		{"scale 84 3x", false,
			"\"3x\" is not a number of instances; usage: ollama-top scale SERVER N"},
		{"scale 84 4294967297", false,
			"\"4294967297\" is not a number of instances; usage: ollama-top scale SERVER N"},
		{"load m", false, "SERVER/INSTANCE is missing; usage: ollama-top load MODEL SERVER/INSTANCE"},
		{"unload m 84/a b", false,
			"\"b\" is too much; usage: ollama-top unload MODEL [SERVER/INSTANCE]"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wish wish;
		char error[WORDS_ERROR_MAX] = "";
		cr_expect_not(
			parse(&wish, rows[i].line, rows[i].rolling, error), "accepted: %s", rows[i].line);
		cr_expect_str_eq(error, rows[i].error, "%s\ninstead of: %s", error, rows[i].error);
	}
}

Test(words, a_name_that_ollama_would_refuse_is_refused)
{
	static const char *const lines[] = {"pull a//b", "delete :x", "load a:b:c 84/x", "unload ../x"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct wish wish;
		char error[WORDS_ERROR_MAX] = "";
		cr_expect_not(parse(&wish, lines[i], false, error), "accepted: %s", lines[i]);
		cr_expect(strstr(error, "is no model's name: "), "%s", error);
	}
}

Test(words, rolling_is_no_command)
{
	const struct options options = {.command = "rolling"};
	cr_expect_eq(wish_kind(&options), OP_KIND_COUNT);
	cr_expect_eq(wish_kind(&(struct options){0}), OP_KIND_COUNT);
}

Test(words, the_usage_of_each_fits_a_line_of_the_help)
{
	char usage[128];
	for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
		cr_expect_leq(strlen(wish_usage(usage, sizeof(usage), kind)), 33u, "%s", usage);
	}
}
