/*
 * doctor.c - the pure parts of doctor: words for a shell, the memory that models need, router rules of Traefik,
 * errors that are recognised, and facts that are read from hostile answers.
 */
#include "cli/doctor_facts.h"
#include "cli/doctor_need.h"
#include "cli/doctor_places.h"
#include "cli/doctor_rule.h"
#include "cli/doctor_shell.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB ((int64_t)1 << 30)

static const char *command_of(const char *template, ...) __attribute__((sentinel));
static const char *command_of(const char *template, ...)
{
	static char buf[SHELL_COMMAND_MAX];
	va_list args;
	va_start(args, template);
	shell_command(buf, sizeof(buf), template, args);
	va_end(args);
	return buf;
}
/* The end of the words, of a type that any machine passes as one. */
#define command(...) command_of(__VA_ARGS__, (const char *)NULL)

/* What a real shell makes of the words, each in brackets. */
static void through_shell(const char *word, char *seen, size_t size)
{
	char line[SHELL_COMMAND_MAX + 32];
	snprintf(line, sizeof(line), "printf '[%%s]' %s", command("{}", word));
	FILE *pipe = popen(line, "r");
	cr_assert(pipe);
	seen[fread(seen, 1, size - 1, pipe)] = '\0';
	cr_expect_eq(pclose(pipe), 0, "%s", line);
}

Test(doctor, no_name_becomes_more_than_a_word)
{
	static const char *const words[] = {"plain", "a b", "", "it's", "'", "''", "$(touch /tmp/owned)",
		"`id`", "a;b", "a\\b", "\\", "\"", "a'$(id)'b", "!!", "*", "~root", "#", "&&", "|", "<x",
		">x", "{a,b}", "\xc3\xa4"};
	char seen[SHELL_COMMAND_MAX];
	char wanted[SHELL_COMMAND_MAX];
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		through_shell(words[i], seen, sizeof(seen));
		snprintf(wanted, sizeof(wanted), "[%s]", words[i]);
		cr_expect_str_eq(seen, wanted);
	}
}

Test(doctor, plain_words_stay_plain)
{
	cr_expect_str_eq(command("docker restart {}", "ollama-1"), "docker restart ollama-1");
	cr_expect_str_eq(command("findmnt -T {}", "/opt/ollama-models"), "findmnt -T /opt/ollama-models");
	cr_expect_str_eq(command("x {} y {}", "1", "2 3"), "x 1 y '2 3'");
	cr_expect_str_eq(command("no hole"), "no hole");
}

Test(doctor, a_word_is_no_option_and_no_line)
{
	cr_expect_str_eq(command("rm {}", "-rf"), "rm ./-rf");
	cr_expect_str_eq(command("rm {}", "a\nrm -rf /\x1b[2J"), "rm 'a rm -rf /[2J'");
}

