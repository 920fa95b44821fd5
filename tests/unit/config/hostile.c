/* Files that are built to hurt: each ends in an error, quickly, and shows nothing that a terminal obeys. */
#include "ollama-top/config.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SERVER "servers: [{name: a, host: h, role: rw, instances: [{name: i, port: 1}]}]\n"

struct text {
	char *bytes;
	size_t len, size;
};

static void add(struct text *text, const char *more)
{
	const size_t len = strlen(more);
	if (text->len + len + 1 > text->size) {
		text->size = 2 * (text->len + len + 1);
		text->bytes = realloc(text->bytes, text->size);
		cr_assert_not_null(text->bytes);
	}
	memcpy(text->bytes + text->len, more, len + 1);
	text->len += len;
}

/* What parsing says, which must take less than five seconds even under a sanitizer. */
static void expect(const char *bytes, size_t len, const char *message)
{
	struct config_error error;
	const clock_t start = clock();
	struct fleet_spec *spec = config_parse("f", bytes, len, &error);
	cr_expect_null(spec);
	cr_expect_str_eq(error.message, message, "%s\ninstead of: %s", error.message, message);
	cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5.0);
	spec_free(spec);
}

static void expect_text(struct text *text, const char *message)
{
	expect(text->bytes, text->len, message);
	free(text->bytes);
}

Test(config, a_file_over_one_mebibyte_is_not_read)
{
	struct text text = {0};
	add(&text, SERVER);
	while (text.len <= CONFIG_FILE_MAX) {
		add(&text, "# padding padding padding padding padding padding padding\n");
	}
	expect(text.bytes, text.len, "f:1:1: the file is larger than 1M; expected a configuration");
	struct config_error error;
	struct fleet_spec *spec = config_parse("f", text.bytes, CONFIG_FILE_MAX, &error);
	cr_expect_not_null(spec, "%s", error.message);
	spec_free(spec);
	char path[] = "/tmp/ollama-top-config-XXXXXX";
	const int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_expect_eq(write(fd, text.bytes, text.len), (ssize_t)text.len);
	close(fd);
	cr_expect_null(config_load(path, &error));
	cr_expect(strstr(error.message, ":1:1: the file is larger than 1M; expected a configuration"));
	unlink(path);
	free(text.bytes);
}

Test(config, what_is_not_text_is_told_by_line_and_column)
{
	static const char nul[] = "refresh: 2s\nservers:\0 x";
	expect(nul, sizeof(nul) - 1, "f:2:9: control characters are not allowed; expected text in UTF-8");
	static const char escape[] = "refresh: \x1b[2J";
	expect(escape, sizeof(escape) - 1,
		"f:1:10: control characters are not allowed; expected text in UTF-8");
	static const char latin[] = "# Z\xfcrich\n";
	expect(latin, sizeof(latin) - 1, "f:1:4: invalid leading UTF-8 octet; expected text in UTF-8");
	static const char after_umlaut[] = "# \xc3\xbc \xff\n";
	expect(after_umlaut, sizeof(after_umlaut) - 1,
		"f:1:5: invalid leading UTF-8 octet; expected text in UTF-8");
	static const char surrogate[] = "\xed\xa0\x80";
	expect(surrogate, sizeof(surrogate) - 1, "f:1:1: invalid Unicode character; expected text in UTF-8");
	static const char wide[] = "\xff\xfe"
				   "a\0:\0";
	expect(wide, sizeof(wide) - 1, "f:1:1: invalid leading UTF-8 octet; expected text in UTF-8");
}

Test(config, deep_nesting_ends)
{
	struct text text = {0};
	for (int i = 0; i < 1000; i++) {
		add(&text, "[");
	}
	expect_text(&text, "f:1:33: nested too deeply; expected at most 32 levels");
	text = (struct text){0};
	for (int i = 0; i < 100000; i++) {
		add(&text, "a:\n");
		for (int j = 0; j <= i && i < 40; j++) {
			add(&text, " ");
		}
	}
	expect_text(&text, "f:33:33: nested too deeply; expected at most 32 levels");
}

