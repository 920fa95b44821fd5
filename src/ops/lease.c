/*
 * lease.c - who may change a server's containers.
 *
 * The lease is a container that is never started, `ollama-top-lease-EPOCH`: the engine takes a name
 * once (409), so creating the next epoch is compare-and-swap. Owner and expiry are in its labels, the
 * time is the engine's SystemTime. Renewal creates EPOCH+1, then removes EPOCH. Before each change the
 * highest epoch is looked at again, so that an owner who slept finds out that another has taken over.
 * All operations of this program on a server share its lease.
 */
#include "private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEASE_MS    30000
#define RENEW_MS    10000
#define RETRY_MS    2000
#define LABEL_OWNER "ollama-top.lease.owner"
#define LABEL_UNTIL "ollama-top.lease.expires"
/* filters={"name":["PREFIX"]} */
#define LEASE_LIST "/containers/json?all=1&filters=%7B%22name%22%3A%5B%22" DOCKER_LEASE_PREFIX "%22%5D%7D"

/* What the list of leases says. */
struct found {
	int64_t epoch; /* the highest; 0: none */
	int64_t until; /* by the engine's clock */
	char owner[160];
	int64_t others[8]; /* lower epochs */
	size_t other_count;
};

static struct http_endpoint *engine_of(struct lease *l)
{
	return l->ops->servers[l->server].engine;
}

static const char *server_name(const struct lease *l)
{
	return l->ops->spec->servers[l->server].name;
}

static int64_t now(const struct lease *l)
{
	return clock_mono_ms(l->ops->options.clock);
}

/* Tells those that wait: op_next() or op_deny(); they are found by their step. */
static void tell_waiting(struct lease *l, bool have)
{
	for (struct operation *op = l->ops->first, *next; op != NULL; op = next) {
		next = op->next;
		if (op->server != l->server || op->step != &step_lease || op_over(op->view.status))
			continue;
		if (have) {
			op->leased = op->view.leased = true;
			l->holders++;
			op_next(op);
		} else {
			op_deny(op, "%s", l->why);
		}
	}
}

static void failed(struct lease *l, const char *why)
{
	if (l->why != why)
		snprintf(l->why, sizeof l->why, "%s", why);
	l->state = LEASE_NONE;
	tell_waiting(l, false);
}

static const char *lost(void)
{
	return _("the lease of this server was lost to another ollama-top; nothing further is changed");
}

/*
 * What has expired is not renewed: another may have taken over, been done with it and removed it, so that the next epoch's
 * name is free again. A machine that was suspended sees that by the engine's clock only, as ours stood still.
 */
static bool expired(const struct lease *l)
{
	return l->engine_wall >= l->until || now(l) >= l->expires_at;
}

static int64_t epoch_of(const char *name)
{
	name += *name == '/';
	if (strncmp(name, DOCKER_LEASE_PREFIX, sizeof DOCKER_LEASE_PREFIX - 1) != 0)
		return 0;
	char *end;
	long long epoch = strtoll(name + sizeof DOCKER_LEASE_PREFIX - 1, &end, 10);
	return *end == '\0' && epoch > 0 && epoch < INT64_MAX - 1 ? epoch : 0;
}

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
	return text != NULL ? text : "";
}

static void take_found(struct found *f, const cJSON *item, int64_t epoch)
{
	const cJSON *labels = cJSON_GetObjectItemCaseSensitive(item, "Labels");
	const char *owner = text_of(labels, LABEL_OWNER);
	int64_t lower = epoch < f->epoch ? epoch : f->epoch;
	if (lower > 0 && f->other_count < sizeof f->others / sizeof *f->others)
		f->others[f->other_count++] = lower;
	if (epoch < f->epoch)
		return;
	f->epoch = epoch;
	f->until = strtoll(text_of(labels, LABEL_UNTIL), NULL, 10);
	text_clean(f->owner, sizeof f->owner, owner, strlen(owner));
}