Test(doctor, half_a_command_is_none)
{
	char long_word[SHELL_COMMAND_MAX];
	char seen[SHELL_COMMAND_MAX];
	char small[16];
	memset(long_word, '\'', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	cr_expect_str_eq(
		command("{} {} {} {} {}", long_word, long_word, long_word, long_word, long_word), "");
	cr_expect_str_eq(command("cat {} {}", "a"), "", "an argument is missing");
	/* cut, but closed */
	through_shell(long_word, seen, sizeof(seen));
	cr_expect_eq(seen[strlen(seen) - 1], ']');
	cr_expect_str_eq(shell_quote(small, sizeof(small), "a b c d e f g h i j"), "'a b c d e f g'");
	cr_expect_str_eq(shell_quote(small, 2, "a b"), "");
}

static struct need need(
	const char *name, double gib, int64_t token_bytes, int64_t context, int parallel, int bits)
{
	const struct need_settings settings = {.context = context, .parallel = parallel, .cache_bits = bits};
	return need_of(name, (int64_t)(gib * (double)GIB), token_bytes, 0, &settings);
}

Test(doctor, contexts_times_tokens_count)
{
	/* llama2:13b: 40 layers of 40 heads of 128 values: 800 KiB a token. */
	const int64_t token = 40LL * 40 * 256 * 2;
	const struct need one = need("llama2:13b", 7, token, 4096, 1, 16);
	cr_expect_eq(one.cache, token * 4096);
	cr_expect_eq(one.weights, 7 * GIB);
	cr_expect_eq(one.total, 7 * GIB + token * 4096 + GIB / 2);
	cr_expect_eq(need("llama2:13b", 7, token, 4096, 4, 16).cache, 4 * one.cache);
	cr_expect_eq(need("llama2:13b", 7, token, 4096, 1, 8).cache, one.cache / 2);
	cr_expect_eq(need("x", 7, INT64_MAX, INT64_MAX, 1024, 32).cache, (int64_t)1 << 50);
}

Test(doctor, no_more_context_than_the_model_has)
{
	const struct need_settings settings = {.context = 131072, .parallel = 1, .cache_bits = 16};
	cr_expect_eq(need_of("m:7b", GIB, 1024, 4096, &settings).cache, 4096 * 1024);
	cr_expect_eq(need_of("m:7b", GIB, 1024, 0, &settings).cache, 131072 * 1024);
}

Test(doctor, the_rule_of_thumb)
{
	cr_expect_eq(need("mistral:7b", 4.1, 0, 4096, 1, 16).total, 8 * GIB);
	cr_expect_eq(need("llama2:13b-chat-q4_0", 7, 0, 4096, 1, 16).total, 16 * GIB);
	cr_expect_eq(need("codellama:34b", 19, 0, 4096, 1, 16).total, 32 * GIB);
	cr_expect_eq(need("llama2:70b", 40, 0, 4096, 1, 16).total, 50 * GIB + GIB / 2);
	cr_expect_gt(need("mistral:7b-fp16", 14, 0, 4096, 1, 16).total, 14 * GIB);
	cr_expect_eq(need("custom:latest", 4, 0, 4096, 1, 16).total, 5 * GIB + GIB / 2);
	cr_expect_eq(need("custom", -1, 0, 4096, 1, 16).total, GIB / 2);
	cr_expect_eq(need("mistral:7b", 4.1, 0, 4096, 1, 16).cache, -1);
}

static struct need_settings settings_in(const char *first, const char *second, const char *third)
{
	char *env[] = {strdup(first), strdup(second), strdup(third)};
	const struct container c = {.env = env, .env_count = 3};
	const struct need_settings settings = need_settings_of(&c);
	free(env[0]);
	free(env[1]);
	free(env[2]);
	return settings;
}

Test(doctor, settings_of_an_environment)
{
	const struct container nothing = {0};
	const struct need_settings none = need_settings_of(&nothing);
	const struct need_settings set = settings_in(
		"OLLAMA_CONTEXT_LENGTH=8192", "OLLAMA_NUM_PARALLEL=4", "OLLAMA_KV_CACHE_TYPE=q8_0");
	const struct need_settings strange = settings_in(
		"OLLAMA_CONTEXT_LENGTH=many", "OLLAMA_NUM_PARALLEL=-1", "OLLAMA_KV_CACHE_TYPES=q4_0");
	cr_expect_eq(set.context, 8192);
	cr_expect_eq(set.parallel, 4);
	cr_expect_eq(set.cache_bits, 8);
	cr_expect_eq(none.context, 4096);
	cr_expect_eq(none.parallel, 1);
	cr_expect_eq(strange.context, 4096);
	cr_expect_eq(strange.parallel, 1);
	cr_expect_eq(strange.cache_bits, 16);
}

Test(doctor, a_limit_leaves_room)
{
	cr_expect_eq(need_limit(16 * GIB), 24 * GIB);
	cr_expect_eq(need_limit(GIB + 1), 2 * GIB);
	cr_expect_eq(need_limit(0), 0);
	cr_expect_gt(need_limit(INT64_MAX), 0);
}

static enum rule_answer pull(const char *rule)
{
	return rule_lets(rule, "POST", "/api/pull");
}

Test(doctor, rules_that_let_a_pull_through)
{
	cr_expect_eq(pull("PathPrefix(`/api`)"), RULE_YES);
	cr_expect_eq(pull("PathPrefix(`/`)"), RULE_YES);
	cr_expect_eq(pull("Host(`ollama.local`) || PathPrefix(`/api`)"), RULE_YES);
	cr_expect_eq(pull("Host(`ollama.local`)"), RULE_DEPENDS);
	cr_expect_eq(pull("Host(`a`) && PathPrefix(`/api`)"), RULE_DEPENDS);
	cr_expect_eq(pull("Path(`/api/generate`, `/api/pull`)"), RULE_YES);
	cr_expect_eq(pull("PathRegexp(`^/api/.*`)"), RULE_YES);
	cr_expect_eq(pull("Path(`/api/{rest:.*}`)"), RULE_DEPENDS);
	cr_expect_eq(pull("Path(\"/api/pull\") && Method(\"POST\")"), RULE_YES);
	cr_expect_eq(pull("!Path(`/api/tags`)"), RULE_YES);
	cr_expect_eq(pull("Something(`new`)"), RULE_DEPENDS);
}

Test(doctor, rules_that_do_not)
{
	cr_expect_eq(pull("PathPrefix(`/api/generate`) || PathPrefix(`/api/chat`)"), RULE_NO);
	cr_expect_eq(pull("(Host(`a`) || PathPrefix(`/api`)) && !(PathPrefix(`/api/pull`) || "
			  "PathPrefix(`/api/push`))"),
		RULE_NO);
	cr_expect_eq(pull("PathPrefix(`/api`) && Method(`GET`)"), RULE_NO);
	cr_expect_eq(pull("PathPrefix(`/api`) && ClientIP(`10.0.0.0/8`)"), RULE_NO);
	cr_expect_eq(pull("Host(`a`) && !PathRegexp(`^/api/(pull|delete)`)"), RULE_NO);
	cr_expect_eq(rule_lets("PathPrefix(`/api`) && Method(`POST`)", "DELETE", "/api/delete"), RULE_NO);
}

Test(doctor, rules_that_cannot_be_read)
{
	static const char *const rules[] = {"", "PathPrefix", "PathPrefix(", "PathPrefix(`/api`",
		"PathPrefix(/api)", "()", "Host(`a`) &&", "Host(`a`) Host(`b`)", "!", "((Host(`a`))",
		"Host(`a`))"};
	char deep[2048];
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		cr_expect_eq(pull(rules[i]), RULE_MALFORMED, "%s", rules[i]);
	}
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	cr_expect_eq(pull(deep), RULE_MALFORMED);
	memset(deep, '!', sizeof(deep) - 1);
	cr_expect_eq(pull(deep), RULE_MALFORMED);
}

