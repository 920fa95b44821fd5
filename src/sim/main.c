/*
 * main.c - ollama-top-sim: options, the world, the loop.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "alone.h"
#include "ollama-top/i18n.h"
#include "scenario.h"
#include "serve.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define EXIT_USAGE   2
#define STATUS_PORTS (-1) /* somebody else took a port since it was found free */
#define PORT_TRIES   5

struct program {
	uv_loop_t loop;
	struct serve *serve;
	struct world *world;
	uv_signal_t interrupt, terminate;
	uv_pipe_t follow;
	bool following;
};

struct options {
	struct scenario_options scenario;
	const char *name;
	const char *ollama, *models_dir; /* --ollama: that half alone */
	unsigned cpu;                    /* percent of a core that generating takes there */
	int ready_fd, follow_fd;
};

enum option_code {
	OPTION_SCENARIO = 256,
	OPTION_READY,
	OPTION_FOLLOW,
	OPTION_STILL,
	OPTION_SEED,
	OPTION_FREE_PORTS,
	OPTION_OLLAMA,
	OPTION_MODELS,
	OPTION_CPU,
	OPTION_TRAEFIK
};

static const struct option OPTIONS[] = {
	{"scenario", required_argument, NULL, OPTION_SCENARIO},
	{"ready-fd", required_argument, NULL, OPTION_READY},
	{"follow-fd", required_argument, NULL, OPTION_FOLLOW},
	{"still", no_argument, NULL, OPTION_STILL},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"free-ports", no_argument, NULL, OPTION_FREE_PORTS},
	{"traefik-file", required_argument, NULL, OPTION_TRAEFIK},
	{"ollama", required_argument, NULL, OPTION_OLLAMA},
	{"models-dir", required_argument, NULL, OPTION_MODELS},
	{"cpu", required_argument, NULL, OPTION_CPU},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static void usage(FILE *out)
{
	fputs(_("Usage: ollama-top-sim [OPTIONS]\n"
		"Plays a fleet of Ollama servers: their Ollama and Docker APIs, and Traefik's.\n"
		"\n"
		"      --scenario NAME|FILE  which fleet (default demo), or a YAML file\n"
		"      --ready-fd N          write the fleet's configuration to descriptor N when listening "
		"(default: stdout)\n"
		"      --follow-fd N         exit when descriptor N comes to its end\n"
		"      --still               the fleet's clock stands; nothing happens by itself\n"
		"      --seed N              for what is random\n"
		"      --free-ports          use free ports, not the usual ones\n"
		"      --traefik-file FILE   the balancer's pool is what this file says; written first if "
		"missing\n"
		"      --ollama ADDR:PORT    be one Ollama server: real memory, real CPU, models in a real "
		"folder\n"
		"      --models-dir DIR      that folder (default $OLLAMA_MODELS, or ~/.ollama/models)\n"
		"      --cpu PERCENT         of a core that it takes while it generates (default 100)\n"
		"  -h, --help                this text\n"
		"  -V, --version             the version\n"
		"\n"
		"Scenarios:"),
		out);
	for (const char *const *name = scenario_names(); *name; name++)
		fprintf(out, " %s", *name);
	fputc('\n', out);
}

static bool number(const char *text, long low, long high, long *value)
{
	char *end;

	if (!text)
		return false;
	errno = 0;
	*value = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *value >= low && *value <= high;
}

