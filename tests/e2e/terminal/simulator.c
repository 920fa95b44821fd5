#include "simulator.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

struct simulator {
	pid_t pid;
	int follow; /* closed when we end: the simulator then ends too */
	int port;
};

static void child(const char *scenario, const char *const *options, int ready, int follow)
{
	const char *program = getenv("OLLAMA_TOP_SIM");
	char ready_fd[16], follow_fd[16];
	const char *argv[32] = {program ? program : "./ollama-top-sim", "--scenario", scenario, "--ready-fd",
		ready_fd, "--follow-fd", follow_fd};
	size_t n = 7;

	snprintf(ready_fd, sizeof(ready_fd), "%d", ready);
	snprintf(follow_fd, sizeof(follow_fd), "%d", follow);
	while (*options && n < 31)
		argv[n++] = *options++;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static bool save(int fd, const char *path, int *port)
{
	FILE *in = fdopen(fd, "r"), *out = fopen(path, "w");
	char line[1024];
	bool any = false;

	while (in && out && fgets(line, sizeof(line), in)) {
		const char *control = strstr(line, "control: http://127.0.0.1:");

		if (control)
			*port = atoi(control + strlen("control: http://127.0.0.1:"));
		fputs(line, out);
		any = true;
	}
	if (in)
		fclose(in);
	if (out)
		fclose(out);
	return any && *port > 0;
}

struct simulator *simulator_start(const char *scenario, const char *const *options, const char *config)
{
	struct simulator *sim = calloc(1, sizeof(*sim));
	int ready[2], follow[2];

	if (!sim || pipe2(ready, O_CLOEXEC) || pipe2(follow, O_CLOEXEC)) {
		free(sim);
		return NULL;
	}
	sim->pid = fork();
	if (sim->pid == 0) {
		fcntl(ready[1], F_SETFD, 0);
		fcntl(follow[0], F_SETFD, 0);
		child(scenario, options, ready[1], follow[0]);
	}
	close(ready[1]);
	close(follow[0]);
	sim->follow = follow[1];
	if (!save(ready[0], config, &sim->port)) {
		simulator_stop(sim);
		return NULL;
	}
	return sim;
}

static char *request(struct simulator *sim, const char *method, const char *path, const char *body)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)sim->port)};
	struct timeval limit = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *all = NULL, buf[4096];
	size_t size = 0;
	FILE *f = open_memstream(&all, &size);
	ssize_t n;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
		dprintf(fd, "%s %s HTTP/1.0\r\nHost: control\r\nContent-Length: %zu\r\n\r\n%s", method, path,
			strlen(body), body);
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			fwrite(buf, 1, (size_t)n, f);
	}
	close(fd);
	fclose(f);
	return all;
}

bool simulator_control(struct simulator *sim, const char *json)
{
	char *answer = request(sim, "POST", "/control", json);
	bool ok = answer && strncmp(answer, "HTTP/1.", 7) == 0 && strncmp(answer + 8, " 200", 4) == 0;

	if (!ok)
		printf("# control %s: %.300s\n", json, answer ? answer : "no answer");
	free(answer);
	return ok;
}

char *simulator_get(struct simulator *sim, const char *path)
{
	char *answer = request(sim, "GET", path, "");
	char *body = answer ? strstr(answer, "\r\n\r\n") : NULL;
	char *copy = body ? strdup(body + 4) : NULL;

	free(answer);
	return copy;
}

void simulator_stop(struct simulator *sim)
{
	int status = 0;

	if (!sim)
		return;
	close(sim->follow);
	kill(sim->pid, SIGTERM);
	if (waitpid(sim->pid, &status, 0) == sim->pid && status != 0 && status != SIGTERM)
		printf("# the simulator ended with wait status %d\n", status);
	free(sim);
}