Test(doctor, errors_are_recognised)
{
	cr_expect(error_is("connection refused", "connection refused"));
	cr_expect(error_is("timed out after 3s", "timed out after %s"));
	cr_expect(error_is("timed out after 3s looking up x", "timed out after %s looking up %s"));
	cr_expect(error_is("TLS: certificate expired", "TLS: "));
	cr_expect(error_is("ssh: u@h: Permission denied (publickey).", "Permission denied ("));
	cr_expect(error_is("the engine's API 1.40 is too old: 1.41 (Docker 20.10) or newer is needed",
		"the engine's API %s is too old: %d.%d (Docker 20.10) or newer is needed"));
	cr_expect_not(error_is("no route to the host", "connection refused"));
	cr_expect_not(error_is(NULL, "connection refused"));
}

Test(doctor, authorities)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority("http://10.0.0.84:11434", host, port);
	cr_expect_str_eq(host, "10.0.0.84");
	cr_expect_str_eq(port, "11434");
	place_authority("https://[fe80::1]:443/x", host, port);
	cr_expect_str_eq(host, "[fe80::1]");
	cr_expect_str_eq(port, "443");
	place_authority("ssh://u@h", host, port);
	cr_expect_str_eq(host, "u@h");
	cr_expect_str_eq(port, "");
	place_authority("http://[fe80::1]", host, port);
	cr_expect_str_eq(port, "");
	place_authority(NULL, host, port);
	cr_expect_str_eq(host, "");
}

