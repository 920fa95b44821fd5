/*
 * scale.c - more instances, or fewer: DESIGN.md section 6.
 */
#include "private.h"

#include "../net/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- up ---- */

/* What the engine's list says is taken: names of all containers, and published ports. */
struct taken {
	char **names;
	size_t name_count;
	int ports[4096];
	size_t port_count;
};

static void free_taken(struct taken *taken)
{
	for (size_t i = 0; i < taken->name_count; i++)
		free(taken->names[i]);
	free(taken->names);
	free(taken);
}

static void take_container(struct taken *taken, const cJSON *item)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, json_array(item, "Names"))
	{
		const char *name = cJSON_GetStringValue(entry);
		char **names =
			name != NULL ? realloc(taken->names, (taken->name_count + 1) * sizeof *names) : NULL;
		if (names == NULL)
			continue;
		taken->names = names;
		names[taken->name_count] = strdup(name + (*name == '/'));
		taken->name_count += names[taken->name_count] != NULL;
	}
	cJSON_ArrayForEach(entry, json_array(item, "Ports"))
	{
		int port = json_small(entry, "PublicPort", 0);
		if (port > 0 && taken->port_count < sizeof taken->ports / sizeof *taken->ports)
			taken->ports[taken->port_count++] = port;
	}
}

static struct taken *parse_taken(const struct http_response *response)
{
	struct parse_error ignored;
	const cJSON *item;
	struct taken *taken = calloc(1, sizeof *taken);
	cJSON *tree = taken != NULL
			      ? json_parse(response->body, response->body_len, cJSON_Array, "", &ignored)
			      : NULL;
	if (tree == NULL) {
		free(taken);
		return NULL;
	}
	cJSON_ArrayForEach(item, tree)
	{
		take_container(taken, item);
	}
	cJSON_Delete(tree);
	return taken;
}

/* A moved tag is worth a word: the clone is made from what the template runs, by its id. */
static void on_image(struct operation *op, const struct http_response *response)
{
	struct parse_error ignored;
	const cJSON *template = creating_template(op);
	const char *name = json_string(json_object(template, "Config"), "Image"),
		   *runs = json_string(template, "Image");
	cJSON *tree = response->error == NULL && response->status == 200
			      ? json_parse(response->body, response->body_len, cJSON_Object, "", &ignored)
			      : NULL;
	const char *id = json_string(tree, "Id");
	/* By name while that still means the same image: engines list a container under what it was created by. */
	if (id != NULL && runs != NULL && strcmp(id, runs) == 0)
		creating_image(op, name, NULL);
	else if (id != NULL)
		op_say(op, _("%s is another image by now: the one that the others run is taken, by its id"),
			name);
	cJSON_Delete(tree);
	op_next(op);
}

static void on_template(struct operation *op, const struct http_response *response)
{
	char image[3 * TEXT_NAME_MAX];
	cJSON *tree = op_json(op, response, "/containers/json");
	if (tree == NULL)
		return;
	if (!creating_set(op, tree, op->subject, op->port))
		return;
	const char *name = json_string(json_object(tree, "Config"), "Image");
	http_encode(image, sizeof image, name != NULL ? name : "");
	op_engine_get(op, on_image, "/images/%s/json", image);
}

/* Reckoned again now: since it was confirmed, another may have taken the memory. */
static bool memory_is_enough(struct operation *op, const struct instance *template)
{
	struct headroom room;
	if (choose_headroom(op_server(op), template, 1, &room))
		return true;
	op_deny(op, "%s", room.text);
	return false;
}

