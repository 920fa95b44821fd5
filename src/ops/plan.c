/*
 * plan.c - what all plans share: who is meant, and what is in the way.
 */
#include "private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct op_plan *plan, const char *format, va_list args)
{
	size_t len = strlen(plan->text);
	if (len > 0 && len + 2 < sizeof plan->text) {
		plan->text[len++] = '\n';
		plan->text[len] = '\0';
	}
	vsnprintf(plan->text + len, sizeof plan->text - len, format, args);
}

void plan_line(struct op_plan *plan, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(plan, format, args);
	va_end(args);
}

bool plan_wrong(struct op_plan *plan, const char *format, ...)
{
	va_list args;
	plan->verdict = OP_WRONG;
	plan->text[0] = '\0';
	va_start(args, format);
	say(plan, format, args);
	va_end(args);
	return false;
}

bool plan_refused(struct op_plan *plan, const char *format, ...)
{
	va_list args;
	plan->verdict = OP_REFUSED;
	va_start(args, format);
	say(plan, format, args);
	va_end(args);
	return false;
}

/* "80, 84" */
static void add_name(char *buf, size_t size, const char *name)
{
	size_t len = strlen(buf);
	if (len + 3 < size)
		snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "", name);
}

struct server *plan_server(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	struct fleet *fleet = ops->options.fleet;
	struct server *server = intent->server != NULL ? fleet_server(fleet, intent->server) : NULL;
	char known[512] = "", shown[128] = "";
	if (server != NULL)
		return server;
	for (size_t i = 0; i < fleet->server_count; i++)
		add_name(known, sizeof known, fleet->servers[i].spec->name);
	if (intent->server != NULL)
		text_clean(shown, sizeof shown, intent->server, strlen(intent->server));
	plan_wrong(plan, _("there is no server \"%s\"; there are: %s"), shown, known);
	return NULL;
}

struct instance *plan_instance(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	struct server *server = plan_server(ops, intent, plan);
	char known[512] = "", shown[128] = "";
	if (server == NULL)
		return NULL;
	struct instance *i = intent->instance != NULL ? fleet_instance(server, intent->instance) : NULL;
	if (i != NULL && !i->gone)
		return i;
	for (size_t k = 0; k < server->instance_count; k++)
		if (!server->instances[k]->gone)
			add_name(known, sizeof known, server->instances[k]->name);
	if (intent->instance != NULL)
		text_clean(shown, sizeof shown, intent->instance, strlen(intent->instance));
	plan_wrong(plan, _("there is no instance \"%s\" on %s; there are: %s"), shown, server->spec->name,
		known[0] != '\0' ? known : _("none that is known"));
	return NULL;
}

bool plan_no_engine(const struct server *server, struct op_plan *plan)
{
	const char *error = server->docker.error;
	return plan_refused(plan, _("the Docker Engine of %s does not answer: %s"), server->spec->name,
		error != NULL ? error : _("it was not reached yet"));
}

bool plan_engine(const struct server *server, struct op_plan *plan)
{
	return server->docker.status == LINK_OK || plan_no_engine(server, plan);
}

bool plan_container(const struct instance *i, struct op_plan *plan)
{
	const struct server *server = i->server;
	if (!plan_not_a_task(i, plan))
		return false;
	if (server->docker.status == LINK_OK && i->container.id[0] != '\0')
		return true;
	if (server->spec->docker == NULL)
		return plan_refused(plan,
			_("%s has no docker: in the configuration, so its containers cannot be changed"),
			server->spec->name);
	return plan_engine(server, plan) &&
	       plan_refused(plan, _("%s/%s has no container on this engine"), server->spec->name, i->name);
}

bool plan_ollama(const struct instance *i, struct op_plan *plan)
{
	return instance_is_ollama(i) ||
	       plan_refused(plan,
		       _("%s/%s speaks OpenAI's API alone (kind: openai): its models are loaded as long as "
			 "it "
			 "runs, and cannot be pulled, loaded, unloaded or deleted from here"),
		       i->server->spec->name, i->name);
}

void plan_interrupts(const struct ops *ops, const struct instance *i, struct op_plan *plan)
{
	const struct fleet *fleet = ops->options.fleet;
	for (size_t m = 0; m < i->loaded_count; m++)
		plan_line(plan, _("%s has %s loaded: it is loaded again at the next request."), i->name,
			i->loaded[m].name);
	if (i->connections > 0 && !fleet_stale(fleet, i->connections_at, 15 * fleet->spec->refresh_ms))
		plan_line(plan,
			P_("%s is in use: at most %d request in flight is interrupted.",
				"%s is in use: at most %d requests in flight are interrupted.",
				(unsigned)i->connections),
			i->name, i->connections);
	else if (i->busy)
		plan_line(plan, _("%s is busy (CPU %.0f%%): a request in flight is interrupted."), i->name,
			i->cpu_percent);
}

struct instance *plan_writer(const struct ops *ops, struct op_plan *plan)
{
	struct fleet *fleet = ops->options.fleet;
	for (size_t s = 0; s < fleet->server_count; s++) {
		struct server *server = &fleet->servers[s];
		if (server->spec->role != ROLE_RW)
			continue;
		for (size_t i = 0; i < server->instance_count; i++)
			if (server->instances[i]->api.status == LINK_OK && !server->instances[i]->gone &&
				instance_is_ollama(server->instances[i]))
				return server->instances[i];
		plan_refused(plan, _("no instance of %s, the rw server, answers"), server->spec->name);
		return NULL;
	}
	plan_refused(plan, "%s", _("no server has the role rw"));
	return NULL;
}

bool plan_model(const struct intent *intent, struct op_plan *plan)
{
	char why[300], shown[TEXT_NAME_MAX];
	const char *name = intent->model != NULL ? intent->model : "";
	if (op_model_name_valid(name, why, sizeof why))
		return true;
	text_clean(shown, sizeof shown, name, strlen(name));
	return plan_wrong(plan, _("\"%s\" is no model's name: %s"), shown, why);
}
