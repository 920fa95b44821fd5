/*
 * render_compose.c - the Compose file of a server: asks its engine about every instance, and about what else
 * belongs to the same Compose project, then leaves the rest to compose.c.
 */
#include "render.h"

#include "command.h"
#include "compose.h"
#include "net/json.h"
#include "ollama-top/docker.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"
#include "questions.h"
#include "yaml_write.h"

#include <stdlib.h>
#include <string.h>

#define PROJECT_LABEL COMPOSE_LABELS "project"
#define ONE_OFF_LABEL COMPOSE_LABELS "oneoff"
#define PROJECTS_MAX  16
#define PARTS_MAX     (2 * FLEET_INSTANCES_MAX)
#define NAME_ROOM     (3 * TEXT_NAME_MAX)

struct source {
	struct rendering *r;
	const struct server *server;
	struct http_endpoint *engine;
	char where[TEXT_NAME_MAX];
	struct question containers[PARTS_MAX];
	size_t container_count, instance_count;
	struct question images[2 * PARTS_MAX]; /* the image by its id, then what the name stands for */
	char project[TEXT_NAME_MAX];           /* percent-encoded filter at hand */
};

static bool ask(struct source *s, struct question *questions, size_t count)
{
	return questions_ask(&s->r->once, s->engine, s->where, questions, count, s->r->error);
}

static void add_container(struct source *s, const char *id)
{
	char name[NAME_ROOM];
	if (s->container_count < PARTS_MAX) {
		struct question *question = &s->containers[s->container_count++];
		http_encode(name, sizeof(name), id);
		snprintf(question->path, sizeof(question->path), "/v%s/containers/%s/json",
			s->server->docker_api, name);
	}
}

/* ---- instances ---- */

static bool ask_instances(struct source *s)
{
	for (size_t i = 0; i < s->server->instance_count; i++) {
		const struct instance *instance = s->server->instances[i];
		if (!instance->gone && instance->container.id[0] != '\0') {
			add_container(s, instance->container.id);
		}
	}
	s->instance_count = s->container_count;
	return ask(s, s->containers, s->container_count);
}

/* ---- what else is of their Compose projects ---- */

static const char *label_of(const cJSON *container, const char *label)
{
	return json_string(json_object(json_object(container, "Config"), "Labels"), label);
}

static bool is_known(const struct source *s, const char *id)
{
	for (size_t i = 0; i < s->container_count; i++) {
		const char *its = json_string(s->containers[i].answer, "Id");
		if (strstr(s->containers[i].path, id) || (its && strcmp(its, id) == 0)) {
			return true;
		}
	}
	return false;
}

static void add_listed(struct source *s, const cJSON *list)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		const char *id = json_string(item, "Id");
		const char *one_off = json_string(json_object(item, "Labels"), ONE_OFF_LABEL);
		if (id && *id != '\0' && !is_known(s, id) && !(one_off && strcmp(one_off, "True") == 0)) {
			add_container(s, id);
		}
	}
}

static bool ask_project(struct source *s, const char *project)
{
	char filter[TEXT_NAME_MAX + 64], encoded[3 * sizeof(filter)];
	struct question *question = calloc(1, sizeof(*question));
	cJSON *filters = cJSON_CreateObject();
	cJSON *labels = cJSON_AddArrayToObject(filters, "label");
	bool fine = question && labels;
	snprintf(filter, sizeof(filter), "%s=%s", PROJECT_LABEL, project);
	cJSON_AddItemToArray(labels, cJSON_CreateString(filter));
	char *text = cJSON_PrintUnformatted(filters);
	cJSON_Delete(filters);
	if (fine && text) {
		http_encode(encoded, sizeof(encoded), text);
		snprintf(question->path, sizeof(question->path), "/v%s/containers/json?all=1&filters=%s",
			s->server->docker_api, encoded);
		question->list = true;
		fine = ask(s, question, 1);
		add_listed(s, question->answer);
		cJSON_Delete(question->answer);
	}
	cJSON_free(text);
	free(question);
	return fine && text;
}

static bool ask_projects(struct source *s)
{
	const char *projects[PROJECTS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < s->instance_count && count < PROJECTS_MAX; i++) {
		const char *project = label_of(s->containers[i].answer, PROJECT_LABEL);
		bool fresh = project && strlen(project) < TEXT_NAME_MAX;
		for (size_t p = 0; p < count && fresh; p++) {
			fresh = strcmp(projects[p], project) != 0;
		}
		if (fresh) {
			projects[count++] = project;
		}
	}
	for (size_t p = 0; p < count; p++) {
		if (!ask_project(s, projects[p])) {
			return false;
		}
	}
	return ask(s, s->containers + s->instance_count, s->container_count - s->instance_count);
}

