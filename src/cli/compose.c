/*
 * compose.c - which services there are, what they are called, and what must go before `up -d`.
 */
#include "compose.h"

#include "compose_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROJECT         COMPOSE_LABELS "project"
#define PROJECT_DEFAULT "ollama"
#define NOTE_MAX        2048

/* ---- building ---- */

static bool keep(struct composing *c, bool done)
{
	c->failed = c->failed || !done;
	return done;
}

void compose_put(struct composing *c, cJSON *map, const char *key, cJSON *item)
{
	if (!keep(c, item && cJSON_AddItemToObject(map, key, item))) {
		cJSON_Delete(item);
	}
}

void compose_add(struct composing *c, cJSON *list, cJSON *item)
{
	if (!keep(c, item && cJSON_AddItemToArray(list, item))) {
		cJSON_Delete(item);
	}
}

void compose_put_text(struct composing *c, cJSON *map, const char *key, const char *text)
{
	compose_put(c, map, key, cJSON_CreateString(text));
}

void compose_put_number(struct composing *c, cJSON *map, const char *key, int64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64, value);
	compose_put(c, map, key, cJSON_CreateRaw(text));
}

void compose_add_text(struct composing *c, cJSON *list, const char *text)
{
	compose_add(c, list, cJSON_CreateString(text));
}

cJSON *compose_put_map(struct composing *c, cJSON *map, const char *key)
{
	cJSON *item = cJSON_CreateObject();
	compose_put(c, map, key, item);
	return c->failed ? NULL : item;
}

cJSON *compose_put_list(struct composing *c, cJSON *map, const char *key)
{
	cJSON *item = cJSON_CreateArray();
	compose_put(c, map, key, item);
	return c->failed ? NULL : item;
}

void compose_put_filled(struct composing *c, cJSON *map, const char *key, cJSON *list)
{
	if (list && !list->child) {
		cJSON_Delete(list);
	} else {
		compose_put(c, map, key, list);
	}
}

static void append(struct composing *c, char ***lines, size_t *count, const char *line)
{
	char **more = realloc(*lines, (*count + 1) * sizeof(**lines));
	char *copy = strdup(line);
	if (more) {
		*lines = more;
	}
	if (keep(c, more && copy)) {
		(*lines)[(*count)++] = copy;
	} else {
		free(copy);
	}
}

void compose_note(struct composing *c, const char *format, ...)
{
	char note[NOTE_MAX];
	va_list args;
	const int used = snprintf(note, sizeof(note), "%s: ", c->name);
	va_start(args, format);
	vsnprintf(note + used, sizeof(note) - (size_t)used, format, args);
	va_end(args);
	append(c, &c->file->notes, &c->file->note_count, note);
}

void compose_command(struct composing *c, const char *format, ...)
{
	char command[NOTE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	append(c, &c->file->commands, &c->file->command_count, command);
}

void compose_duration(char *buf, size_t size, int64_t ns)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ns % units[i].ns == 0) {
			snprintf(buf, size, "%" PRId64 "%s", ns / units[i].ns, units[i].unit);
			return;
		}
	}
	snprintf(buf, size, "%" PRId64 "ns", ns);
}

bool compose_name_fits(const char *name)
{
	return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						  "0123456789._-")] == '\0';
}

bool compose_says_nothing(const cJSON *item)
{
	return inspection_empty(item) || cJSON_IsFalse(item) || (cJSON_IsObject(item) && !item->child) ||
	       (cJSON_IsString(item) && *item->valuestring == '\0') ||
	       (cJSON_IsNumber(item) && !(item->valuedouble > 0));
}

/* Declared already, under whichever key. */
static const cJSON *declared(const cJSON *map, const char *name)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, map)
	{
		const char *its = json_string(item, "name");
		if (its && strcmp(its, name) == 0) {
			return item;
		}
	}
	return NULL;
}

