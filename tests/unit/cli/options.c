#include "cli/options.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 20

/* Splits at blanks (getopt permutes and needs words that can be written) and parses. */
static bool parse(struct options *options, const char *line, char *error)
{
	static char copy[512];
	char *argv[WORDS_MAX] = {NULL};
	static char *kept[WORDS_MAX];
	int argc = 0;
	char *rest = NULL;
	strncpy(copy, line, sizeof(copy) - 1);
	for (char *word = strtok_r(copy, " ", &rest); word && argc < WORDS_MAX - 1;
		word = strtok_r(NULL, " ", &rest)) {
		argv[argc++] = word;
	}
	memcpy(kept, argv, sizeof(kept));
	return options_parse(options, argc, kept, error);
}

static struct options good(const char *line)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX] = "";
	cr_assert(parse(&options, line, error), "%s: %s", line, error);
	return options;
}

static void no_environment(void)
{
	unsetenv("NO_COLOR");
}

Test(options, nothing_given_is_the_console_with_what_the_file_says, .init = no_environment)
{
	const struct options o = good("ollama-top");
	cr_expect_null(o.command);
	cr_expect_null(o.config);
	cr_expect_not(o.demo);
	cr_expect_null(o.scenario);
	cr_expect_not(o.read_only);
	cr_expect_not(o.yes);
	cr_expect_not(o.no_color);
	cr_expect_not(o.ascii);
	cr_expect_eq(o.refresh_ms, 0);
	cr_expect_eq(o.timeout_ms, 0);
	cr_expect_eq(o.format, FORMAT_TEXT);
	cr_expect_not(o.format_given);
	cr_expect_not(o.follow);
	cr_expect_eq(o.lines, -1);
	cr_expect_not(o.lines_given);
	cr_expect_not(o.rolling);
	cr_expect_not(o.help);
	cr_expect_not(o.version);
}

Test(options, each_is_kept, .init = no_environment)
{
	struct options o = good(
		"ollama-top -c f.yaml -r -d 0.5 -y --no-color --ascii --timeout 10 snapshot --format json");
	cr_expect_str_eq(o.config, "f.yaml");
	cr_expect(o.read_only);
	cr_expect_eq(o.refresh_ms, 500);
	cr_expect(o.yes);
	cr_expect(o.no_color);
	cr_expect(o.ascii);
	cr_expect_eq(o.timeout_ms, 10000);
	cr_expect_eq(o.format, FORMAT_JSON);
	cr_expect(o.format_given);
	cr_expect_str_eq(o.command, "snapshot");
	o = good("ollama-top --config=g.yaml --read-only --refresh=3600 --yes --timeout=0.1 --format=text");
	cr_expect_str_eq(o.config, "g.yaml");
	cr_expect(o.read_only);
	cr_expect_eq(o.refresh_ms, 3600000);
	cr_expect(o.yes);
	cr_expect_eq(o.timeout_ms, 100);
	cr_expect_eq(o.format, FORMAT_TEXT);
	cr_expect(o.format_given);
	cr_expect(good("ollama-top -h").help);
	cr_expect(good("ollama-top snapshot --help").help);
	cr_expect(good("ollama-top -V").version);
	cr_expect(good("ollama-top --version").version);
}

Test(options, logs_has_its_own, .init = no_environment)
{
	struct options o = good("ollama-top logs 84/ollama-1 -f -n 20");
	cr_expect(o.follow);
	cr_expect_eq(o.lines, 20);
	cr_expect(o.lines_given);
	o = good("ollama-top -fn0 logs 84/ollama-1");
	cr_expect(o.follow);
	cr_expect_eq(o.lines, 0);
	cr_expect(o.lines_given);
	o = good("ollama-top --lines=1000000 --follow logs 84/ollama-1");
	cr_expect(o.follow);
	cr_expect_eq(o.lines, 1000000);
}

