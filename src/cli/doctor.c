/*
 * doctor.c - ollama-top doctor: looks once, asks for what the watch does not know, runs every check in order.
 */
#include "doctor.h"

#include "command.h"
#include "doctor_probe.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "once.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

/* A probe of a store that hangs is known as that after five seconds; it begins within two. */
#define PATIENCE_MS 8000

static const struct check_table *const tables[] = {
	&doctor_config,
	&doctor_endpoints,
	&doctor_engine,
	&doctor_containers,
	&doctor_memory,
	&doctor_nfs,
	&doctor_store,
	&doctor_models,
	&doctor_balancer,
	&doctor_clock,
};

static void run_on_server(struct doctor *doctor, const struct check *check, const struct server *server)
{
	snprintf(doctor->target, sizeof(doctor->target), "%.250s", server->spec->name);
	check->run(doctor, &(struct subject){.server = server});
}

/* What is said of a store, its models and of what Ollama needs in its container does not hold for other servers. */
static bool concerns(const struct check *check, const struct instance *instance)
{
	static const struct check_table *const of_ollama[] = {
		&doctor_containers, &doctor_memory, &doctor_store, &doctor_models};
	if (instance_is_ollama(instance)) {
		return true;
	}
	for (size_t t = 0; t < sizeof(of_ollama) / sizeof(*of_ollama); t++) {
		for (size_t c = 0; c < of_ollama[t]->count; c++) {
			if (&of_ollama[t]->checks[c] == check) {
				return false;
			}
		}
	}
	return true;
}

static void run_on_instances(struct doctor *doctor, const struct check *check, const struct server *server)
{
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *instance = server->instances[i];
		if (instance->gone || !concerns(check, instance)) {
			continue;
		}
		snprintf(doctor->target, sizeof(doctor->target), "%.250s/%.250s", server->spec->name,
			instance->name);
		check->run(doctor, &(struct subject){.server = server, .instance = instance});
	}
}

static void run_check(struct doctor *doctor, const struct check *check)
{
	doctor->check = check->name;
	if (check->scope == SCOPE_FLEET) {
		snprintf(doctor->target, sizeof(doctor->target), "%s", check->about);
		check->run(doctor, &(struct subject){0});
		return;
	}
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		(check->scope == SCOPE_SERVER ? run_on_server : run_on_instances)(
			doctor, check, &doctor->fleet->servers[s]);
	}
}

void doctor_check_all(struct doctor *doctor)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
		for (size_t c = 0; c < tables[t]->count; c++) {
			run_check(doctor, &tables[t]->checks[c]);
		}
	}
}

static int print(const struct report *report, enum format format)
{
	bool told = true;
	if (format == FORMAT_TEXT) {
		report_text(stdout, report);
	} else {
		told = report_json(stdout, report);
	}
	if (!told || report->incomplete) {
		command_complain(_("out of memory"));
		return EXIT_UNWELL;
	}
	return result_flush(report->verdicts[VERDICT_FAILURE] == 0 ? EXIT_DONE : EXIT_UNWELL);
}

/* A configuration that cannot be read is the first finding and the only one; false then. */
static bool config_is_good(const struct options *options, int *exit_status)
{
	struct report report = {0};
	struct doctor doctor = {.report = &report, .check = "config", .target = "configuration"};
	struct config_error error;
	if (options->demo) {
		return true;
	}
	char *path = config_find(options->config);
	struct fleet_spec *spec = path ? config_load(path, &error) : config_default(&error);
	if (!spec) {
		doctor_say(&doctor, VERDICT_FAILURE, "%s", error.message);
		if (path) {
			doctor_advise(&doctor, NULL, "${EDITOR:-vi} {}", path);
		}
		print(&report, options->format);
		*exit_status = EXIT_WRONG;
	}
	report_free(&report);
	free(path);
	const bool good = spec != NULL;
	spec_free(spec);
	return good;
}

static void on_facts(void *user)
{
	struct once *once = user;
	uv_stop(&once->app.loop);
}

/* Asks, checks and prints; the exit status. */
static int examine(struct once *once, struct facts *facts, struct prober **prober, enum format format)
{
	struct report report = {0};
	if (!facts_init(facts, once->app.fleet) ||
		!(*prober = prober_start(&once->app, facts, on_facts, once))) {
		command_complain(_("out of memory"));
		return EXIT_UNWELL;
	}
	if (!once_more(once)) {
		return EXIT_INTERRUPTED;
	}
	doctor_check_all(&(struct doctor){
		.fleet = once->app.fleet,
		.facts = facts,
		.demo = once->app.demo != NULL,
		.notice = once->app.notice,
		.report = &report,
	});
	once_unlisten(once);
	const int exit_status = print(&report, format);
	report_free(&report);
	return exit_status;
}

int doctor_run(const struct options *options)
{
	struct once once = {0};
	struct facts facts = {0};
	struct prober *prober = NULL;
	int exit_status;
	if (!config_is_good(options, &exit_status)) {
		return exit_status;
	}
	if (once_run(&once, options, PATIENCE_MS, &exit_status)) {
		exit_status = examine(&once, &facts, &prober, options->format);
	}
	prober_close(prober);
	exit_status = once_close(&once, exit_status);
	prober_free(prober);
	facts_free(&facts);
	return exit_status;
}
