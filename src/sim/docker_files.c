#include "docker_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct world_container *c;
	const char *below;
	docker_visit *visit;
	void *user;
	bool over;
};

static bool at_or_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, len) == 0 && (!path[len] || path[len] == '/');
}

static void visit(struct walk *walk, struct docker_file *file)
{
	if (!walk->over && file->path && at_or_below(file->path, walk->below))
		walk->over = !walk->visit(walk->user, file);
}

static char *path_of(const char *folder, const char *format, ...) __attribute__((format(printf, 2, 3)));
static char *path_of(const char *folder, const char *format, ...)
{
	char *path = NULL, *rest = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&rest, format, args) < 0)
		rest = NULL;
	va_end(args);
	if (!rest || asprintf(&path, "%s/%s", folder, rest) < 0)
		path = NULL;
	free(rest);
	return path;
}

static void write_proc(
	struct serve_buffer *out, const struct world_container *c, const struct docker_file *file)
{
	for (const struct docker_proc_file *proc = docker_proc_files; proc->path; proc++)
		if (strcmp(proc->path, file->path) == 0)
			proc->write(out, c);
}

static void write_part(
	struct serve_buffer *out, const struct world_container *c, const struct docker_file *file)
{
	const struct world_part *part = file->part;

	(void)c;
	serve_printf(out, "{\"N\":%d,\"Offset\":%lld,\"Size\":%lld,\"Completed\":%lld}\n", part->n,
		(long long)part->offset, (long long)part->size, (long long)part->completed);
}

static void write_blob(
	struct serve_buffer *out, const struct world_container *c, const struct docker_file *file)
{
	(void)c;
	(void)file;
	serve_put(out, "GGUF\3\0\0\0", 8);
}

static void write_manifest(
	struct serve_buffer *out, const struct world_container *c, const struct docker_file *file)
{
	const struct world_model *model = file->model;

	(void)c;
	serve_printf(out,
		"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\","
		"\"layers\":[");
	for (size_t i = 0; i < model->layer_count; i++)
		serve_printf(out, "%s{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%lld}", i ? "," : "",
			model->layers[i].media_type, model->layers[i].digest,
			(long long)model->layers[i].size);
	serve_printf(out, "]}");
}

static void write_key(
	struct serve_buffer *out, const struct world_container *c, const struct docker_file *file)
{
	(void)c;
	(void)file;
	serve_printf(
		out, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPb0nqJ0oZ3p1mQwX0m1oZr6Zb3p2m1oZr6Zb3p2m1oZ\n");
}

/* "mistral:7b" is library/mistral/7b of the registry; a name may bring its own host. */
static char *manifest_path(const char *models, const char *name)
{
	const char *colon = strrchr(name, ':'), *slash = strchr(name, '/');
	const char *tag = colon ? colon + 1 : "latest";
	int len = (int)(colon ? colon - name : (long)strlen(name));

	if (!slash)
		return path_of(models, "manifests/registry.ollama.ai/library/%.*s/%s", len, name, tag);
	if (memchr(name, '.', (size_t)(slash - name)))
		return path_of(models, "manifests/%.*s/%s", len, name, tag);
	return path_of(models, "manifests/registry.ollama.ai/%.*s/%s", len, name, tag);
}

static bool seen_before(
	const struct world_container *c, const struct world_store *store, size_t m, const char *digest)
{
	for (size_t i = 0; i < m; i++) {
		if (!world_visible(c, store->models[i]))
			continue;
		for (size_t j = 0; j < store->models[i]->layer_count; j++)
			if (strcmp(store->models[i]->layers[j].digest, digest) == 0)
				return true;
	}
	return false;
}

static void walk_models(struct walk *walk, const struct world_mount *mount, const char *models)
{
	const struct world_store *store = mount->store;

	for (size_t m = 0; m < store->model_count; m++) {
		const struct world_model *model = store->models[m];
		if (!world_visible(walk->c, model))
			continue;
		struct docker_file file = {.path = manifest_path(models, model->name),
			.size = 500,
			.write = write_manifest,
			.model = model,
			.mount = mount};
		visit(walk, &file);
		free(file.path);
		file.write = write_blob;
		for (size_t i = 0; i < model->layer_count; i++) {
			if (seen_before(walk->c, store, m, model->layers[i].digest))
				continue;
			file.path = path_of(
				models, "blobs/sha256-%s", model->layers[i].digest + strlen("sha256:"));
			file.size = model->layers[i].size;
			visit(walk, &file);
			free(file.path);
		}
	}
}

/* A layer under way: one sparse file, and one small one for each of its parts. */
static void walk_pull(
	struct walk *walk, const struct world_mount *mount, const char *models, const struct world_pull *pull)
{
	if (pull->layer >= pull->model->layer_count)
		return;
	const struct world_layer *layer = &pull->model->layers[pull->layer];
	const char *hex = layer->digest + strlen("sha256:");
	struct docker_file file = {.path = path_of(models, "blobs/sha256-%s-partial", hex),
		.size = layer->size,
		.write = write_blob,
		.mount = mount};