static void on_list(struct operation *op, const struct http_response *response)
{
	char text[400];
	const struct server *server = op_server(op);
	const struct instance *template = choose_template(server);
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	struct taken *taken = refusal == NULL ? parse_taken(response) : NULL;
	if (taken == NULL) {
		op_fail(op, "%s", refusal != NULL ? refusal : _("the list of containers is not one"));
		return;
	}
	bool named = template != NULL && choose_name(op->subject, sizeof op->subject, template->name,
						 (const char *const *)taken->names, taken->name_count,
						 server->spec->discover.name);
	op->port = choose_port(server, taken->ports, taken->port_count);
	free_taken(taken);
	if (template == NULL)
		op_deny(op, _("no instance of %s is healthy, so none can be the template"),
			server->spec->name);
	else if (!named)
		op_deny(op, _("no name is left beside %s that discover: would find"), template->name);
	else if (op->port == 0)
		op_deny(op, _("no port of %d-%d is free on %s"), server->spec->scale.port_first,
			server->spec->scale.port_last, server->spec->name);
	else if (memory_is_enough(op, template))
		op_engine_get(op, on_template, "/containers/%s/json", template->container.id);
}

static void enter_choose(struct operation *op)
{
	op_commit(op);
	creating_free(op);
	op->pool_url[0] = '\0';
	op->view.completed = (int64_t)op->round;
	op_engine_get(op, on_list, "/containers/json?all=1");
}

static const struct step step_choose = {
	.name = N_("choosing template, name and port"), .deadline_ms = 3 * CALL_MS, .enter = enter_choose};

/* As its siblings stand in the pool: by the server's address, or by the container's name on its network. */
static void choose_pool_url(struct operation *op)
{
	const struct fleet *fleet = op->ops->options.fleet;
	const struct server *server = op_server(op);
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *sibling = server->instances[i];
		const char *url = fleet_pool_url(fleet, sibling);
		const char *host = url != NULL ? strstr(url, "://") : NULL;
		size_t len = strlen(sibling->name);
		if (host == NULL || strncmp(host + 3, sibling->name, len) != 0 ||
			(host[3 + len] != ':' && host[3 + len] != '\0' && host[3 + len] != '/'))
			continue;
		snprintf(op->pool_url, sizeof op->pool_url, "%.*s%s%s", (int)(host + 3 - url), url,
			op->subject, host + 3 + len);
		return;
	}
}

static void enter_join(struct operation *op)
{
	choose_pool_url(op);
	pool_enter(op);
}

static void say_result(struct operation *op)
{
	const struct traefik_spec *traefik = &op->ops->spec->traefik;
	const struct instance *i = op_instance(op);
	op->view.completed = (int64_t)op->round + 1;
	op_commit(op);
	if (op->round + 1 < op->rounds) {
		op_next(op);
		return;
	}
	if (traefik->api != NULL && traefik->dynamic_file == NULL && i != NULL && i->url != NULL)
		op_done(op,
			choose_is_present(i)
				? P_("%s has %d instance; add to the balancer's servers: - url: \"%s\"",
					  "%s has %d instances; add to the balancer's servers: - url: \"%s\"",
					  (unsigned)op->count)
				: P_("%s has %d instance; take out of the balancer's servers: - url: \"%s\"",
					  "%s has %d instances; take out of the balancer's servers: - url: "
					  "\"%s\"",
					  (unsigned)op->count),
			op_server(op)->spec->name, op->count, i->url);
	else
		op_done(op, P_("%s has %d instance", "%s has %d instances", (unsigned)op->count),
			op_server(op)->spec->name, op->count);
}

static const struct step step_joined = {
	.name = N_("%s is part of the fleet"), .quiet = true, .deadline_ms = CALL_MS, .enter = say_result};

static const struct step step_join = {.name = N_("putting %s into the balancer"),
	.applies = pool_applies,
	.deadline_ms = 2 * BALANCER_MS,
	.enter = enter_join,
	.tick = pool_tick,
	.uninterruptible = true};

/* ---- down ---- */

static void enter_victim(struct operation *op)
{
	const struct instance *victim = choose_victim(op_server(op));
	op_commit(op);
	op->pool_url[0] = '\0';
	op->view.completed = (int64_t)op->round;
	if (fleet_scaled(op_server(op)) <= op_server(op)->spec->scale.min) {
		int now = fleet_scaled(op_server(op));
		op_fail(op,
			P_("%s has only %d instance by now, and keeps as many (scale.min)",
				"%s has only %d instances by now, and keeps as many (scale.min)",
				(unsigned)now),
			op_server(op)->spec->name, now);
		return;
	}
	if (victim == NULL) {
		op_fail(op, _("%s has no instance left"), op_server(op)->spec->name);
		return;
	}
	snprintf(op->subject, sizeof op->subject, "%s", victim->name);
	op_next(op);
}

