/*
 * doctor_config.c - the configuration, and the files that it names.
 */
#include "doctor.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void check_config(struct doctor *doctor, const struct subject *subject)
{
	const struct fleet *fleet = doctor->fleet;
	size_t instances = 0;
	(void)subject;
	for (size_t s = 0; s < fleet->server_count; s++) {
		instances += fleet->servers[s].instance_count;
	}
	doctor_say(doctor, VERDICT_OK, _("%s: servers %zu, instances %zu"),
		fleet->spec->path ? fleet->spec->path
		: doctor->demo    ? _("the demo's")
				  : _("no file, so this machine is watched"),
		fleet->server_count, instances);
}

/* The demo's ports were taken by an Ollama that listens on all addresses, or by a second demo (DESIGN.md 10.13). */
static void check_demo(struct doctor *doctor, const struct subject *subject)
{
	(void)subject;
	if (doctor->notice[0] != '\0') {
		doctor_say(doctor, VERDICT_WARNING, "%s", doctor->notice);
		doctor_advise(doctor, NULL, "ss -ltnp 'sport = :11434 or sport = :2375 or sport = :8080'");
	}
}

/* What a server's configuration leaves in the dark. */
static void check_settings(struct doctor *doctor, const struct subject *subject)
{
	const struct server_spec *spec = subject->server->spec;
	const bool several = doctor->fleet->server_count > 1;
	const char *path = doctor->fleet->spec->path;
	if (!spec->docker) {
		doctor_say(doctor, VERDICT_WARNING,
			_("docker: is not given, so containers, memory and stores are not looked at"));
	} else if (several && !spec->nfs.given) {
		doctor_say(doctor, VERDICT_WARNING,
			_("nfs: is not given, so nobody tells whether its store is the shared one"));
	} else if (several && spec->role == ROLE_RW && !spec->nfs.export_path) {
		doctor_say(doctor, VERDICT_WARNING, _("nfs: does not say which folder it exports"));
	} else if (several && spec->role == ROLE_RO && !spec->nfs.source) {
		doctor_say(doctor, VERDICT_WARNING, _("nfs: does not say from where it mounts"));
	} else {
		doctor_say(doctor, VERDICT_OK, _("all that is needed to judge it is given"));
		return;
	}
	if (path) {
		doctor_advise(doctor, NULL, "${EDITOR:-vi} {}", path);
	}
}

/* A file that only its owner should read; says what is wrong and returns true when something is. */
static bool check_secret(struct doctor *doctor, const char *what, const char *path)
{
	struct stat st;
	if (!path) {
		return false;
	}
	if (stat(path, &st) != 0) {
		doctor_say(doctor, VERDICT_FAILURE, "%s %s: %s", what, path, strerror(errno));
		doctor_advise(doctor, NULL, "ls -l {}", path);
		return true;
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		doctor_say(doctor, VERDICT_WARNING, _("%s %s can be read by others"), what, path);
		doctor_advise(doctor, NULL, "chmod 600 {}", path);
		return true;
	}
	return false;
}

static void check_tls_key(struct doctor *doctor, const struct subject *subject)
{
	const char *key = subject->server->spec->tls.key;
	if (key && !check_secret(doctor, _("the key"), key)) {
		doctor_say(doctor, VERDICT_OK, _("the key is for its owner alone"));
	}
}

static void check_token(struct doctor *doctor, const struct subject *subject)
{
	const struct instance_spec *spec = subject->instance->spec;
	if (spec && spec->token_file && !check_secret(doctor, _("the token file"), spec->token_file)) {
		doctor_say(doctor, VERDICT_OK, _("the token file is for its owner alone"));
	}
}

static const struct check checks[] = {
	{"config", SCOPE_FLEET, check_config, "configuration"},
	{"demo", SCOPE_FLEET, check_demo, "demo"},
	{"settings", SCOPE_SERVER, check_settings, NULL},
	{"tls-key", SCOPE_SERVER, check_tls_key, NULL},
	{"token", SCOPE_INSTANCE, check_token, NULL},
};

const struct check_table doctor_config = CHECK_TABLE(checks);