	visit(walk, &file);
	free(file.path);
	for (size_t i = 0; i < world_pull_parts(pull); i++) {
		struct world_part part = world_pull_part(pull, i);
		struct docker_file piece = {
			.path = path_of(models, "blobs/sha256-%s-partial-%d", hex, part.n),
			.size = 60,
			.write = write_part,
			.part = &part,
			.mount = mount};
		visit(walk, &piece);
		free(piece.path);
	}
}

static void walk_one(struct walk *walk, struct docker_file *file, char *path)
{
	file->path = path;
	visit(walk, file);
	free(path);
}

static void walk_store(struct walk *walk, const struct world_mount *mount)
{
	struct docker_file file = {.size = 387, .mount = mount};
	char *models = path_of(mount->destination, "models");

	if (!models)
		return;
	if (at_or_below(mount->destination, walk->below) || at_or_below(walk->below, mount->destination)) {
		walk_models(walk, mount, models);
		for (size_t i = 0; i < mount->store->pull_count; i++)
			walk_pull(walk, mount, models, mount->store->pulls[i]);
		if (!mount->store->bare) {
			walk_one(walk, &file, path_of(models, "blobs"));
			walk_one(walk, &file, path_of(models, "manifests"));
		}
		file.write = write_key;
		if (!mount->store->no_key) {
			walk_one(walk, &file, path_of(mount->destination, "id_ed25519"));
			walk_one(walk, &file, path_of(mount->destination, "id_ed25519.pub"));
		}
	}
	free(models);
}

void docker_files_each(const struct world_container *c, const char *path, docker_visit *visit_one, void *user)
{
	char folders[][16] = {"/tmp", "/root", "/usr/lib/ollama"};
	struct walk walk = {c, path, visit_one, user, false};

	for (const struct docker_proc_file *proc = docker_proc_files; proc->path; proc++) {
		struct docker_file file = {.path = strdup(proc->path), .write = write_proc};
		visit(&walk, &file);
		free(file.path);
	}
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		visit(&walk, &(struct docker_file){.path = folders[i]});
	for (size_t i = 0; i < c->mount_count; i++) {
		visit(&walk, &(struct docker_file){.path = c->mounts[i].destination, .mount = &c->mounts[i]});
		if (c->mounts[i].store)
			walk_store(&walk, &c->mounts[i]);
	}
}

struct search {
	const struct world_container *c;
	const char *path;
	struct serve_buffer *content;
	int64_t size;
	enum docker_found found;
};

static bool search_one(void *user, const struct docker_file *file)
{
	struct search *search = user;

	if (strcmp(file->path, search->path) != 0 || !file->write) {
		search->found = DOCKER_FILE_DIRECTORY;
		return true;
	}
	search->found = DOCKER_FILE_REGULAR;
	search->size = file->size;
	if (search->content)
		file->write(search->content, search->c, file);
	return false;
}

enum docker_found docker_file_find(
	const struct world_container *c, const char *path, struct serve_buffer *content, int64_t *size)
{
	struct search search = {c, path, content, 0, DOCKER_FILE_MISSING};

	docker_files_each(c, path, search_one, &search);
	if (size)
		*size = search.size;
	return search.found;
}

const struct world_mount *docker_file_mount(const struct world_container *c, const char *path)
{
	const struct world_mount *best = NULL;

	for (size_t i = 0; i < c->mount_count; i++) {
		const struct world_mount *mount = &c->mounts[i];
		if (at_or_below(path, mount->destination) &&
			(!best || strlen(mount->destination) > strlen(best->destination)))
			best = mount;
	}
	return best;
}

bool docker_file_hangs(const struct world_container *c, const char *path, bool below)
{
	if (!world_store_hung(c))
		return false;
	const struct world_mount *mount = docker_file_mount(c, path);
	if (mount && mount->store && mount->store == world_store_of(c))
		return true;
	for (size_t i = 0; below && i < c->mount_count; i++)
		if (c->mounts[i].store && at_or_below(c->mounts[i].destination, path))
			return true;
	return false;
}

bool docker_file_closed(const struct world_container *c, const char *path)
{
	const struct world_mount *mount = docker_file_mount(c, path);

	return mount && mount->store && mount->store->unreadable && strcmp(path, mount->destination) != 0;
}

bool docker_file_stale(const struct world_container *c, const char *path)
{
	const struct world_mount *mount = world_store_stale(c) ? docker_file_mount(c, path) : NULL;

	return mount && mount->store && mount->store == world_store_of(c);
}

char *docker_file_clean(const char *path)
{
	char *clean = malloc(strlen(path) + 2), *to = clean;

	if (!clean)
		return NULL;
	while (*path) {
		size_t len = strcspn(path, "/");
		if (len && !(len == 1 && *path == '.')) {
			*to++ = '/';
			memcpy(to, path, len);
			to += len;
		}
		path += len + (path[len] == '/');
	}
	if (to == clean)
		*to++ = '/';
	*to = '\0';
	return clean;
}
