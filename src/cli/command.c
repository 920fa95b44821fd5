#include "command.h"

#include "config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ops.h"
#include "ollama-top/text.h"
#include "operate_words.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RESULTS (1U << FORMAT_TEXT | 1U << FORMAT_JSON)

static const struct command commands[] = {
	{NULL, "", N_("the console"), console_run, 0, 0, false},
	{"snapshot", "", N_("poll once, print, exit"), snapshot_run, 0, RESULTS | 1U << FORMAT_PROMETHEUS,
		false},
	{"serve", "", N_("an exporter for Prometheus, until it is ended"), serve_run, 0, 0, false},
	{"doctor", "", N_("find out what is wrong and say how to mend it"), doctor_run, 0, RESULTS, false},
	{"models", "", N_("which model, which digest, seen by which instance"), models_run, 0, RESULTS,
		false},
	{"render", N_("compose|traefik|exports|fstab [SERVER]"), N_("deployment files that match the fleet"),
		render_run, 2, 0, false},
	{"autoscale", N_("[--dry-run]"), N_("scale the servers by their policies, until stopped"),
		autoscale_run, 1, RESULTS, false},
	{"logs", N_("SERVER/INSTANCE"), N_("the log of a container"), logs_run, 1, RESULTS, true},
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* All operations: the registry has their names and arguments. */
static const struct command operation = {NULL, "", NULL, operate_run, -1, RESULTS, false};

/* The console on a wall. */
static const struct command wall = {NULL, "", NULL, wall_run, 0, false, false};

/* From one recording to another. */
static const struct command anonymise = {NULL, "", NULL, anonymise_run, 0, false, false};

const struct command *command_at(size_t i)
{
	return i < COMMANDS ? &commands[i] : NULL;
}

static const struct command *find_command(const struct options *options)
{
	if (!options->command && options->replay && options->record) {
		return &anonymise;
	}
	if (!options->command) {
		return options->wall ? &wall : &commands[0];
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
	char usage[128], term[HELP_TERM_MAX];
	for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
		snprintf(term, sizeof(term), "  %s", wish_usage(usage, sizeof(usage), kind));
		options_help_term(out, term);
		fprintf(out, "%s\n", _(op_info(kind)->what));
	}
}

static void print_help(FILE *out)
{
	char term[HELP_TERM_MAX];
	fprintf(out, _("Usage: %s [OPTIONS] [COMMAND]\n"), PACKAGE_NAME);
	fprintf(out,
		_("Watches Ollama on a fleet of servers that share one store of models.\n\nCommands:\n"));
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		const char *name = command->name ? command->name : _("(none)");
		snprintf(term, sizeof(term), "  %s%s%s", name, command->args[0] ? " " : "",
			command->args[0] ? _(command->args) : "");
		options_help_term(out, term);
		fprintf(out, "%s\n", _(command->explanation));
	}
	print_operations(out);
	fprintf(out, _("\nOptions, before or after the command:\n"));
	options_help(out);
	fprintf(out, _("\nConfiguration: --config, $OLLAMA_TOP_CONFIG,\n"
		       "$XDG_CONFIG_HOME/ollama-top/config.yaml, /etc/ollama-top/config.yaml;\n"
		       "without any: this machine.\n"
		       "Exit status: 0 done or all healthy, 1 unwell or failed, 2 wrong usage,\n"
		       "configuration or name, 3 refused by policy, 130 interrupted.\n"));
}

/* The same of what records and replays. */
static bool check_recording(const struct options *options, const struct command *command, char *error)
{
	const char *option = options->record ? "--record" : "--replay";
	const char *wrong = NULL;
	if ((options->record || options->replay) && command->run != console_run && command->run != wall_run &&
		command->run != snapshot_run && command->run != anonymise_run) {
		snprintf(error, OPTIONS_ERROR_MAX,
			_("%s does not go with %s; expected it with the console, the wall or snapshot"),
			option, options->command ? options->command : _("the console"));
		return false;
	}
	if (options->anonymise && !options->record) {
		wrong = _("--anonymise goes with --record alone");
	} else if (options->speed_given && !options->replay) {
		wrong = _("--speed goes with --replay alone");
	} else if (options->replay && options->record && !options->anonymise) {
		wrong = _(
			"--replay with --record makes an anonymised copy; expected --anonymise beside them");
	} else if (options->replay && options->record && (options->command || options->wall)) {
		wrong = _("an anonymised copy is made without a command; expected --replay, --record and "
			  "--anonymise alone");
	} else if (options->replay &&
		   (options->demo || options->config || options->refresh_ms > 0 || options->timeout_ms > 0)) {
		wrong = _("--replay brings its own configuration; expected it without --config, --demo, "
			  "--refresh and --timeout");
	}
	if (wrong) {
		snprintf(error, OPTIONS_ERROR_MAX, "%s", wrong);
	}
	return !wrong;
}

/* The options of `autoscale --simulate`, with what they belong to. */
static bool check_simulation(const struct options *options, const struct command *command, char *error)
{
	const struct {
		bool given;
		const char *name;
	} parts[] = {
		{options->compare, "--compare"},
		{options->svg != NULL, "--svg"},
		{options->parallel > 0, "--parallel"},
		{options->store_given, "--store"},
	};
	if (options->simulate && command->run != autoscale_run) {
		snprintf(error, OPTIONS_ERROR_MAX, _("%s does not go with %s; expected it with %s"),
			"--simulate", options->command ? options->command : _("the console"), "autoscale");
		return false;
	}
	for (size_t i = 0; !options->simulate && i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].given) {
			snprintf(error, OPTIONS_ERROR_MAX,
				_("%s goes with a simulation alone; expected it with %s"), parts[i].name,
				"autoscale --simulate TRACE");
			return false;
		}
	}
	return true;
}

static bool check_dry_run(const struct options *options, const struct command *command, char *error)
{
	if (!options->dry_run || (command->run == autoscale_run && !options->simulate)) {
		return true;
	}
	snprintf(error, OPTIONS_ERROR_MAX, _("%s does not go with %s; expected it with %s"), "--dry-run",
		options->simulate  ? "--simulate"
		: options->command ? options->command
				   : _("the console"),
		"autoscale");
	return false;
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
	if (options->wall && options->command) {
		snprintf(error, OPTIONS_ERROR_MAX, _("--wall does not go with %s; expected it alone"), shown);
		return false;
	}
	if (options->bell && !options->wall) {
		snprintf(error, OPTIONS_ERROR_MAX, _("--bell goes with --wall alone"));
		return false;
	}
	if (options->format_given && !command->formats) {
		snprintf(error, OPTIONS_ERROR_MAX,
			_("--format does not go with %s; expected it with snapshot, doctor, models, "
			  "autoscale, "
			  "logs or an operation"),
			options->command ? options->command : _("the console"));
		return false;
	}
	if (options->format_given && !(command->formats & 1U << options->format)) {
		snprintf(error, OPTIONS_ERROR_MAX,
			_("--format prometheus does not go with %s; expected it with snapshot"),
			options->command);
		return false;
	}
	if (options->listen && command->run != serve_run &&
		(command->run != autoscale_run || options->simulate)) {
		snprintf(error, OPTIONS_ERROR_MAX, _("--listen does not go with %s; expected it with serve"),
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
	return check_simulation(options, command, error) && check_dry_run(options, command, error) &&
	       check_recording(options, command, error);
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
