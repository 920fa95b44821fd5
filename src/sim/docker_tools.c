/*
 * docker_tools.c - the programs of the image, as far as an operator's probes use them: their table, and the short ones.
 */
#include "docker_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool tool_true(struct shell_command *x)
{
	(void)x;
	return true;
}

static bool tool_false(struct shell_command *x)
{
	x->status = 1;
	return true;
}

static bool tool_echo(struct shell_command *x)
{
	bool newline = !(x->argc > 1 && strcmp(x->argv[1], "-n") == 0);

	for (int i = newline ? 1 : 2; i < x->argc; i++)
		serve_printf(x->out, "%s%s", x->argv[i], i + 1 < x->argc ? " " : "");
	if (newline)
		serve_put(x->out, "\n", 1);
	return true;
}

static bool tool_env(struct shell_command *x)
{
	serve_printf(x->out,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=%.12s\n",
		x->c->id);
	for (size_t i = 0; i < x->c->env_count; i++)
		if (strncmp(x->c->env[i], "PATH=", 5) != 0)
			serve_printf(x->out, "%s\n", x->c->env[i]);
	serve_printf(x->out, "HOME=/root\n");
	return true;
}

static bool tool_hostname(struct shell_command *x)
{
	serve_printf(x->out, "%.12s\n", x->c->id);
	return true;
}

/* In a world whose clock stands it ends at once. */
static bool tool_sleep(struct shell_command *x)
{
	const struct world *world = x->c->server->world;
	double seconds = x->argc > 1 ? strtod(x->argv[1], NULL) : 0;

	if (x->argc < 2) {
		serve_printf(x->err, "sleep: missing operand\n");
		x->status = 1;
	}
	return world->still || (double)(world->wall - x->started) >= seconds * 1000;
}

static bool tool_cat(struct shell_command *x)
{
	if (x->argc < 2) {
		if (x->in_open)
			return false;
		serve_put(x->out, x->in->data ? x->in->data : "", x->in->len);
		return true;
	}
	for (int i = 1; i < x->argc; i++) {
		char *path = docker_file_clean(x->argv[i]);
		if (!path)
			return true;
		if (docker_file_hangs(x->c, path, false)) {
			free(path);
			return false;
		}
		if (docker_file_stale(x->c, path)) {
			serve_printf(x->err, "cat: %s: " SHELL_STALE "\n", x->argv[i]);
			x->status = 1;
			free(path);
			continue;
		}
		enum docker_found found = docker_file_find(x->c, path, x->out, NULL);
		if (found != DOCKER_FILE_REGULAR) {
			serve_printf(x->err, "cat: %s: %s\n", x->argv[i],
				found == DOCKER_FILE_DIRECTORY ? "Is a directory" : SHELL_NO_SUCH_FILE);
			x->status = 1;
		}
		free(path);
	}
	return true;
}

static void ollama_size(char *text, size_t size, int64_t bytes)
{
	if (bytes >= 1000000000)
		snprintf(text, size, "%.1f GB", (double)bytes / 1e9);
	else
		snprintf(text, size, "%lld MB", (long long)(bytes / 1000000));
}

static void ollama_ps(struct shell_command *x)
{
	serve_printf(x->out, "%-24s %-15s %-10s %-12s %s\n", "NAME", "ID", "SIZE", "PROCESSOR", "UNTIL");
	for (size_t i = 0; i < x->c->loaded_count; i++) {
		const struct world_loaded *loaded = x->c->loaded[i];
		char size[32], left[48] = "Forever";
		ollama_size(size, sizeof size, loaded->size);
		if (loaded->keep_alive >= 0)
			snprintf(left, sizeof left, "%lld seconds from now",
				(long long)(loaded->expires - x->c->server->world->wall) / 1000);
		serve_printf(x->out, "%-24s %-15.12s %-10s %-12s %s\n", loaded->model.name,
			loaded->model.digest, size, loaded->size_vram ? "100% GPU" : "100% CPU", left);
	}
}