const char *compose_external(struct composing *c, cJSON *map, const char *name)
{
	char key[TEXT_NAME_MAX];
	const cJSON *there = declared(map, name);
	if (there) {
		return there->string;
	}
	const bool fits = compose_name_fits(name) && strlen(name) < sizeof(key);
	snprintf(key, sizeof(key), "%s", fits ? name : "external");
	for (int i = 2; json_member(map, key); i++) {
		snprintf(key, sizeof(key), "external-%d", i);
	}
	cJSON *item = compose_put_map(c, map, key);
	if (!item) {
		return NULL;
	}
	compose_put(c, item, "external", cJSON_CreateTrue());
	compose_put_text(c, item, "name", name);
	return item->string;
}

/* ---- the project ---- */

static const char *label_of(const struct compose_part *part, const char *label)
{
	return json_string(json_object(json_object(part->container, "Config"), "Labels"), label);
}

static size_t count_of(const struct composing *c, const char *project)
{
	size_t count = 0;
	for (size_t i = 0; i < c->part_count; i++) {
		const char *its = label_of(&c->parts[i], PROJECT);
		count += its && strcmp(its, project) == 0;
	}
	return count;
}

/* That of most containers; the first of equals. */
static void choose_project(struct composing *c)
{
	const struct compose_part *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < c->part_count; i++) {
		const char *project = label_of(&c->parts[i], PROJECT);
		if (project && compose_name_fits(project) && count_of(c, project) > most) {
			most = count_of(c, project);
			best = &c->parts[i];
		}
	}
	snprintf(c->file->project, sizeof(c->file->project), "%s",
		best ? label_of(best, PROJECT) : PROJECT_DEFAULT);
	const char *folder = best ? label_of(best, PROJECT ".working_dir") : NULL;
	const char *file = best ? label_of(best, PROJECT ".config_files") : NULL;
	if (file) {
		snprintf(c->file->file, sizeof(c->file->file), "%s%s%s", *file != '/' && folder ? folder : "",
			*file != '/' && folder ? "/" : "", file);
	}
}

/* ---- services ---- */

static bool is_free(const struct composing *c, const cJSON *services, const char *name)
{
	if (json_member(services, name)) {
		return false;
	}
	/* A service that keeps its name must find it free, wherever in the list it is. */
	for (size_t i = 0; i < c->part_count; i++) {
		const char *service = label_of(&c->parts[i], COMPOSE_SERVICE);
		if (&c->parts[i] != c->part && service && strcmp(service, name) == 0) {
			return false;
		}
	}
	return true;
}

/* True when the container is what Compose will look for under that name. */
static bool name_service(struct composing *c, const cJSON *services)
{
	const char *project = label_of(c->part, PROJECT), *service = label_of(c->part, COMPOSE_SERVICE);
	if (project && service && strcmp(project, c->file->project) == 0 && compose_name_fits(service) &&
		strlen(service) < sizeof(c->service_name) && !json_member(services, service)) {
		snprintf(c->service_name, sizeof(c->service_name), "%s", service);
		return true;
	}
	snprintf(c->service_name, sizeof(c->service_name), "%s", c->name);
	for (int i = 2; !is_free(c, services, c->service_name); i++) {
		snprintf(c->service_name, sizeof(c->service_name), "%.*s-%d", TEXT_NAME_MAX - 16, c->name, i);
	}
	return false;
}

static void tell_removal(struct composing *c)
{
	const char *project = label_of(c->part, PROJECT), *service = label_of(c->part, COMPOSE_SERVICE);
	if (!project || !service) {
		compose_note(
			c, _("was not made by Compose, which would find its name taken: remove it first"));
	} else if (strcmp(project, c->file->project) != 0) {
		compose_note(c,
			_("was made for the Compose project %s, where it stays until it is removed first"),
			project);
	} else {
		compose_note(c,
			_("is one of several containers of the service %s, and gets a service of its own "
			  "here: "
			  "remove it first"),
			service);
	}
	compose_command(c, "docker stop %s && docker rm %s", c->name, c->name);
}