static const struct step step_victim = {
	.name = N_("choosing the instance"), .quiet = true, .deadline_ms = CALL_MS, .enter = enter_victim};

static void enter_gone(struct operation *op)
{
	op_commit(op);
	watch_retry(op->ops->options.watch, op->server);
}

/* The next round chooses among those that are left, so the fleet has to know it. */
static void tick_gone(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i != NULL && choose_is_present(i)) {
		if (op_now(op) >= op->again_at) {
			watch_retry(op->ops->options.watch, op->server);
			op->again_at = op_now(op) + 1000;
		}
		return;
	}
	say_result(op);
}

static const struct step step_gone = {.name = N_("waiting until %s is seen to be gone"),
	.deadline_ms = 2 * CALL_MS,
	.enter = enter_gone,
	.tick = tick_gone};

bool prepare_scale(struct operation *op)
{
	static const struct step *const up[] = {&step_choose, &step_create, &step_networks, &step_boot,
		&step_answers, &step_store, &step_warm, &step_join, &step_joined, NULL};
	static const struct step *const down[] = {
		&step_victim, &step_pool_out, &step_drain, &step_stop, &step_remove, &step_gone, NULL};
	int now = fleet_scaled(op_server(op));
	if (op_server(op)->spec->scale.service != NULL)
		return prepare_service(op);
	op->program = op->count > now ? up : down;
	op->rounds = (size_t)abs(op->count - now);
	op->view.total = (int64_t)op->rounds;
	if (op->rounds > 0)
		return true;
	op_done(op, P_("%s has %d instance already", "%s has %d instances already", (unsigned)now),
		op_server(op)->spec->name, now);
	return false;
}

/* ---- what would happen ---- */

/* What to write into the balancer's file by hand, where none is configured. */
static void advise(const struct ops *ops, const struct server *server, int more, struct op_plan *plan)
{
	const struct balancer *balancer = &ops->options.fleet->balancer;
	const char *service = ops->spec->traefik.service;
	size_t count = balancer->server_count;
	char new_urls[NAMES_MAX][TEXT_NAME_MAX + 32];
	int ports[NAMES_MAX];
	const char **urls = calloc(count + NAMES_MAX, sizeof *urls);
	for (size_t i = 0; urls != NULL && i < count; i++)
		urls[i] = balancer->servers[i].url;
	for (int i = 0; urls != NULL && i < more && i < NAMES_MAX; i++) {
		ports[i] = choose_port(server, ports, (size_t)i);
		snprintf(new_urls[i], sizeof new_urls[i], "http://%s:%d", server->spec->host, ports[i]);
		urls[count++] = new_urls[i];
	}
	char *text =
		urls != NULL ? pool_text_advice(service != NULL ? service : "ollama", urls, count) : NULL;
	plan_line(plan, "%s",
		_("No dynamic_file is configured: write this into the balancer's file yourself when it is "
		  "done."));
	if (text != NULL)
		plan_line(plan, "%s", text);
	free(text);
	free(urls);
}

static bool plan_up(
	const struct ops *ops, const struct server *server, int now, int wanted, struct op_plan *plan)
{
	const struct scale_spec *scale = &server->spec->scale;
	const struct instance *template = choose_template(server);
	struct headroom room;
	if (template == NULL)
		return plan_refused(plan, _("no instance of %s is healthy, so none can be the template"),
			server->spec->name);
	bool fits = choose_headroom(server, template, wanted - now, &room);
	plan_line(plan, "%s", room.text);
	if (!fits) {
		plan->verdict = OP_REFUSED;
		return false;
	}
	if (choose_port(server, NULL, 0) == 0)
		return plan_refused(plan, _("no port of %d-%d is free on %s"), scale->port_first,
			scale->port_last, server->spec->name);
	plan_line(plan,
		_("Clones of container %s (%s) are created on %s, each started, seen to answer, and its "
		  "store checked before the next."),
		template->name, template->container.image != NULL ? template->container.image : "?",
		server->spec->name);
	if (ops->spec->traefik.dynamic_file != NULL)
		plan_line(plan, _("Each loads what its siblings have loaded, then is added to %s."),
			ops->spec->traefik.dynamic_file);
	else if (ops->spec->traefik.api != NULL)
		advise(ops, server, wanted - now, plan);
	return true;
}