static void ollama_list(struct shell_command *x, const struct world_store *store)
{
	serve_printf(x->out, "%-24s %-15s %s\n", "NAME", "ID", "SIZE");
	for (size_t i = 0; store && i < store->model_count; i++) {
		char size[32];
		if (!world_visible(x->c, store->models[i]))
			continue;
		ollama_size(size, sizeof size, store->models[i]->size);
		serve_printf(x->out, "%-24s %-15.12s %s\n", store->models[i]->name, store->models[i]->digest,
			size);
	}
}

static bool tool_ollama(struct shell_command *x)
{
	const char *verb = x->argc > 1 ? x->argv[1] : "";
	bool list = strcmp(verb, "list") == 0 || strcmp(verb, "ls") == 0;

	if (strcmp(verb, "--version") == 0 || strcmp(verb, "-v") == 0) {
		serve_printf(x->out, "ollama version is %s\n", world_version_of(x->c));
		return true;
	}
	if (!list && strcmp(verb, "ps") != 0) {
		serve_printf(x->err, "Error: unknown command \"%s\" for \"ollama\"\n", verb);
		x->status = 1;
		return true;
	}
	if (!world_answering(x->c)) {
		serve_printf(x->err,
			"Error: could not connect to ollama server, run 'ollama serve' to start it\n");
		x->status = 1;
		return true;
	}
	if (list && world_store_hung(x->c))
		return false;
	if (list)
		ollama_list(x, world_store_of(x->c));
	else
		ollama_ps(x);
	return true;
}

/* Without -c there is nobody to talk to: it ends with its input. */
static bool tool_sh(struct shell_command *x)
{
	return !x->in_open;
}

/* nvidia-smi --query-gpu=index,name,memory.used,memory.total,utilization.gpu --format=csv,noheader,nounits alone. */
static bool tool_nvidia_smi(struct shell_command *x)
{
	if (x->argc != 3 || strncmp(x->argv[1], "--query-gpu=", 12) != 0 ||
		strcmp(x->argv[2], "--format=csv,noheader,nounits") != 0) {
		serve_printf(x->err, "Invalid combination of input arguments.\n");
		x->status = 6;
		return true;
	}
	for (size_t i = 0; i < x->c->gpu_count; i++) {
		const struct world_gpu *gpu = &x->c->gpus[i];

		serve_printf(x->out, "%zu, %s, %lld, %lld, %d\n", i, gpu->name,
			(long long)(gpu->used / WORLD_MIB), (long long)(gpu->total / WORLD_MIB),
			gpu->utilisation);
	}
	return true;
}

static const struct {
	const char *name;
	shell_program *program;
} programs[] = {
	{"bash", tool_sh},
	{"cat", tool_cat},
	{"df", docker_tool_df},
	{"echo", tool_echo},
	{"env", tool_env},
	{"false", tool_false},
	{"grep", docker_tool_grep},
	{"hostname", tool_hostname},
	{"ls", docker_tool_ls},
	{"nvidia-smi", tool_nvidia_smi},
	{"ollama", tool_ollama},
	{"sh", tool_sh},
	{"sleep", tool_sleep},
	{"stat", docker_tool_stat},
	{"test", docker_tool_test},
	{"true", tool_true},
};

shell_program *shell_find_program(const struct world_container *c, const char *name)
{
	if (c->server->no_cat && strcmp(name, "cat") == 0)
		return NULL;
	if ((!c->ollama || c->speaks != WORLD_OLLAMA) && strcmp(name, "ollama") == 0)
		return NULL;
	if (c->gpu_count == 0 && strcmp(name, "nvidia-smi") == 0)
		return NULL;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strcmp(programs[i].name, name) == 0)
			return programs[i].program;
	return NULL;
}

const char *shell_program_name(const char *path)
{
	static const char *const folders[] = {"/bin/", "/usr/bin/", "/usr/local/bin/"};

	if (!strchr(path, '/'))
		return path;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t len = strlen(folders[i]);
		if (strncmp(path, folders[i], len) == 0 && !strchr(path + len, '/'))
			return path + len;
	}
	return NULL;
}
