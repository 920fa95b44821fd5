/*
 * upgrade.c - the image is pulled, then each instance is made anew from it; the old container is kept
 * aside until the new one is well, and put back when it is not.
 */
#include "private.h"

#include "../net/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PULL_MS    INT64_C(7200000)
#define SILENCE_MS (5 * 60 * 1000)

/* Lines of POST /images/create: {"status", "error", "id", "progressDetail"}. */
static bool on_line(void *user, char *line, size_t len)
{
	struct operation *op = user;
	struct parse_error ignored;
	char text[200];
	cJSON *tree = json_parse(line, len, cJSON_Object, "/images/create", &ignored);
	json_text(tree, "error", op->why, sizeof op->why);
	json_text(tree, "status", text, sizeof text);
	if (json_string(tree, "id") == NULL && text[0] != '\0')
		op_say(op, "%s", text);
	bool going = op->why[0] == '\0';
	cJSON_Delete(tree);
	return going;
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct operation *op = user;
	return ndjson_push(&op->lines, data, len);
}

static void on_new_image(struct operation *op, const struct http_response *response)
{
	cJSON *tree = op_json(op, response, "/images/json");
	if (tree == NULL)
		return;
	json_text(tree, "Id", op->image_id, sizeof op->image_id);
	cJSON_Delete(tree);
	op_next(op);
}

static void on_pulled(struct operation *op, const struct http_response *response)
{
	char text[400], why[sizeof op->why], name[3 * TEXT_NAME_MAX];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal == NULL)
		(void)ndjson_end(&op->lines);
	ndjson_free(&op->lines);
	memcpy(why, op->why, sizeof why);
	op->why[0] = '\0';
	if (why[0] != '\0' || refusal != NULL) {
		op_fail(op, _("the image was not pulled, nothing was changed: %s"),
			why[0] != '\0' ? why : refusal);
		return;
	}
	http_encode(name, sizeof name, op->image);
	op_engine_get(op, on_new_image, "/images/%s/json", name);
}

/* "ollama/ollama:0.9.0" in name and tag; a digest stays in the name. */
static void split_image(const char *image, char *name, char *tag, size_t size)
{
	const char *slash = strrchr(image, '/');
	const char *colon = strchr(slash != NULL ? slash : image, ':');
	bool digest = strchr(image, '@') != NULL;
	snprintf(name, size, "%.*s", digest || colon == NULL ? (int)strlen(image) : (int)(colon - image),
		image);
	snprintf(tag, size, "%s", digest ? "" : colon != NULL ? colon + 1 : "latest");
}

static void enter_image(struct operation *op)
{
	char name[TEXT_NAME_MAX], tag[TEXT_NAME_MAX], from[3 * TEXT_NAME_MAX], to[3 * TEXT_NAME_MAX];
	char path[2048];
	split_image(op->image, name, tag, sizeof name);
	http_encode(from, sizeof from, name);
	http_encode(to, sizeof to, tag);
	if (!op_engine_path(op, path, sizeof path, "/images/create?fromImage=%s%s%s", from,
		    to[0] != '\0' ? "&tag=" : "", to) ||
		op_docker(op) == NULL) {
		op_fail(op, _("the Docker Engine was not reached yet"));
		return;
	}
	ndjson_init(&op->lines, HTTP_LINE_MAX, on_line, op);
	op_stream(op, op_docker(op), path, NULL, CALL_MS * 4, SILENCE_MS, on_data, on_pulled);
}

static bool not_pulled_yet(const struct operation *op)
{
	return op->image_id[0] == '\0';
}

static const struct step step_image = {.name = N_("pulling the image"),
	.applies = not_pulled_yet,
	.deadline_ms = PULL_MS,
	.enter = enter_image};

static void on_old_image(struct operation *op, const struct http_response *response)
{
	struct parse_error ignored;
	/* Without it everything of the container is kept, also what came from the old image. */
	cJSON *old = response->error == NULL && response->status == 200
			     ? json_parse(response->body, response->body_len, cJSON_Object, "", &ignored)
			     : NULL;
	creating_image(op, op->image_id, old);
	op_next(op);
}

static void on_inspected(struct operation *op, const struct http_response *response)
{
	char image[3 * TEXT_NAME_MAX];
	cJSON *tree = op_json(op, response, "/containers/json");
	if (tree == NULL)
		return;
	const char *runs = json_string(tree, "Image");
	bool same = runs != NULL && strcmp(runs, op->image_id) == 0;
	http_encode(image, sizeof image, runs != NULL ? runs : "");
	const char *name = json_string(tree, "Name");
	snprintf(op->container_name, sizeof op->container_name, "%s",
		name != NULL ? name + (*name == '/') : op->subject);
	if (same) {
		cJSON_Delete(tree);
		op_say(op, _("%s runs this image already"), op->subject);
		op_skip_round(op);
		return;
	}
	if (creating_set(op, tree, op->container_name, 0))
		op_engine_get(op, on_old_image, "/images/%s/json", image);
}

static void enter_inspect(struct operation *op)
{
	if (op_take_container(op))
		op_engine_get(op, on_inspected, "/containers/%s/json", op->container);
}