/* ---- images ---- */

static void image_path(struct source *s, struct question *question, const char *image)
{
	char name[NAME_ROOM];
	http_encode(name, sizeof(name), image ? image : "");
	snprintf(question->path, sizeof(question->path), "/v%s/images/%s/json", s->server->docker_api, name);
	question->optional = true;
}

static bool ask_images(struct source *s)
{
	for (size_t i = 0; i < s->container_count; i++) {
		const cJSON *container = s->containers[i].answer;
		image_path(s, &s->images[2 * i], json_string(container, "Image"));
		image_path(s, &s->images[2 * i + 1], json_string(json_object(container, "Config"), "Image"));
	}
	return ask(s, s->images, 2 * s->container_count);
}

/* ---- the file ---- */

static void write_head(struct source *s, const struct compose_file *file)
{
	FILE *out = s->r->out;
	render_header(s->r, _("What runs on server %s (%s), as a Compose file."), s->server->spec->name,
		s->server->spec->host ? s->server->spec->host : "-");
	yaml_comment(out, NULL);
	if (file->file[0] != '\0') {
		yaml_commentf(out, _("It stands for %s of that server. To use it there:"), file->file);
	} else {
		yaml_comment(out, _("To use it on that server:"));
	}
	for (size_t i = 0; i < file->command_count; i++) {
		yaml_commentf(out, "  %s", file->commands[i]);
	}
	yaml_commentf(out, "  docker-compose -p %s -f FILE up -d", file->project);
	if (file->note_count > 0) {
		yaml_comment(out, NULL);
		yaml_comment(out, _("Notes:"));
	}
	for (size_t i = 0; i < file->note_count; i++) {
		yaml_commentf(out, "- %s", file->notes[i]);
	}
}

static int write_file(struct source *s)
{
	struct compose_file file;
	struct parse_error error;
	struct compose_part *parts = calloc(s->container_count + 1, sizeof(*parts));
	int status = EXIT_DONE;
	for (size_t i = 0; parts && i < s->container_count; i++) {
		parts[i] = (struct compose_part){
			.container = s->containers[i].answer,
			.image = s->images[2 * i].answer,
			.named = s->images[2 * i + 1].answer,
			.instance = i < s->instance_count,
		};
	}
	if (!parts) {
		return render_fail(s->r, EXIT_UNWELL, "%s", _("out of memory"));
	}
	if (!compose_make(&file, parts, s->container_count, &error)) {
		status = render_fail(s->r, EXIT_UNWELL, "%s: %s", s->where, error.text);
	} else {
		write_head(s, &file);
		if (!yaml_write(s->r->out, file.document, YAML_COMPOSE)) {
			status = render_fail(s->r, EXIT_UNWELL,
				_("%s: something that its engine tells is not UTF-8, and cannot be "
				  "expressed"),
				s->where);
		}
	}
	compose_free(&file);
	free(parts);
	return status;
}

static int from_engine(struct source *s)
{
	const struct link *docker = &s->server->docker;
	s->engine = watch_engine(s->r->once.app.watch, s->r->server);
	if (docker->status == LINK_NONE && !docker->error) {
		return render_fail(s->r, EXIT_WRONG,
			_("%s: there is no docker: in the configuration, and only the engine can tell what "
			  "runs"),
			s->server->spec->name);
	}
	if (!s->engine || docker->status != LINK_OK || !s->server->docker_api) {
		return render_fail(s->r, EXIT_UNWELL, "%s: %s", s->where,
			docker->error ? docker->error : _("no answer"));
	}
	if (!ask_instances(s) || !ask_projects(s) || !ask_images(s)) {
		return s->r->once.interrupted ? EXIT_INTERRUPTED : EXIT_UNWELL;
	}
	if (s->container_count == 0) {
		return render_fail(
			s->r, EXIT_UNWELL, _("%s: none of its instances has a container"), s->where);
	}
	return write_file(s);
}

int render_compose(struct rendering *r)
{
	struct source *s = calloc(1, sizeof(*s));
	if (!s) {
		return render_fail(r, EXIT_UNWELL, "%s", _("out of memory"));
	}
	s->r = r;
	s->server = &r->once.app.fleet->servers[r->server];
	snprintf(s->where, sizeof(s->where), _("Docker of %s"), s->server->spec->name);
	const int status = from_engine(s);
	for (size_t i = 0; i < s->container_count; i++) {
		cJSON_Delete(s->containers[i].answer);
		cJSON_Delete(s->images[2 * i].answer);
		cJSON_Delete(s->images[2 * i + 1].answer);
	}
	free(s);
	return status;
}