static bool parse_list(const struct http_response *response, struct found *f)
{
	const cJSON *item;
	*f = (struct found){0};
	cJSON *tree = cJSON_ParseWithLength(response->body, response->body_len);
	if (!cJSON_IsArray(tree)) {
		cJSON_Delete(tree);
		return false;
	}
	cJSON_ArrayForEach(item, tree)
	{
		const cJSON *name = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(item, "Names"), 0);
		int64_t epoch = cJSON_IsString(name) ? epoch_of(name->valuestring) : 0;
		if (epoch > 0)
			take_found(f, item, epoch);
	}
	cJSON_Delete(tree);
	return true;
}

static bool send_request(
	struct lease *l, const char *method, const char *json, http_done_fn *done, const char *path)
{
	char whole[512];
	const struct server *server = &l->ops->options.fleet->servers[l->server];
	if (engine_of(l) == NULL || server->docker_api == NULL)
		return false;
	snprintf(whole, sizeof whole, "/v%s%s", server->docker_api, path);
	l->request = http_send(engine_of(l), &(struct http_request_options){.method = method,
						     .path = whole,
						     .json = json,
						     .deadline_ms = CALL_MS,
						     .on_done = done,
						     .user = l});
	return l->request != NULL;
}

static void remove_next(struct lease *l);

static void on_removed(void *user, const struct http_response *response)
{
	struct lease *l = user;
	(void)response; /* what is not removed now is removed by the next who takes the lease */
	l->request = NULL;
	remove_next(l);
}

/* Old epochs, one after the other; then a lease that nobody holds any more. */
static void remove_next(struct lease *l)
{
	char path[128];
	if (l->request != NULL || l->stale_count == 0)
		return;
	int64_t epoch = l->stale[--l->stale_count];
	snprintf(path, sizeof path, "/containers/" DOCKER_LEASE_PREFIX "%" PRId64, epoch);
	if (!send_request(l, "DELETE", NULL, on_removed, path))
		l->stale_count = 0;
}

static void add_stale(struct lease *l, int64_t epoch)
{
	if (epoch > 0 && l->stale_count < sizeof l->stale / sizeof *l->stale)
		l->stale[l->stale_count++] = epoch;
}

/* The image of any container of ours: a lease is never started. */
static const char *any_image(const struct lease *l)
{
	const struct server *server = &l->ops->options.fleet->servers[l->server];
	for (size_t i = 0; i < server->instance_count; i++)
		if (server->instances[i]->container.image_id != NULL)
			return server->instances[i]->container.image_id;
	return l->image[0] != '\0' ? l->image : NULL;
}

static char *lease_body(const struct lease *l)
{
	char until[32];
	const char *image = any_image(l), *command = "ollama-top-lease";
	cJSON *body = cJSON_CreateObject();
	snprintf(until, sizeof until, "%" PRId64, l->engine_wall + LEASE_MS);
	if (image != NULL)
		cJSON_AddStringToObject(body, "Image", image);
	cJSON_AddItemToObject(body, "Cmd", cJSON_CreateStringArray(&command, 1));
	cJSON *labels = cJSON_AddObjectToObject(body, "Labels");
	cJSON_AddStringToObject(labels, LABEL_OWNER, l->ops->owner);
	cJSON_AddStringToObject(labels, LABEL_UNTIL, until);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "HostConfig"), "NetworkMode", "none");
	char *json = image != NULL ? cJSON_PrintUnformatted(body) : NULL;
	cJSON_Delete(body);
	return json;
}

static void give_back(struct lease *l)
{
	l->state = LEASE_NONE;
	add_stale(l, l->epoch);
	remove_next(l);
}

static void on_listed(void *user, const struct http_response *response);
static void create_next(struct lease *l);