Test(config, too_many_values_end)
{
	struct text text = {0};
	add(&text, "servers: [");
	while (text.len < 400000) {
		add(&text, "a,");
	}
	expect_text(&text, "f:1:200005: too many values; expected a configuration, not data");
	text = (struct text){0};
	add(&text, "servers: [");
	for (int i = 0; i < 1001; i++) {
		char one[100];
		snprintf(one, sizeof(one),
			"{name: %d, host: h, role: ro, instances: [{name: i, port: 1}]},\n", i);
		add(&text, one);
	}
	add(&text, "]\n");
	expect_text(&text, "f:1001:1: too many servers; expected at most 1000");
}

Test(config, aliases_that_explode_end)
{
	struct text text = {0};
	add(&text, "servers:\n- {name: a, host: h, role: rw, instances: &i [");
	for (int i = 0; i < 1000; i++) {
		char one[64];
		snprintf(one, sizeof(one), "{name: i%d, port: %d},", i, i + 1);
		add(&text, one);
	}
	add(&text, "]}\n");
	for (int i = 0; i < 900; i++) {
		char one[64];
		snprintf(one, sizeof(one), "- {name: b%d, host: h, role: ro, instances: *i}\n", i);
		add(&text, one);
	}
	struct config_error error;
	struct fleet_spec *spec = config_parse("f", text.bytes, text.len, &error);
	cr_expect_null(spec);
	cr_expect(strstr(error.message, "aliases make this too large; expected fewer of them"), "%s",
		error.message);
	free(text.bytes);
	static const char loop[] = "servers: &a [*a]\n";
	expect(loop, sizeof(loop) - 1, "f:1:10: a server is not a map; expected \"name: ...\"");
	static const char laughs[] =
		"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n";
	expect(laughs, sizeof(laughs) - 1,
		"f:1:1: unknown key \"a\" in the configuration; expected \"traefik\", or one of servers, "
		"refresh, "
		"timeout, busy_cpu, autoscale");
}

Test(config, many_anchors_end)
{
	struct text text = {0};
	add(&text, "servers: [");
	for (int i = 0; i < 50000; i++) {
		char one[24];
		snprintf(one, sizeof(one), "&a%d x,\n", i);
		add(&text, one);
	}
	expect_text(&text, "f:257:1: too many anchors; expected at most 256");
}

Test(config, passwords_in_addresses_are_not_repeated)
{
	static const char yaml[] =
		"servers: [{name: a, host: h, role: rw, instances: [{name: i, url: 'http://u:hunter2@h'}]}]";
	expect(yaml, sizeof(yaml) - 1,
		"f:1:67: url holds a user or a password; expected http://HOST:PORT or https://HOST:PORT");
}

Test(config, what_is_no_file_is_said_so)
{
	char folder[] = "/tmp/ollama-top-config-XXXXXX";
	char path[64];
	char message[256];
	struct config_error error;
	cr_assert_not_null(mkdtemp(folder));
	cr_expect_null(config_load(folder, &error));
	snprintf(message, sizeof(message), "%s: is not a file; expected a YAML file", folder);
	cr_expect_str_eq(error.message, message);
	snprintf(path, sizeof(path), "%s/x", folder);
	cr_expect_null(config_load(path, &error));
	snprintf(message, sizeof(message), "%s: No such file or directory", path);
	cr_expect_str_eq(error.message, message);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_null(config_load(path, &error));
	snprintf(message, sizeof(message), "%s: is not a file; expected a YAML file", path);
	cr_expect_str_eq(error.message, message);
	unlink(path);
	rmdir(folder);
	cr_expect_null(config_load("/dev/zero", &error));
	cr_expect_str_eq(error.message, "/dev/zero: is not a file; expected a YAML file");
}

Test(config, the_name_of_the_file_is_cleaned)
{
	struct config_error error;
	cr_expect_null(config_parse("a\x1b]0;b\a", "", 0, &error));
	cr_expect_null(strchr(error.message, 0x1b));
	cr_expect_null(strchr(error.message, '\a'));
}
