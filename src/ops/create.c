/*
 * create.c - a container like another one: created, connected, started; and taken away again.
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct creating {
	cJSON *template; /* GET /containers/{id}/json */
	cJSON *networks; /* further ones, see clone_networks() */
	int next_network;
	char name[TEXT_NAME_MAX], image[TEXT_NAME_MAX];
	int port; /* 0: takes the template's place */
	cJSON *old_image;
};

static struct creating *creating_of(struct operation *op)
{
	if (op->creating == NULL)
		op->creating = calloc(1, sizeof *op->creating);
	return op->creating;
}

void creating_free(struct operation *op)
{
	struct creating *c = op->creating;
	if (c == NULL)
		return;
	cJSON_Delete(c->template);
	cJSON_Delete(c->networks);
	cJSON_Delete(c->old_image);
	free(c);
	op->creating = NULL;
}

bool creating_set(struct operation *op, cJSON *template, const char *name, int port)
{
	creating_free(op);
	struct creating *c = creating_of(op);
	if (c == NULL) {
		cJSON_Delete(template);
		op_fail(op, _("out of memory"));
		return false;
	}
	c->template = template;
	c->port = port;
	snprintf(c->name, sizeof c->name, "%s", name);
	return true;
}

void creating_image(struct operation *op, const char *image, cJSON *old_image)
{
	cJSON_Delete(op->creating->old_image);
	op->creating->old_image = old_image;
	snprintf(op->creating->image, sizeof op->creating->image, "%s", image);
}

const cJSON *creating_template(const struct operation *op)
{
	return op->creating != NULL ? op->creating->template : NULL;
}

static struct clone_change change_of(const struct operation *op)
{
	const struct creating *c = op->creating;
	return (struct clone_change){.name = c->name,
		.host_port = c->port,
		.image = c->image[0] != '\0' ? c->image : NULL,
		.old_image = c->old_image,
		.operation_id = op->id};
}

static const struct step step_undo_create;

static void created(struct operation *op, const struct http_response *response)
{
	char text[500];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	/* A refusal is certain: there is nothing to remove. Without an answer it may have come about. */
	if (refusal != NULL && response->error == NULL)
		op->undo_count--;
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		op_next(op);
}

static void enter_create(struct operation *op)
{
	struct clone_change change = change_of(op);
	struct parse_error error;
	char name[3 * TEXT_NAME_MAX];
	cJSON *body = clone_body(op->creating->template, &change, &error);
	op->creating->networks =
		body != NULL ? clone_networks(op->creating->template, &change, &error) : NULL;
	char *json = op->creating->networks != NULL ? cJSON_PrintUnformatted(body) : NULL;
	cJSON_Delete(body);
	if (json == NULL) {
		op_fail(op, "%s", op->creating->networks != NULL ? _("out of memory") : error.text);
		return;
	}
	http_encode(name, sizeof name, change.name);
	op_undo(op, &step_undo_create, change.name);
	op_engine(op, "POST", json, 2 * CALL_MS, created, "/containers/create?name=%s", name);
	cJSON_free(json);
}

const struct step step_create = {.name = N_("creating %s"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = 3 * CALL_MS,
	.enter = enter_create};

static void connect_next(struct operation *op);

static void connected(struct operation *op, const struct http_response *response)
{
	char text[500];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		connect_next(op);
}

static void connect_next(struct operation *op)
{
	struct creating *c = op->creating;
	char network[3 * TEXT_NAME_MAX];
	const cJSON *item = cJSON_GetArrayItem(c->networks, c->next_network++);
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "Network"));
	if (name == NULL) {
		op_next(op);
		return;
	}
	char *json = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(item, "Body"));
	http_encode(network, sizeof network, name);
	op_engine(op, "POST", json, CALL_MS, connected, "/networks/%s/connect", network);
	cJSON_free(json);
}

static bool has_networks(const struct operation *op)
{
	return cJSON_GetArraySize(op->creating->networks) > 0;
}

const struct step step_networks = {.name = N_("connecting %s to its networks"),
	.applies = has_networks,
	.tends = TENDED_RESTARTING,
	.deadline_ms = 4 * CALL_MS,
	.enter = connect_next};

static void enter_boot(struct operation *op)
{
	char name[3 * TEXT_NAME_MAX];
	http_encode(name, sizeof name, op->creating->name);
	op->changed_at = op_now(op);
	op_engine(op, "POST", NULL, 2 * CALL_MS, op_changed, "/containers/%s/start", name);
}

const struct step step_boot = {.name = N_("starting %s"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = 3 * CALL_MS,
	.enter = enter_boot};

static void taken_away(struct operation *op, const struct http_response *response)
{
	char text[500];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	watch_retry(op->ops->options.watch, op->server);
	if (refusal != NULL && (response->error != NULL || response->status != 404))
		op_fail(op, "%s", refusal);
	else
		op_next(op);
}

/* A container of that name may be somebody else's: the label tells. */
static void looked_at(struct operation *op, const struct http_response *response)
{
	char text[500], id[DOCKER_ID_MAX];
	if (response->error == NULL && response->status == 404) {
		op->skip = true;
		op_next(op);
		return;
	}
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	cJSON *tree = refusal == NULL ? cJSON_ParseWithLength(response->body, response->body_len) : NULL;
	const cJSON *labels =
		cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(tree, "Config"), "Labels");
	const char *label =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(labels, CLONE_LABEL_OPERATION));
	const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "Id"));
	bool ours = label != NULL && strcmp(label, op->id) == 0 && found != NULL;
	text_clean(id, sizeof id, found != NULL ? found : "", found != NULL ? strlen(found) : 0);
	cJSON_Delete(tree);
	if (refusal != NULL) {
		op_fail(op, "%s", refusal);
	} else if (!ours) {
		op->skip = true;
		op_next(op);
	} else {
		/* Its anonymous volumes were made with it; others are not touched by v. */
		op_engine(
			op, "DELETE", NULL, 2 * CALL_MS, taken_away, "/containers/%s?force=true&v=true", id);
	}
}

static void enter_undo_create(struct operation *op)
{
	char name[3 * TEXT_NAME_MAX];
	http_encode(name, sizeof name, op->subject);
	op_engine_get(op, looked_at, "/containers/%s/json", name);
}

static const struct step step_undo_create = {.name = N_("removing %s again"),
	.deadline_ms = 4 * CALL_MS,
	.enter = enter_undo_create,
	.undone = N_("removed %s"),
	.left = N_("container %s, if it was created: look with docker ps -a")};