static int by_name_down(const void *a, const void *b)
{
	const struct instance *x = *(struct instance *const *)a, *y = *(struct instance *const *)b;
	return text_natural_compare(y->name, x->name);
}

static bool plan_down(
	const struct ops *ops, const struct server *server, int now, int wanted, struct op_plan *plan)
{
	struct instance *list[FLEET_INSTANCES_MAX] = {NULL};
	size_t count = 0;
	for (size_t i = 0; i < server->instance_count && count < FLEET_INSTANCES_MAX; i++)
		if (choose_is_present(server->instances[i]) && instance_is_ollama(server->instances[i]))
			list[count++] = server->instances[i];
	qsort(list, count, sizeof *list, by_name_down);
	for (size_t i = 0; i < count && (int)i < now - wanted; i++) {
		plan_line(plan,
			_("Container %s is taken out of the balancer, drained, stopped and removed; no "
			  "volume is."),
			list[i]->name);
		plan_interrupts(ops, list[i], plan);
	}
	return true;
}

static void title_of(const struct server *server, int now, int wanted, struct op_plan *plan)
{
	if (now >= 0 && wanted >= 0)
		snprintf(plan->title, sizeof plan->title,
			P_("scale %s from %d to %d instance", "scale %s from %d to %d instances",
				(unsigned)wanted),
			server->spec->name, now, wanted);
	else
		snprintf(plan->title, sizeof plan->title, "%s %s", op_info(OP_SCALE)->name,
			server->spec->name);
}

/* Whether so many may be, whatever scales them. */
static bool within_limits(const struct server *server, int now, int wanted, struct op_plan *plan)
{
	const struct server_spec *spec = server->spec;
	if (!spec->scale.given)
		return plan_refused(
			plan, _("%s is not scaled here: it has no scale: in the configuration"), spec->name);
	if (!plan_engine(server, plan))
		return false;
	if (now < 0)
		return spec->scale.service != NULL ? plan_service_seen(server, plan)
						   : plan_no_engine(server, plan);
	if (wanted < 0)
		return plan_refused(plan,
			_("the instances of %s were not known when that was asked: ask again"), spec->name);
	if (wanted < spec->scale.min || wanted > spec->scale.max)
		return plan_refused(plan,
			P_("%s can have %d to %d instance (scale.min and scale.max), not %d",
				"%s can have %d to %d instances (scale.min and scale.max), not %d",
				(unsigned)spec->scale.max),
			spec->name, spec->scale.min, spec->scale.max, wanted);
	return true;
}

bool plan_scale(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct server *server = plan_server(ops, intent, plan);
	if (server == NULL)
		return false;
	const struct server_spec *spec = server->spec;
	int now = fleet_scaled(server);
	title_of(server, now, intent->count, plan);
	if (!within_limits(server, now, intent->count, plan))
		return false;
	if (spec->scale.service != NULL)
		return plan_service(server, intent->count, plan);
	if (spec->discover.name == NULL && spec->discover.label == NULL && spec->discover.image == NULL)
		return plan_refused(plan,
			_("%s has no discover: in the configuration, so new instances would not be seen"),
			spec->name);
	if (intent->count == now) {
		plan_line(plan,
			P_("It has %d instance already: nothing is to be done.",
				"It has %d instances already: nothing is to be done.", (unsigned)now),
			now);
		return true;
	}
	return intent->count > now ? plan_up(ops, server, now, intent->count, plan)
				   : plan_down(ops, server, now, intent->count, plan);
}