static void on_created(void *user, const struct http_response *response)
{
	struct lease *l = user;
	char text[300];
	bool first = l->state == LEASE_TAKING;
	l->request = NULL;
	if (response->error == NULL && response->status == 409 && !first) {
		/* Somebody took over, or a renewal of ours came through whose answer was lost. */
		if (!send_request(l, "GET", NULL, on_listed, LEASE_LIST))
			failed(l, _("out of memory"));
		return;
	}
	if (response->error == NULL && response->status == 409) {
		snprintf(l->why, sizeof l->why, _("another ollama-top has just begun to work on %s"),
			server_name(l));
		failed(l, l->why);
		return;
	}
	const char *refusal = op_refusal(response, _("the lease cannot be taken"), text, sizeof text);
	if (refusal != NULL && !first && !expired(l)) {
		l->renew_at = now(l) + RETRY_MS;
		return;
	}
	if (refusal != NULL) {
		failed(l, refusal);
		return;
	}
	if (!first)
		add_stale(l, l->epoch);
	l->epoch++;
	l->until = l->engine_wall + LEASE_MS;
	l->expires_at = l->asked_at + LEASE_MS;
	l->renew_at = l->asked_at + RENEW_MS;
	l->state = LEASE_HELD;
	remove_next(l);
	if (first)
		tell_waiting(l, true);
	/* Those that it was taken for may have been cancelled meanwhile. */
	if (l->state == LEASE_HELD && l->holders == 0)
		give_back(l);
}

/* Where the server's instances run on other nodes of a Swarm, any image of the engine will do. */
static void on_images(void *user, const struct http_response *response)
{
	struct lease *l = user;
	const char *id = NULL;
	char text[300];
	l->request = NULL;
	const char *refusal = op_refusal(response, _("the lease cannot be taken"), text, sizeof text);
	cJSON *tree = refusal == NULL ? cJSON_ParseWithLength(response->body, response->body_len) : NULL;
	id = text_of(cJSON_GetArrayItem(tree, 0), "Id");
	snprintf(l->image, sizeof l->image, "%s", strlen(id) < sizeof l->image ? id : "");
	cJSON_Delete(tree);
	if (l->image[0] != '\0')
		create_next(l);
	else
		failed(l, refusal != NULL ? refusal
					  : _("the lease cannot be taken: the engine has no container or "
					      "image to make it of"));
}

static void create_next(struct lease *l)
{
	char path[128];
	char *json = lease_body(l);
	snprintf(path, sizeof path, "/containers/create?name=" DOCKER_LEASE_PREFIX "%" PRId64, l->epoch + 1);
	bool sent = any_image(l) == NULL ? send_request(l, "GET", NULL, on_images, "/images/json")
					 : json != NULL && send_request(l, "POST", json, on_created, path);
	cJSON_free(json);
	if (!sent)
		failed(l, _("out of memory"));
}

static void on_listed(void *user, const struct http_response *response)
{
	struct lease *l = user;
	struct found f;
	char text[300], left[24];
	l->request = NULL;
	const char *refusal = op_refusal(response, _("the lease cannot be looked at"), text, sizeof text);
	if (refusal == NULL && !parse_list(response, &f))
		refusal = _("the lease cannot be looked at: the list of containers is not one");
	if (refusal != NULL) {
		failed(l, refusal);
		return;
	}
	if (f.epoch > 0 && f.until > l->engine_wall && strcmp(f.owner, l->ops->owner) != 0) {
		snprintf(l->why, sizeof l->why,
			_("%s is being worked on by %s (for %s more, unless renewed)"), server_name(l),
			f.owner, text_duration(left, sizeof left, f.until - l->engine_wall));
		failed(l, l->why);
		return;
	}
	l->stale_count = 0;
	add_stale(l, f.epoch);
	for (size_t i = 0; i < f.other_count; i++)
		add_stale(l, f.others[i]);
	l->epoch = f.epoch;
	l->image[0] = '\0';
	create_next(l);
}