static const struct step step_inspect = {
	.name = N_("looking at the container of %s"), .deadline_ms = 3 * CALL_MS, .enter = enter_inspect};

static void renamed(struct operation *op, const struct http_response *response)
{
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		op_next(op);
}

static void rename_to(struct operation *op, const char *prefix)
{
	char name[3 * TEXT_NAME_MAX], whole[2 * TEXT_NAME_MAX];
	snprintf(whole, sizeof whole, "%s%s", prefix, op->container_name);
	http_encode(name, sizeof name, whole);
	op_engine(op, "POST", NULL, CALL_MS, renamed, "/containers/%s/rename?name=%s", op->stopped, name);
}

static void enter_name_back(struct operation *op)
{
	rename_to(op, "");
}

static const struct step step_name_back = {.name = N_("giving %s its name back"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = 2 * CALL_MS,
	.enter = enter_name_back,
	.undone = N_("gave %s its name back"),
	.left = N_("the old container of %s is aside as ollama-top-aside-...")};

static void enter_aside(struct operation *op)
{
	op_undo(op, &step_name_back, op->subject);
	rename_to(op, DOCKER_ASIDE_PREFIX);
}

static const struct step step_aside = {.name = N_("setting the old container of %s aside"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = 2 * CALL_MS,
	.enter = enter_aside};

static void old_removed(struct operation *op, const struct http_response *response)
{
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	/* The new one is well: an old one that stays is told, and no reason to go back. */
	if (refusal != NULL && response->status != 404)
		op_say(op, _("the old container stays as %s%s: %s"), DOCKER_ASIDE_PREFIX, op->container_name,
			refusal);
	op_next(op);
}

static void enter_remove_old(struct operation *op)
{
	op_commit(op);
	op->view.completed = (int64_t)op->round + 1;
	op_engine(op, "DELETE", NULL, 2 * CALL_MS, old_removed, "/containers/%s?v=false", op->stopped);
}

static const struct step step_remove_old = {.name = N_("removing the old container of %s"),
	.deadline_ms = 3 * CALL_MS,
	.enter = enter_remove_old};

static const struct instance *first_running(const struct server *server)
{
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *each = server->instances[i];
		if (!each->gone && each->container.status == CONTAINER_RUNNING && instance_is_ollama(each) &&
			each->container.image != NULL)
			return each;
	}
	return NULL;
}

bool prepare_upgrade(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_image, &step_inspect, &step_pool_out,
		&step_drain, &step_stop, &step_aside, &step_create, &step_networks, &step_boot, &step_answers,
		&step_store, &step_pool_return, &step_remove_old, NULL};
	const struct server *server = op_server(op);
	const struct instance *first = first_running(server);
	op->program = program;
	op->no_drain = op->ops->spec->traefik.dynamic_file == NULL;
	if (op->image == NULL && first != NULL)
		op->image = strdup(first->container.image);
	op_add_running(op);
	if (op->rounds > 0 && op->image != NULL)
		return true;
	op_deny(op, _("no instance of %s runs"), server->spec->name);
	return false;
}

/* What Docker takes as the name of an image, roughly: it has the last word. */
static bool image_name_valid(const char *image)
{
	size_t len = strspn(image, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@");
	return len > 0 && image[len] == '\0' && len < TEXT_NAME_MAX && image[0] != '/' && image[0] != ':';
}

bool plan_upgrade(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct server *server = plan_server(ops, intent, plan);
	if (server == NULL)
		return false;
	const struct instance *first = first_running(server);
	const char *image = intent->image != NULL ? intent->image
			    : first != NULL       ? first->container.image
						  : "?";
	char shown[TEXT_NAME_MAX];
	text_clean(shown, sizeof shown, image, strlen(image));
	snprintf(plan->title, sizeof plan->title, _("upgrade %s to %.100s"), server->spec->name, shown);
	if (intent->image != NULL && !image_name_valid(intent->image))
		return plan_wrong(plan,
			_("\"%s\" is no image's name; expected NAME[:TAG], such as ollama/ollama:0.9.0"),
			shown);
	if (!plan_not_of_service(server, plan))
		return false;
	if (server->docker.status != LINK_OK)
		return plan_refused(plan, _("the Docker Engine of %s does not answer"), server->spec->name);
	if (first == NULL)
		return plan_refused(plan, _("no instance of %s runs"), server->spec->name);
	if (strncmp(image, "sha256:", 7) == 0)
		return plan_refused(plan,
			_("the containers of %s were created by an image's id: name the image to upgrade to"),
			server->spec->name);
	plan_line(plan,
		_("On %s, the image %s is pulled; then each instance is drained, stopped and recreated from "
		  "it."),
		server->spec->name, shown);
	plan_line(plan, "%s",
		_("The old container is kept aside until the new one answers and its store is right."));
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *each = server->instances[i];
		if (!each->gone && each->container.status == CONTAINER_RUNNING && instance_is_ollama(each))
			plan_interrupts(ops, each, plan);
	}
	return true;
}