static bool begin(struct composing *c, const struct compose_part *part)
{
	const char *name = json_string(part->container, "Name"), *id = json_string(part->container, "Id");
	c->part = part;
	c->config = json_object(part->container, "Config");
	c->host = json_object(part->container, "HostConfig");
	c->image = json_object(part->image, "Config");
	name = name ? name + (*name == '/') : "";
	text_clean(c->name, sizeof(c->name), name, strlen(name));
	if (!id || !c->config || !c->host || strlen(id) < INSPECTION_SHORT_ID) {
		return json_fail(c->error,
			_("the inspection of %s lacks its id, Config or HostConfig: the engine is not one "
			  "that "
			  "this program knows"),
			*c->name != '\0' ? c->name : _("the container"));
	}
	if (!compose_name_fits(name) || strcmp(name, c->name) != 0) {
		return json_fail(c->error,
			_("a container is called \"%s\", which no Compose file can express"), c->name);
	}
	const char *task_of = label_of(part, SWARM_SERVICE);
	if (task_of) {
		char clean[64];
		text_clean(clean, sizeof(clean), task_of, strlen(task_of));
		return json_fail(c->error,
			_("%s is a task of the Swarm service %s, which no Compose file describes: see docker "
			  "service inspect"),
			c->name, clean);
	}
	snprintf(c->short_id, sizeof(c->short_id), "%.*s", INSPECTION_SHORT_ID, id);
	return true;
}

static void note_state(struct composing *c)
{
	const char *status = json_string(json_object(c->part->container, "State"), "Status");
	if (!c->part->instance) {
		compose_note(c,
			_("is no instance of the fleet, but of the same Compose project: without it, Compose "
			  "would call it an orphan"));
	}
	if (status && (strcmp(status, "exited") == 0 || strcmp(status, "created") == 0)) {
		compose_note(c, _("does not run now (%s): up -d starts it"), status);
	}
}

static bool add_service(struct composing *c, cJSON *services, const struct compose_part *part)
{
	if (!begin(c, part)) {
		return false;
	}
	c->removed = !name_service(c, services);
	c->service = compose_put_map(c, services, c->service_name);
	if (!c->service) {
		return false;
	}
	if (c->removed) {
		tell_removal(c);
	}
	note_state(c);
	compose_config(c);
	compose_health(c);
	compose_host(c);
	compose_volumes(c);
	compose_network(c);
	return !c->failed;
}

static bool make(struct composing *c)
{
	c->file->document = cJSON_CreateObject();
	if (!c->file->document) {
		return false;
	}
	choose_project(c);
	cJSON *services = compose_put_map(c, c->file->document, "services");
	c->networks = cJSON_CreateObject();
	c->volumes = cJSON_CreateObject();
	bool done = services && c->networks && c->volumes;
	for (size_t i = 0; i < c->part_count && done; i++) {
		done = add_service(c, services, &c->parts[i]);
	}
	compose_put_filled(c, c->file->document, "networks", c->networks);
	compose_put_filled(c, c->file->document, "volumes", c->volumes);
	return done && !c->failed;
}

bool compose_make(
	struct compose_file *file, const struct compose_part *parts, size_t count, struct parse_error *error)
{
	struct composing c = {.file = file, .parts = parts, .part_count = count, .error = error};
	*file = (struct compose_file){0};
	*error->text = '\0';
	return make(&c) || (*error->text == '\0' && json_fail(error, "%s", _("out of memory")));
}

static void free_lines(char **lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(lines[i]);
	}
	free(lines);
}

void compose_free(struct compose_file *file)
{
	cJSON_Delete(file->document);
	free_lines(file->notes, file->note_count);
	free_lines(file->commands, file->command_count);
	*file = (struct compose_file){0};
}