/* -1: go on; else the status to exit with. */
static int parse(int argc, char **argv, struct options *options)
{
	int code;
	long value = 0;

	while ((code = getopt_long(argc, argv, "hV", OPTIONS, NULL)) != -1) {
		bool ok = true;

		switch (code) {
		case OPTION_SCENARIO:
			options->name = optarg ? optarg : "";
			break;
		case OPTION_READY:
			ok = number(optarg, 0, 1023, &value);
			options->ready_fd = (int)value;
			break;
		case OPTION_FOLLOW:
			ok = number(optarg, 0, 1023, &value);
			options->follow_fd = (int)value;
			break;
		case OPTION_STILL:
			options->scenario.still = true;
			break;
		case OPTION_SEED:
			ok = number(optarg, 0, 2147483647, &value);
			options->scenario.seed = (uint64_t)value;
			break;
		case OPTION_FREE_PORTS:
			options->scenario.free_ports = true;
			break;
		case OPTION_TRAEFIK:
			options->scenario.traefik_file = optarg;
			break;
		case OPTION_OLLAMA:
			options->ollama = optarg;
			break;
		case OPTION_MODELS:
			options->models_dir = optarg;
			break;
		case OPTION_CPU:
			ok = number(optarg, 1, 100, &value);
			options->cpu = (unsigned)value;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("ollama-top-sim " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
		if (!ok) {
			fprintf(stderr, _("ollama-top-sim: \"%s\" is not a number that fits here\n"), optarg);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, _("ollama-top-sim: unexpected argument \"%s\"\n"), argv[optind]);
	return EXIT_USAGE;
}

static int unknown_scenario(const char *name)
{
	fprintf(stderr, _("ollama-top-sim: there is no scenario \"%s\", and no such file; scenarios are"),
		name);
	for (const char *const *known = scenario_names(); *known; known++)
		fprintf(stderr, "%s %s", known == scenario_names() ? "" : ",", *known);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static void stop(struct program *program)
{
	if (program->following) {
		program->following = false;
		uv_close((uv_handle_t *)&program->follow, NULL);
	}
	if (!uv_is_closing((uv_handle_t *)&program->interrupt)) {
		uv_close((uv_handle_t *)&program->interrupt, NULL);
		uv_close((uv_handle_t *)&program->terminate, NULL);
	}
	serve_close(program->serve);
}

static void on_signal(uv_signal_t *handle, int signal)
{
	(void)signal;
	stop(handle->data);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	static char sink[256];

	(void)handle;
	(void)suggested;
	*buffer = uv_buf_init(sink, sizeof sink);
}

/* What the parent writes is of no interest; that it is gone is. */
static void on_follow(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	(void)buffer;
	if (n < 0)
		stop(stream->data);
}

static bool follow(struct program *program, int fd)
{
	program->follow.data = program;
	if (uv_pipe_init(&program->loop, &program->follow, 0) != 0)
		return false;
	program->following = true;
	return uv_pipe_open(&program->follow, fd) == 0 &&
	       uv_read_start((uv_stream_t *)&program->follow, on_room, on_follow) == 0;
}

static bool say_ready(const struct program *program, int fd, int control_port)
{
	char *config = scenario_config(program->world, control_port);
	size_t len = config ? strlen(config) : 0;
	size_t written = 0;

	while (written < len) {
		ssize_t n = write(fd, config + written, len - written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		written += (size_t)n;
	}
	free(config);
	if (fd != STDOUT_FILENO)
		close(fd);
	return len > 0 && written == len;
}

static void watch_signals(struct program *program)
{
	program->interrupt.data = program->terminate.data = program;
	uv_signal_init(&program->loop, &program->interrupt);
	uv_signal_init(&program->loop, &program->terminate);
	uv_signal_start(&program->interrupt, on_signal, SIGINT);
	uv_signal_start(&program->terminate, on_signal, SIGTERM);
}

static void add_routes(struct serve *serve, bool alone)
{
	ollama_routes(serve);
	openai_routes(serve);
	if (alone)
		return;
	docker_routes(serve);
	traefik_routes(serve);
	control_routes(serve);
}

static int run(struct program *program, const struct options *options)
{
	int control_port = options->ollama ? 0 : serve_probe_port("127.0.0.1", 0);
	int status = EXIT_FAILURE;
	char error[256];

	serve_control_port(program->serve, control_port);
	add_routes(program->serve, options->ollama);
	watch_signals(program);
	if (!serve_sync(program->serve, error, sizeof error)) {
		fprintf(stderr, "ollama-top-sim: %s\n", error);
		status = STATUS_PORTS;
	} else if (options->follow_fd >= 0 && !follow(program, options->follow_fd))
		fprintf(stderr, _("ollama-top-sim: descriptor %d cannot be followed\n"), options->follow_fd);
	else if (!options->ollama && !say_ready(program, options->ready_fd, control_port))
		fprintf(stderr, _("ollama-top-sim: cannot write the configuration to descriptor %d: %s\n"),
			options->ready_fd, strerror(errno));
	else
		status = EXIT_SUCCESS;
	if (status != EXIT_SUCCESS)
		stop(program);
	uv_run(&program->loop, UV_RUN_DEFAULT);
	return status;
}

static int play(const struct options *options, struct world *world)
{
	struct program program = {.world = world};
	int status = EXIT_FAILURE;

	uv_loop_init(&program.loop);
	program.serve = serve_new(&program.loop, world);
	if (program.serve) {
		status = run(&program, options);
		serve_free(program.serve);
	} else {
		fprintf(stderr, _("ollama-top-sim: the HTTP server does not start\n"));
	}
	uv_loop_close(&program.loop);
	return status;
}

/* One Ollama server; what it cannot start with is told as Ollama tells it. */
static int play_alone(const struct options *options)
{
	const char *dir = options->models_dir ? options->models_dir : getenv("OLLAMA_MODELS");
	const char *home = getenv("HOME");
	char usual[4096], error[512];
	struct alone *alone;
	struct world *world;
	int status = EXIT_FAILURE;

	snprintf(usual, sizeof usual, "%s/.ollama/models", home ? home : "/root");
	world = alone_world(
		options->ollama, dir && *dir ? dir : usual, options->cpu, &alone, error, sizeof error);
	if (world)
		status = play(options, world) == EXIT_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		fprintf(stderr, "Error: %s\n", error);
	world_free(world);
	alone_free(alone);
	return status;
}

static int play_scenario(const struct options *options)
{
	struct world *world;
	char error[300];
	int status;

	world = scenario_load(options->name, &options->scenario, error, sizeof error);
	if (!world) {
		fprintf(stderr, "ollama-top-sim: %s\n", error);
		return EXIT_USAGE;
	}
	status = play(options, world);
	scenario_free(world);
	world_free(world);
	return status;
}

static int play_fleet(const struct options *options)
{
	int status = STATUS_PORTS;

	if (!scenario_text(options->name) && access(options->name, R_OK) != 0)
		return unknown_scenario(options->name);
	for (int i = 0; i < PORT_TRIES && status == STATUS_PORTS; i++)
		status = play_scenario(options);
	return status == STATUS_PORTS ? EXIT_FAILURE : status;
}

int main(int argc, char **argv)
{
	struct options options = {.name = "demo", .ready_fd = STDOUT_FILENO, .follow_fd = -1, .cpu = 100};
	int status;

	setlocale(LC_ALL, "");
	/* Scenarios and JSON have a decimal point, whatever the language. */
	setlocale(LC_NUMERIC, "C");
	status = parse(argc, argv, &options);
	if (status >= 0)
		return status;
	signal(SIGPIPE, SIG_IGN);
	return options.ollama ? play_alone(&options) : play_fleet(&options);
}
