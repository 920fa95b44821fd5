#include "demo.h"

#include "command.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIM        "ollama-top-sim"
#define READY_MS   5000
#define STOP_MS    1000
#define CONFIG_MAX ((size_t)1 << 20)
#define WORDS_MAX  ((size_t)4096)

struct demo {
	pid_t pid;
	int follow; /* the child lives while this is open */
	int words;  /* its stdout and stderr; ends when it is gone */
	char folder
		[64]; /* holds the balancer's file, so that scaling is seen to its end; "" when there is none */
};

#define DEMO_FILE "ollama.yml"

/* What comes out of a pipe, up to a limit. */
struct buffer {
	char *bytes;
	size_t len, max;
};

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Where the simulator is: beside this program, where it was installed, else wherever $PATH has it. */
static const char *find_sim(char path[PATH_MAX])
{
	static const char *const folders[] = {LIBEXECDIR, BINDIR};
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	while (len > 0 && path[len - 1] != '/') {
		len--;
	}
	if (len > 0 && (size_t)len + sizeof(SIM) <= PATH_MAX) {
		memcpy(path + len, SIM, sizeof(SIM));
		if (access(path, X_OK) == 0) {
			return path;
		}
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, PATH_MAX, "%s/%s", folders[i], SIM);
		if (access(path, X_OK) == 0) {
			return path;
		}
	}
	return SIM;
}

struct pipes {
	int ready[2], follow[2], words[2];
};

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0) {
			close(pair[i]);
			pair[i] = -1;
		}
	}
}

static void close_pipes(struct pipes *pipes)
{
	close_pair(pipes->ready);
	close_pair(pipes->follow);
	close_pair(pipes->words);
}

static bool open_pipes(struct pipes *pipes)
{
	*pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
	/* The words never block the child: what nobody reads is lost. */
	if (pipe2(pipes->ready, O_CLOEXEC) == 0 && pipe2(pipes->follow, O_CLOEXEC) == 0 &&
		pipe2(pipes->words, O_CLOEXEC | O_NONBLOCK) == 0) {
		return true;
	}
	close_pipes(pipes);
	return false;
}

/* In the child, after fork: only what is safe there. */
static void become_sim(const struct pipes *pipes, const char *path, char *const *argv, pid_t parent)
{
	static const int reset[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP};
	for (size_t i = 0; i < sizeof(reset) / sizeof(*reset); i++) {
		signal(reset[i], SIG_DFL);
	}
	/* Ctrl-C and Ctrl-Z at the terminal are for us. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) {
		_exit(EXIT_UNWELL);
	}
	const int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(pipes->words[1], STDOUT_FILENO);
	dup2(pipes->words[1], STDERR_FILENO);
	fcntl(pipes->ready[1], F_SETFD, 0);
	fcntl(pipes->follow[0], F_SETFD, 0);
	execvp(path, argv);
	static const char lost[] = "cannot be started\n";
	const ssize_t written = write(STDERR_FILENO, lost, sizeof(lost) - 1);
	_exit(written < 0 ? EXIT_UNWELL : 127);
}

static void demo_path(char *path, size_t size, const struct demo *demo, const char *suffix)
{
	snprintf(path, size, "%s/" DEMO_FILE "%s", demo->folder, suffix);
}

static void make_folder(struct demo *demo)
{
	snprintf(demo->folder, sizeof(demo->folder), "/tmp/ollama-top-demo-XXXXXX");
	if (!mkdtemp(demo->folder)) {
		demo->folder[0] = '\0';
	}
}

/* The file, and what a change of it leaves beside it. */
static void remove_folder(const struct demo *demo)
{
	static const char *const suffixes[] = {"", ".bak", ".tmp"};
	char path[128];
	for (size_t i = 0; demo->folder[0] != '\0' && i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		demo_path(path, sizeof(path), demo, suffixes[i]);
		unlink(path);
	}
	if (demo->folder[0] != '\0') {
		rmdir(demo->folder);
	}
}

static pid_t spawn(const struct demo *demo, const struct pipes *pipes, const char *scenario)
{
	char path[PATH_MAX];
	char ready[16];
	char follow[16];
	char option[] = "--scenario";
	char name[PATH_MAX];
	char ready_option[] = "--ready-fd";
	char follow_option[] = "--follow-fd";
	char file_option[] = "--traefik-file";
	char file[128];
	char sim[] = SIM;
	const char *program = find_sim(path);
	snprintf(ready, sizeof(ready), "%d", pipes->ready[1]);
	snprintf(follow, sizeof(follow), "%d", pipes->follow[0]);
	snprintf(name, sizeof(name), "%s", scenario ? scenario : "");
	demo_path(file, sizeof(file), demo, "");
	char *argv[10] = {sim, ready_option, ready, follow_option, follow};
	size_t count = 5;
	if (demo->folder[0] != '\0') {
		argv[count++] = file_option;
		argv[count++] = file;
	}
	if (scenario) {
		argv[count++] = option;
		argv[count++] = name;
	}
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid == 0) {
		become_sim(pipes, program, argv, parent);
	}
	return pid;
}