static bool show(const char *body, struct facts_model *model)
{
	return facts_parse_model(body, strlen(body), "m", model);
}

Test(doctor, descriptions_of_models)
{
	struct facts_model m = {0};
	cr_assert(show("{\"model_info\":{\"general.architecture\":\"llama\",\"llama.block_count\":32,"
		       "\"llama.attention.head_count\":32,\"llama.attention.head_count_kv\":8,"
		       "\"llama.embedding_length\":4096,\"llama.context_length\":8192},\"capabilities\":["
		       "\"completion\"]}",
		&m));
	cr_expect_eq(m.token_bytes, 2 * 32 * 8 * 256);
	cr_expect_eq(m.context_length, 8192);
	cr_expect_not(m.embedding);
	free(m.name);
	cr_assert(show("{\"model_info\":{\"general.architecture\":\"x\",\"x.block_count\":2,\"x.attention."
		       "head_count\":4,"
		       "\"x.attention.key_length\":64,\"x.attention.value_length\":32},\"capabilities\":["
		       "\"embedding\"]}",
		&m));
	cr_expect_eq(m.token_bytes, 2 * 2 * 4 * 96);
	cr_expect(m.embedding);
	free(m.name);
	cr_assert(show("{\"model_info\":{\"general.architecture\":\"x\",\"x.block_count\":2e9,"
		       "\"x.attention.head_count\":2e9,\"x.embedding_length\":-1},\"capabilities\":[1,null]}",
		&m));
	cr_expect_eq(m.token_bytes, 0);
	free(m.name);
	cr_assert(show("{\"model_info\":[]}", &m));
	free(m.name);
	cr_expect_not(show("[]", &m));
	cr_expect_not(show("", &m));
}

Test(doctor, routers_and_their_guards)
{
	static const char routers[] =
		"[{\"name\":\"a@file\",\"rule\":\"Path(`/"
		"`)\",\"service\":\"s\",\"priority\":7,\"middlewares\":[\"auth\"]},"
		"{\"name\":\"b@file\",\"rule\":\"PathPrefix(`/api`)\",\"middlewares\":[\"strip@file\",3]},"
		"{\"name\":\"c@file\",\"rule\":\"Path(`/x`)\",\"status\":\"disabled\"},{\"name\":\"d\"},5]";
	static const char middlewares[] = "[{\"name\":\"auth@file\",\"type\":\"basicauth\"},{\"name\":"
					  "\"strip@file\",\"type\":\"stripprefix\"},null]";
	struct facts facts = {0};
	struct parse_error error;
	cr_assert(facts_parse_routers(
		routers, sizeof(routers) - 1, middlewares, sizeof(middlewares) - 1, &facts, &error));
	cr_assert_eq(facts.router_count, 2);
	cr_expect(facts.routers[0].guarded);
	cr_expect_eq(facts.routers[0].priority, 7);
	cr_expect_not(facts.routers[1].guarded);
	cr_expect_eq(facts.routers[1].priority, (int64_t)strlen("PathPrefix(`/api`)"));
	facts_free(&facts);
	cr_expect_not(facts_parse_routers("{}", 2, NULL, 0, &facts, &error));
	facts_free(&facts);
}
