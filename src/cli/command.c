#include "command.h"

#include "config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ops.h"
#include "ollama-top/text.h"
#include "operate_words.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct command commands[] = {
	{NULL, "", N_("the console"), console_run, 0, false, false},
	{"snapshot", "", N_("poll once, print, exit"), snapshot_run, 0, true, false},
	{"logs", N_("SERVER/INSTANCE"), N_("the log of a container"), logs_run, 1, true, true},
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* All operations: the registry has their names and arguments. */
static const struct command operation = {NULL, "", NULL, operate_run, -1, true, false};

static const struct command *find_command(const struct options *options)
{
	if (!options->command) {
		return &commands[0];
	}
	for (size_t i = 1; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, options->command) == 0) {
			return &commands[i];
		}
	}
	return wish_kind(options) < OP_KIND_COUNT ? &operation : NULL;
}

static void print_operations(FILE *out)
{
	char usage[128];
	for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
		options_help_pad(out, fprintf(out, "  %s", wish_usage(usage, sizeof(usage), kind)));
		fprintf(out, "%s\n", _(op_info(kind)->what));
	}
}

static void print_help(FILE *out)
{
	fprintf(out, _("Usage: %s [OPTIONS] [COMMAND]\n"), PACKAGE_NAME);
	fprintf(out,
		_("Watches Ollama on a fleet of servers that share one store of models.\n\nCommands:\n"));
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		const char *name = command->name ? command->name : _("(none)");
		const int at = fprintf(out, "  %s%s%s", name, command->args[0] ? " " : "",
			command->args[0] ? _(command->args) : "");
		options_help_pad(out, at);
		fprintf(out, "%s\n", _(command->explanation));
	}
	print_operations(out);
	fprintf(out, _("\nOptions, before or after the command:\n"));
	options_help(out);
	fprintf(out, _("\nConfiguration: --config, $OLLAMA_TOP_CONFIG,\n"
		       "$XDG_CONFIG_HOME/ollama-top/config.yaml, /etc/ollama-top/config.yaml; without any:\n"
		       "this machine.\n"
		       "Exit status: 0 done or all healthy, 1 unwell or failed, 2 wrong usage,\n"
		       "configuration or name, 3 refused by policy, 130 interrupted.\n"));
}

/* Whether what stands beside the command makes sense; false with a sentence. */
static bool check_usage(const struct options *options, const struct command *command, char *error)
{
	char shown[64] = "";
	if (options->command) {
		text_clean(shown, sizeof(shown), options->command, strlen(options->command));
	}
	if (!command) {
		snprintf(error, OPTIONS_ERROR_MAX, _("unknown command \"%s\"; see ollama-top --help"), shown);
		return false;
	}
	if (command->arg_max >= 0 && options->arg_count > command->arg_max) {
		const char *extra = options->args[command->arg_max];
		text_clean(shown, sizeof(shown), extra, strlen(extra));
		snprintf(error, OPTIONS_ERROR_MAX, _("\"%s\" after %s is too much; see ollama-top --help"),
			shown, command->name);
		return false;
	}
	if (options->format_given && !command->formats) {
		snprintf(error, OPTIONS_ERROR_MAX,
			_("--format does not go with %s; expected it with snapshot, logs or an operation"),
			options->command ? options->command : _("the console"));
		return false;
	}
	if ((options->follow || options->lines_given) && !command->lines) {
		snprintf(error, OPTIONS_ERROR_MAX, _("%s does not go with %s; expected it with logs"),
			options->follow ? "--follow" : "--lines",
			options->command ? options->command : _("the console"));
		return false;
	}
	if (options->rolling && wish_kind(options) != OP_ROLLING) {
		snprintf(error, OPTIONS_ERROR_MAX, _("--rolling does not go with %s; expected it with %s"),
			options->command ? options->command : _("the console"), WORDS_ROLLING);
		return false;
	}
	return true;
}

void command_complain(const char *message)
{
	fprintf(stderr, "%s: %s\n", PACKAGE_NAME, message);
}

/* A socket must not become standard output because that was closed: writing there fails instead. */
static void hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) {
			return;
		}
	}
}

int command_main(int argc, char **argv)
{
	hold_standard_files();
	struct options options;
	char error[OPTIONS_ERROR_MAX];
	if (!options_parse(&options, argc, argv, error)) {
		command_complain(error);
		return EXIT_WRONG;
	}
	if (options.help || options.version) {
		if (options.help) {
			print_help(stdout);
		} else {
			printf("%s\n", PACKAGE_STRING);
		}
		return fflush(stdout) == 0 ? EXIT_DONE : EXIT_UNWELL;
	}
	const struct command *command = find_command(&options);
	if (!check_usage(&options, command, error)) {
		command_complain(error);
		return EXIT_WRONG;
	}
	return command->run(&options);
}