static void on_info(void *user, const struct http_response *response)
{
	struct lease *l = user;
	struct docker_info info = {0};
	struct parse_error error;
	char text[300];
	l->request = NULL;
	const char *refusal = op_refusal(response, _("the engine's time cannot be read"), text, sizeof text);
	if (refusal == NULL && !docker_parse_info(response->body, response->body_len, &info, &error))
		refusal = error.text;
	if (refusal == NULL && info.system_wall_ms == 0)
		refusal = _("the engine does not tell its time");
	if (refusal != NULL) {
		/* A renewal that fails is tried again; the lease holds until it expires. */
		if (l->state == LEASE_TAKING)
			failed(l, refusal);
		else
			l->renew_at = now(l) + RETRY_MS;
		return;
	}
	l->engine_wall = info.system_wall_ms;
	if (l->state == LEASE_HELD && expired(l))
		failed(l, lost());
	else if (l->state == LEASE_HELD)
		create_next(l);
	else if (!send_request(l, "GET", NULL, on_listed, LEASE_LIST))
		failed(l, _("out of memory"));
}

static void ask_time(struct lease *l)
{
	l->asked_at = now(l);
	if (!send_request(l, "GET", NULL, on_info, "/info"))
		failed(l, _("the Docker Engine was not reached yet"));
}

static void enter_lease(struct operation *op)
{
	struct lease *l = &op->ops->servers[op->server].lease;
	if (op_docker(op) == NULL) {
		op_fail(op, _("the Docker Engine of %s cannot be reached: %s"), op_server(op)->spec->name,
			op->ops->servers[op->server].where.error);
		return;
	}
	if (l->state == LEASE_HELD) {
		op->leased = op->view.leased = true;
		l->holders++;
		op_next(op);
		return;
	}
	if (l->state == LEASE_TAKING)
		return;
	l->state = LEASE_TAKING;
	/* A removal of an old epoch may still be out: the tick goes on when it is over. */
	if (l->request == NULL)
		ask_time(l);
}

void lease_tick(struct lease *l)
{
	if (l->request != NULL)
		return;
	bool renew = l->state == LEASE_HELD && l->holders > 0 && now(l) >= l->renew_at;
	if (l->state == LEASE_TAKING || renew)
		ask_time(l);
	else
		remove_next(l);
}

void lease_release(struct operation *op)
{
	if (!op->leased)
		return;
	struct lease *l = &op->ops->servers[op->server].lease;
	op->leased = false;
	if (--l->holders == 0 && l->state == LEASE_HELD)
		give_back(l);
}

bool lease_busy(const struct lease *l)
{
	return l->request != NULL || l->stale_count > 0;
}

void lease_drop(struct lease *l)
{
	if (l->request != NULL)
		http_cancel(l->request);
	l->request = NULL;
}

static void on_checked(struct operation *op, const struct http_response *response)
{
	const struct lease *l = &op->ops->servers[op->server].lease;
	struct found f;
	char text[300];
	op_answer_fn *then = op->after_check;
	const char *refusal = op_refusal(response, _("the lease cannot be looked at"), text, sizeof text);
	if (refusal == NULL && !parse_list(response, &f))
		refusal = _("the lease cannot be looked at: the list of containers is not one");
	if (refusal == NULL && (l->state != LEASE_HELD || expired(l) || strcmp(f.owner, op->ops->owner) != 0))
		refusal = lost();
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		then(op, response);
}

void lease_check(struct operation *op, op_answer_fn *then)
{
	char path[512];
	op->after_check = then;
	if (!op_engine_path(op, path, sizeof path, "%s", LEASE_LIST)) {
		op_fail(op, _("the Docker Engine was not reached yet"));
		return;
	}
	op_get(op, op_docker(op), path, CALL_MS, on_checked);
}

const struct step step_lease = {
	.name = N_("taking the lease of the server"), .deadline_ms = 2 * CALL_MS, .enter = enter_lease};