Test(options, a_simulation, .init = no_environment)
{
	const struct options o = good(
		"ollama-top autoscale --simulate t.csv --compare --parallel 4 --store local --svg c.svg");
	cr_expect_str_eq(o.simulate, "t.csv");
	cr_expect_str_eq(o.svg, "c.svg");
	cr_expect(o.compare);
	cr_expect_eq(o.parallel, 4);
	cr_expect_eq(o.store, FROM_LOCAL);
	cr_expect_eq(good("ollama-top autoscale").store, FROM_NFS);
}

Test(options, a_wall_may_ring, .init = no_environment)
{
	cr_expect(good("ollama-top -w").wall);
	cr_expect_not(good("ollama-top --wall").bell);
	cr_expect(good("ollama-top --bell --wall").bell);
	cr_expect_not(good("ollama-top --read-only").wall);
}

Test(options, restart_may_be_rolling, .init = no_environment)
{
	cr_expect(good("ollama-top restart --rolling 84").rolling);
	cr_expect(good("ollama-top --rolling restart 84").rolling);
	cr_expect_not(good("ollama-top restart 84/ollama-1").rolling);
}

Test(options, they_stand_before_or_after_the_command, .init = no_environment)
{
	static const char *const lines[] = {
		"ollama-top -r -d 1 pull mistral:7b extra",
		"ollama-top pull -r mistral:7b -d 1 extra",
		"ollama-top pull mistral:7b extra -d1 -r",
		"ollama-top pull mistral:7b -rd 1 -- extra",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const struct options o = good(lines[i]);
		cr_expect_str_eq(o.command, "pull", "%s", lines[i]);
		cr_assert_eq(o.arg_count, 2, "%s", lines[i]);
		cr_expect_str_eq(o.args[0], "mistral:7b");
		cr_expect_str_eq(o.args[1], "extra");
		cr_expect(o.read_only);
		cr_expect_eq(o.refresh_ms, 1000);
	}
	const struct options o = good("ollama-top -- -r");
	cr_expect_str_eq(o.command, "-r");
	cr_expect_not(o.read_only);
}

Test(options, the_demo_has_a_scenario_or_none, .init = no_environment)
{
	struct options o = good("ollama-top --demo");
	cr_expect(o.demo);
	cr_expect_null(o.scenario);
	o = good("ollama-top --demo=oom snapshot");
	cr_expect(o.demo);
	cr_expect_str_eq(o.scenario, "oom");
	cr_expect_str_eq(o.command, "snapshot");
	o = good("ollama-top --demo snapshot");
	cr_expect_null(o.scenario);
	cr_expect_str_eq(o.command, "snapshot");
}

Test(options, no_color_of_the_environment_counts_unless_empty)
{
	setenv("NO_COLOR", "1", 1);
	cr_expect(good("ollama-top").no_color);
	setenv("NO_COLOR", "", 1);
	cr_expect_not(good("ollama-top").no_color);
	unsetenv("NO_COLOR");
	cr_expect_not(good("ollama-top").no_color);
}

