#include "ollama-top/ollama.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct answer_time noon = {.mono = 1000000, .wall = 1717537100000};

static bool version(const char *body, char *out, struct parse_error *error)
{
	return ollama_parse_version(body, strlen(body), out, 64, error);
}

Test(ollama, version)
{
	struct parse_error error;
	char v[64];
	cr_assert(version("{\"version\":\"0.9.0\"}", v, &error));
	cr_assert_str_eq(v, "0.9.0");
	cr_assert(version("{\"version\":\"0.9\\u001b[31m\"}", v, &error));
	cr_assert(strchr(v, 27) == NULL, "an escape came through");
}

Test(ollama, version_refused)
{
	struct parse_error error = {0};
	char v[64];
	const char *const wrong[] = {
		"", "x", "[]", "{}", "{\"version\":1}", "{\"version\":\"\"}", "{\"version\":\"0.9"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		error = (struct parse_error){""};
		cr_assert_not(version(wrong[i], v, &error), "%s", wrong[i]);
		cr_assert(*error.text != '\0', "%s: no reason given", wrong[i]);
	}
}

Test(ollama, ps)
{
	struct parse_error error;
	struct model_loaded *m;
	size_t len, n;
	char *body = fixture_read("ollama-ps.json", &len);
	cr_assert(ollama_parse_ps(body, len, &noon, &m, &n, &error), "%s", error.text);
	cr_assert_eq(n, 2);
	cr_assert_str_eq(m[0].name, "mistral:7b");
	cr_assert_str_eq(m[0].digest, "2ae6f6dd7a3dd734790bbbf58b8909a606e0e7e97e94b7604e0aa7ae4490e6d8");
	cr_assert_eq(m[0].size, 5137025024);
	cr_assert_eq(m[0].size_vram, 5137025024);
	cr_assert_eq(m[0].context, 4096);
	cr_assert_eq(m[0].expires_wall, 1717537111837);
	cr_assert_eq(m[0].expires_at, 1000000 + 11837);
	/* the prefix goes, for ever is for ever, an older server knows no context */
	cr_assert_str_eq(m[1].digest, "d475bf4c50bc4d29f333023e38cd56535039eec11052204304254c8773c8464c");
	cr_assert_eq(m[1].expires_at, INT64_MAX);
	cr_assert_eq(m[1].context, -1);
	ollama_free_loaded(m, n);
	free(body);
}

Test(ollama, expiry_follows_the_servers_clock)
{
	static const char body[] = "{\"models\":[{\"name\":\"a\",\"expires_at\":\"2024-06-04T21:40:00Z\"}]}";
	const int64_t expires = 1717537200000;
	static const struct {
		int64_t date_off, left;
	} cases[] = {{0, 100000}, {-3600000, 3700000}, {90000, 10000}, {-1000, 100000}, {200000, -100000}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct parse_error error;
		struct model_loaded *m;
		size_t n;
		struct answer_time when = {.mono = 5000000, .wall = expires - 100000};
		when.date_wall = cases[i].date_off == 0 ? 0 : when.wall + cases[i].date_off;
		cr_assert(ollama_parse_ps(body, sizeof body - 1, &when, &m, &n, &error));
		cr_assert_eq(
			m[0].expires_at, 5000000 + cases[i].left, "case %zu: %ld", i, (long)m[0].expires_at);
		ollama_free_loaded(m, n);
	}
}

Test(ollama, tags)
{
	struct parse_error error;
	struct model_stored *m;
	size_t len, n;
	char *body = fixture_read("ollama-tags.json", &len);
	cr_assert(ollama_parse_tags(body, len, &m, &n, &error), "%s", error.text);
	cr_assert_eq(n, 2);
	cr_assert_str_eq(m[0].name, "codellama:13b");
	cr_assert_eq(m[0].size, 7365960935);
	cr_assert_eq(m[0].modified_wall, 1699135009277);
	cr_assert_str_eq(m[1].name, "llama3:latest");
	ollama_free_stored(m, n);
	free(body);
}

Test(ollama, models_of_wrong_types_are_left_out_or_unknown)
{
	static const char body[] = "{\"models\":[1,null,{},{\"name\":7},{\"name\":\"\",\"model\":\"b\"},"
				   "{\"name\":\"c\",\"size\":\"big\",\"digest\":[],\"expires_at\":{}},"
				   "{\"name\":\"d\",\"size\":1e999,\"size_vram\":-1e999}]}";
	struct parse_error error;
	struct model_loaded *m;
	size_t n;
	cr_assert(ollama_parse_ps(body, sizeof body - 1, &noon, &m, &n, &error), "%s", error.text);
	cr_assert_eq(n, 3);
	cr_assert_str_eq(m[0].name, "b");
	cr_assert_eq(m[1].size, -1);
	cr_assert_str_eq(m[1].digest, "");
	cr_assert_eq(m[1].expires_at, INT64_MAX);
	cr_assert_eq(m[2].size, INT64_MAX);
	cr_assert_eq(m[2].size_vram, INT64_MIN);
	ollama_free_loaded(m, n);
}

Test(ollama, no_models)
{
	struct parse_error error;
	struct model_stored *m;
	size_t n = 9;
	cr_assert(ollama_parse_tags("{\"models\":null}", 15, &m, &n, &error));
	cr_assert_eq(n, 0);
	ollama_free_stored(m, n);
	cr_assert_not(ollama_parse_tags("{\"error\":1}", 11, &m, &n, &error));
}

Test(ollama, refusal)
{
	static const char body[] = "{\"error\":\"model \\\"x\\\" not found\"}";
	char text[32];
	ollama_parse_refusal(body, sizeof body - 1, text, sizeof text);
	cr_assert_str_eq(text, "model \"x\" not found");
	ollama_parse_refusal("<html>", 6, text, sizeof text);
	cr_assert_str_eq(text, "");
}
