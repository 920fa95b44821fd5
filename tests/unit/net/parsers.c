#include "parsers.h"

#include "ollama-top/docker.h"
#include "ollama-top/ollama.h"
#include "ollama-top/openai.h"
#include "ollama-top/probe.h"
#include "ollama-top/requests.h"
#include "ollama-top/text.h"
#include "ollama-top/traefik.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "contract broken: %s\n", what);
	abort();
}

/* What a parser gives out is clean: cleaning it again changes nothing. */
static void check_text(const char *s)
{
	if (s == NULL)
		return;
	size_t len = strlen(s);
	char *again = malloc(len + 1);
	must(again != NULL, "memory");
	text_clean(again, len + 1, s, len);
	must(strcmp(again, s) == 0, "a text is not clean");
	free(again);
}

static bool judge(bool accepted)
{
	must(accepted || *error.text != '\0', "a refusal without a reason");
	return accepted;
}

static int run_ollama(const char *data, size_t len)
{
	static const struct answer_time when = {
		.mono = 1000, .wall = 1700000000000, .date_wall = 1600000000000};
	struct model_loaded *loaded;
	struct model_stored *stored;
	size_t n;
	char version[64];
	int accepted = 0;
	if (judge(ollama_parse_version(data, len, version, sizeof version, &error))) {
		accepted++;
		check_text(version);
	}
	if (judge(ollama_parse_ps(data, len, &when, &loaded, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(loaded[i].name), check_text(loaded[i].digest);
		ollama_free_loaded(loaded, n);
	}
	if (judge(ollama_parse_tags(data, len, &stored, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(stored[i].name), check_text(stored[i].digest);
		ollama_free_stored(stored, n);
	}
	return accepted;
}

static void check_container(const struct container *c)
{
	check_text(c->name);
	check_text(c->image);
	check_text(c->health_error);
	for (size_t i = 0; i < c->mount_count; i++)
		check_text(c->mounts[i].source), check_text(c->mounts[i].destination);
	for (size_t i = 0; i < c->env_count; i++)
		check_text(c->env[i]);
	must(c->host_port >= 0 && c->host_port <= 65535, "a port out of range");
}

static int run_docker(const char *data, size_t len)
{
	static char label[] = "tier=gpu", image[] = "w*";
	static const struct discover_spec discover = {.label = label, .image = image};
	struct docker_version version;
	struct docker_info info;
	struct docker_listed *list;
	struct docker_inspected inspected;
	struct docker_event_line event;
	struct docker_stats stats;
	char id[DOCKER_ID_MAX], api[16];
	int code, accepted = 0;
	size_t n;
	if (judge(docker_parse_version(data, len, &version, &error))) {
		accepted++;
		judge(docker_negotiate(&version, api, sizeof api, &error));
	}
	accepted += judge(docker_parse_info(data, len, &info, &error));
	if (judge(docker_parse_list(data, len, &discover, &list, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(list[i].name);
		free(list);
	}
	if (judge(docker_parse_inspect(data, len, &inspected, &error))) {
		accepted++;
		check_container(&inspected.container);
	}
	docker_free_inspected(&inspected);
	if (docker_parse_event(data, len, &event, &error)) {
		accepted++;
		check_text(event.name);
	}
	accepted += judge(docker_parse_stats(data, len, &stats, &error));
	accepted += judge(docker_parse_exec_id(data, len, id, sizeof id, &error));
	accepted += judge(docker_parse_exec_exit(data, len, &code, &error));
	return accepted;
}

static int run_swarm(const char *data, size_t len)
{
	struct docker_service service;
	struct docker_node *nodes;
	struct docker_task *tasks;
	size_t n;
	int accepted = judge(docker_parse_service(data, len, &service, &error));
	if (judge(docker_parse_nodes(data, len, &nodes, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(nodes[i].name);
		free(nodes);
	}
	if (judge(docker_parse_tasks(data, len, &tasks, &n, &error))) {
		accepted++;
		must(docker_choose_tasks(tasks, n, 2) <= n, "more tasks chosen than there are");
		for (size_t i = 0; i < n; i++)
			check_text(tasks[i].state), check_text(tasks[i].error);
		free(tasks);
	}
	return accepted;
}

static int run_probes(const char *data, size_t len)
{
	struct probe_mount mount;
	struct probe_space space;
	struct probe_memory memory;
	struct probe_connections tcp;
	struct probe_partial *partials;
	size_t n;
	int accepted = 0;
	if (judge(probe_parse_mountinfo(data, len, "/root/.ollama", &mount, &error))) {
		accepted++;
		check_text(mount.source);
		check_text(mount.options);
	}
	accepted += judge(probe_parse_df(data, len, &space, &error));
	accepted += probe_parse_meminfo(data, len, &memory);
	probe_parse_tcp(data, len, 11434, &tcp);
	must(tcp.active <= tcp.count, "more active connections than connections");
	if (probe_parse_partials(data, len, &partials, &n)) {
		accepted += n > 0;
		for (size_t i = 0; i < n; i++)
			must(partials[i].completed <= partials[i].total, "more than all is completed");
		free(partials);
	}
	return accepted;
}

static int run_others(const char *data, size_t len)
{
	struct gpu gpus[FLEET_GPUS_MAX];
	struct gin_line line;
	struct request_metrics metrics;
	struct model_loaded *models;
	char text[64];
	size_t n;
	int accepted = 0;
	if (gin_parse(data, len, &line)) {
		accepted++;
		must(line.seconds >= 0 && line.status >= 100, "a request that ended before it began");
		gin_counts(&line);
	}
	if (judge(metrics_parse_requests(data, len, &metrics, &error))) {
		accepted++;
		must(metrics.inflight >= -1 && metrics.queue >= -1, "fewer requests than none");
	}
	if (judge(openai_parse_models(data, len, &models, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(models[i].name);
		ollama_free_loaded(models, n);
	}
	n = probe_parse_gpus(data, len, gpus);
	for (size_t i = 0; i < n; i++) {
		check_text(gpus[i].name);
		must(gpus[i].memory_used >= -1 && gpus[i].memory_total >= -1, "less memory than none");
	}
	openai_parse_refusal(data, len, text, sizeof text);
	return accepted + (n > 0);
}

int parsers_run(const char *data, size_t len)
{
	struct balancer_server *servers;
	size_t n;
	char text[64];
	int accepted = run_ollama(data, len) + run_docker(data, len) + run_swarm(data, len) +
		       run_probes(data, len) + run_others(data, len);
	if (judge(traefik_parse_service(data, len, &servers, &n, &error))) {
		accepted++;
		for (size_t i = 0; i < n; i++)
			check_text(servers[i].url), check_text(servers[i].status);
		traefik_free_servers(servers, n);
	}
	ollama_parse_refusal(data, len, text, sizeof text);
	docker_parse_refusal(data, len, text, sizeof text);
	return accepted;
}