Test(options, every_mistake_is_a_sentence, .init = no_environment)
{
	static const struct {
		const char *line, *error;
	} rows[] = {
		{"ollama-top -x", "unknown option -x; see ollama-top --help"},
		{"ollama-top -rx", "unknown option -x; see ollama-top --help"},
		{"ollama-top --nope", "unknown option --nope; see ollama-top --help"},
		{"ollama-top --nope=1", "unknown option --nope=1; see ollama-top --help"},
		{"ollama-top --re", "unknown option --re; see ollama-top --help"},
		{"ollama-top --\x1b[2J", "unknown option --[2J; see ollama-top --help"},
		{"ollama-top -c", "--config needs an argument; expected the name of a file"},
		{"ollama-top --config", "--config needs an argument; expected the name of a file"},
		{"ollama-top --config=", "--config \"\" cannot be used; expected the name of a file"},
		{"ollama-top -d", "--refresh needs an argument; expected seconds from 0.1 to 3600"},
		{"ollama-top --timeout", "--timeout needs an argument; expected seconds from 0.1 to 600"},
		{"ollama-top --ascii=1", "--ascii takes no argument"},
		{"ollama-top --read-only=yes", "--read-only takes no argument"},
		{"ollama-top --demo=", "--demo \"\" cannot be used; expected the name of a scenario"},
		{"ollama-top --demo -c x",
			"--demo brings its own configuration; expected it without --config"},
		{"ollama-top -d 0", "--refresh \"0\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d 0.09",
			"--refresh \"0.09\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d 3601",
			"--refresh \"3601\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d -1", "--refresh \"-1\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d 2s", "--refresh \"2s\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d 1e2", "--refresh \"1e2\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top -d nan", "--refresh \"nan\" cannot be used; expected seconds from 0.1 to 3600"},
		{"ollama-top --timeout 601",
			"--timeout \"601\" cannot be used; expected seconds from 0.1 to 600"},
		{"ollama-top --timeout x",
			"--timeout \"x\" cannot be used; expected seconds from 0.1 to 600"},
		{"ollama-top snapshot --format xml",
			"--format \"xml\" cannot be used; expected text, json or prometheus"},
		{"ollama-top snapshot --format JSON",
			"--format \"JSON\" cannot be used; expected text, json or prometheus"},
		{"ollama-top logs -n", "--lines needs an argument; expected a number from 0 to 1000000"},
		{"ollama-top logs -n -1",
			"--lines \"-1\" cannot be used; expected a number from 0 to 1000000"},
		{"ollama-top logs -n 1000001",
			"--lines \"1000001\" cannot be used; expected a number from 0 to 1000000"},
		{"ollama-top logs -n 10k",
			"--lines \"10k\" cannot be used; expected a number from 0 to 1000000"},
		{"ollama-top logs -n 99999999999999999999",
			"--lines \"99999999999999999999\" cannot be used; expected a number from 0 to "
			"1000000"},
		{"ollama-top logs --lines=",
			"--lines \"\" cannot be used; expected a number from 0 to 1000000"},
		{"ollama-top logs --follow=yes", "--follow takes no argument"},
		{"ollama-top autoscale --store ftp",
			"--store \"ftp\" cannot be used; expected nfs, nfs10g or local"},
		{"ollama-top autoscale --parallel 65",
			"--parallel \"65\" cannot be used; expected a number from 1 to 64"},
		{"ollama-top autoscale --parallel 0",
			"--parallel \"0\" cannot be used; expected a number from 1 to 64"},
		{"ollama-top restart --rolling=84 84", "--rolling takes no argument"},
		{"ollama-top scale 84 -1", "unknown option -1; see ollama-top --help"},
		{"ollama-top snapshot --format",
			"--format needs an argument; expected text, json or prometheus"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct options options;
		char error[OPTIONS_ERROR_MAX] = "";
		cr_expect_not(parse(&options, rows[i].line, error), "accepted: %s", rows[i].line);
		cr_expect_str_eq(error, rows[i].error, "%s\ninstead of: %s", error, rows[i].error);
	}
}

Test(options, help_names_each)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	cr_assert_not_null(out);
	options_help(out);
	fclose(out);
	static const char *const lines[] = {"  -c, --config FILE           ",
		"      --demo[=SCENARIO]       ", "  -r, --read-only             ",
		"  -w, --wall                  ", "      --bell                  ",
		"  -d, --refresh SECONDS       ", "      --timeout SECONDS       ",
		"      --format FORMAT         ", "  -f, --follow                ",
		"  -n, --lines LINES           ", "      --rolling               ",
		"  -y, --yes                   ", "      --no-color              ",
		"      --ascii                 ", "  -V, --version               ",
		"  -h, --help                  ", "      --simulate TRACE        ",
		"      --compare               ", "      --svg FILE              ",
		"      --parallel REQUESTS     ", "      --store STORE           "};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		cr_expect(strstr(text, lines[i]), "missing: %s", lines[i]);
	}
	free(text);
}