/* Reads what is there; false at the end of the pipe, or when the limit is reached. */
static bool fill(int fd, struct buffer *buffer)
{
	if (buffer->len == buffer->max) {
		return false;
	}
	const ssize_t n = read(fd, buffer->bytes + buffer->len, buffer->max - buffer->len);
	if (n > 0) {
		buffer->len += (size_t)n;
		return true;
	}
	return n < 0 && (errno == EINTR || errno == EAGAIN);
}

/* Until the configuration is complete; false when the child ended, said too much or took too long. */
static bool wait_ready(int ready, int words, struct buffer *config, struct buffer *said)
{
	const int64_t deadline = now_ms() + READY_MS;
	struct pollfd ends[] = {{.fd = ready, .events = POLLIN}, {.fd = words, .events = POLLIN}};
	for (;;) {
		const int64_t left = deadline - now_ms();
		if (left <= 0 || (poll(ends, 2, (int)left) < 0 && errno != EINTR)) {
			return false;
		}
		if (ends[1].revents && !fill(words, said)) {
			ends[1].fd = -1;
		}
		if (ends[0].revents && !fill(ready, config)) {
			return config->len > 0 && config->len < config->max;
		}
	}
}

/* The child's exit status, -1 when a signal ended it; by force once `wait_ms` is over. */
static int reap(struct demo *demo, int64_t wait_ms)
{
	char lost[512];
	int status = 0;
	const int64_t deadline = now_ms() + wait_ms;
	struct pollfd end = {.fd = demo->words, .events = POLLIN};
	for (int64_t left = wait_ms; left > 0; left = deadline - now_ms()) {
		poll(&end, 1, (int)left);
		if (end.revents && read(demo->words, lost, sizeof(lost)) == 0) {
			break;
		}
	}
	if (waitpid(demo->pid, &status, WNOHANG) == 0) {
		kill(demo->pid, SIGKILL);
		while (waitpid(demo->pid, &status, 0) < 0 && errno == EINTR) {
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct demo *fail(struct demo_ready *ready, const char *what)
{
	snprintf(ready->notice, sizeof(ready->notice), _("the simulator %s: %s"), SIM, what);
	ready->exit_status = EXIT_UNWELL;
	return NULL;
}

/* The last words of a child that did not start, or a sentence of ours where it had none. */
static void explain(struct demo_ready *ready, int status)
{
	ready->exit_status = status == EXIT_WRONG ? EXIT_WRONG : EXIT_UNWELL;
	if (ready->notice[0] == '\0') {
		fail(ready, _("did not get ready within 5 s"));
	} else if (status != EXIT_WRONG) {
		char said[sizeof(ready->notice)];
		memcpy(said, ready->notice, sizeof(said));
		fail(ready, said);
	}
}

/* What the child said, for one line of ours. */
static void keep_words(struct demo_ready *ready, const struct buffer *said)
{
	size_t len = said->len;
	while (len > 0 && said->bytes[len - 1] == '\n') {
		len--;
	}
	text_clean(ready->notice, sizeof(ready->notice), said->bytes, len);
}

struct demo *demo_start(const char *scenario, struct demo_ready *ready)
{
	char words[WORDS_MAX];
	struct buffer said = {.bytes = words, .max = sizeof(words)};
	struct pipes pipes;
	*ready = (struct demo_ready){0};
	struct demo *demo = calloc(1, sizeof(*demo));
	struct buffer config = {.bytes = malloc(CONFIG_MAX), .max = CONFIG_MAX};
	if (!demo || !config.bytes || !open_pipes(&pipes)) {
		free(demo);
		free(config.bytes);
		return fail(ready, strerror(errno));
	}
	make_folder(demo);
	demo->pid = spawn(demo, &pipes, scenario);
	demo->follow = pipes.follow[1];
	demo->words = pipes.words[0];
	close(pipes.ready[1]);
	close(pipes.follow[0]);
	close(pipes.words[1]);
	const bool good = demo->pid > 0 && wait_ready(pipes.ready[0], demo->words, &config, &said);
	close(pipes.ready[0]);
	keep_words(ready, &said);
	if (good) {
		ready->config = config.bytes;
		ready->config_len = config.len;
		return demo;
	}
	free(config.bytes);
	if (demo->pid > 0) {
		close(demo->follow);
		demo->follow = -1;
		explain(ready, reap(demo, STOP_MS));
	} else {
		fail(ready, strerror(errno));
		close(demo->follow);
	}
	close(demo->words);
	remove_folder(demo);
	free(demo);
	return NULL;
}

void demo_stop(struct demo *demo)
{
	if (!demo) {
		return;
	}
	close(demo->follow);
	reap(demo, STOP_MS);
	close(demo->words);
	remove_folder(demo);
	free(demo);
}
