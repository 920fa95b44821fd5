/*
 * render.c - `ollama-top render compose|traefik|exports|fstab [SERVER]`: which file, of which server.
 */
#include "render.h"

#include "command.h"
#include "config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "yaml_write.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_SHOWN_MAX 128
#define LIST_MAX       400
#define HEADER_MAX     300

/* The only server, or none when there are several. */
static size_t choose_only(const struct fleet_spec *spec, enum server_role role)
{
	(void)role;
	return spec->server_count == 1 ? 0 : spec->server_count;
}

/* The only one of a role; of several, all are meant. */
static size_t choose_role(const struct fleet_spec *spec, enum server_role role)
{
	size_t found = spec->server_count, count = 0;
	for (size_t i = 0; i < spec->server_count; i++) {
		if (spec->servers[i].role == role) {
			found = i;
			count++;
		}
	}
	return count == 1 ? found : spec->server_count;
}

static const struct kind {
	const char *name;
	int (*render)(struct rendering *r);
	bool server; /* goes with one */
	bool one;    /* and needs one */
	bool live;   /* the fleet must be asked; else the configuration tells all */
	/* Without SERVER. */
	size_t (*choose)(const struct fleet_spec *spec, enum server_role role);
	enum server_role role;
} kinds[] = {
	{"compose", render_compose, true, true, true, choose_only, ROLE_RO},
	{"traefik", render_traefik, false, false, true, choose_only, ROLE_RO},
	{"exports", render_exports, true, true, false, choose_role, ROLE_RW},
	{"fstab", render_fstab, true, false, false, choose_role, ROLE_RO},
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			return &kinds[i];
		}
	}
	return NULL;
}

int render_fail(struct rendering *r, int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(r->error, sizeof(r->error), format, args);
	va_end(args);
	return status;
}

void render_header(struct rendering *r, const char *format, ...)
{
	char text[HEADER_MAX], host[64] = "?", when[32];
	const struct passwd *user = getpwuid(getuid());
	const char *path = r->once.app.spec->path;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	gethostname(host, sizeof(host) - 1);
	yaml_comment(r->out, text);
	yaml_commentf(r->out, _("Rendered by %s for %s@%s at %s from the fleet of %s."), PACKAGE_STRING,
		user ? user->pw_name : "?", host,
		text_rfc3339(when, sizeof(when), clock_wall_ms(&r->once.app.clock)),
		path               ? path
		: r->once.app.demo ? _("the demo")
				   : _("this machine"));
}

static const char *list_servers(const struct fleet_spec *spec, char list[LIST_MAX])
{
	size_t len = 0;
	list[0] = '\0';
	for (size_t i = 0; i < spec->server_count && len < LIST_MAX; i++) {
		len += (size_t)snprintf(
			list + len, LIST_MAX - len, "%s%s", i > 0 ? ", " : "", spec->servers[i].name);
	}
	return list;
}

/* Sets the server; another status than EXIT_DONE comes with the sentence. */
static int choose(struct rendering *r, const struct kind *kind, const char *name)
{
	const struct fleet_spec *spec = r->once.app.spec;
	char list[LIST_MAX], shown[NAME_SHOWN_MAX];
	if (!name) {
		r->server = kind->choose(spec, kind->role);
		if (kind->one && r->server == spec->server_count) {
			return render_fail(r, EXIT_WRONG, _("render %s: of which server? Expected one of %s"),
				kind->name, list_servers(spec, list));
		}
		return EXIT_DONE;
	}
	text_clean(shown, sizeof(shown), name, strlen(name));
	if (!kind->server) {
		return render_fail(r, EXIT_WRONG,
			_("\"%s\" after render %s is too much: that file is about all servers"), shown,
			kind->name);
	}
	for (r->server = 0; r->server < spec->server_count; r->server++) {
		if (strcmp(spec->servers[r->server].name, name) == 0) {
			return EXIT_DONE;
		}
	}
	return render_fail(r, EXIT_WRONG, _("there is no server \"%s\"; the servers are %s"), shown,
		list_servers(spec, list));
}

/* All of it or nothing. */
static int print(struct rendering *r, const char *text, size_t len)
{
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout) != 0) {
		return render_fail(r, EXIT_UNWELL, _("cannot write the result: %s"), strerror(errno));
	}
	return EXIT_DONE;
}

static int render(struct rendering *r, const struct kind *kind)
{
	char *text = NULL;
	size_t len = 0;
	r->out = open_memstream(&text, &len);
	if (!r->out) {
		return render_fail(r, EXIT_UNWELL, "%s", _("out of memory"));
	}
	int status = kind->render(r);
	const bool whole = !ferror(r->out);
	if ((fclose(r->out) != 0 || !whole) && status == EXIT_DONE) {
		status = render_fail(r, EXIT_UNWELL, "%s", _("out of memory"));
	}
	once_unlisten(&r->once);
	if (status == EXIT_DONE) {
		status = print(r, text, len);
	}
	free(text);
	return status;
}

/* A named server is looked for in the configuration, before anything is asked. */
static int open_and_render(
	struct rendering *r, const struct kind *kind, const struct options *options, const char *server)
{
	int status;
	if (!once_open(&r->once, options, &status)) {
		return status;
	}
	status = choose(r, kind, server);
	if (status == EXIT_DONE && kind->live && !once_look(&r->once, 0)) {
		status = EXIT_INTERRUPTED;
	}
	return status == EXIT_DONE ? render(r, kind) : status;
}

int render_run(const struct options *options)
{
	struct rendering r = {0};
	char shown[NAME_SHOWN_MAX];
	const struct kind *kind = options->arg_count > 0 ? find_kind(options->args[0]) : NULL;
	if (!kind) {
		char message[RENDER_ERROR_MAX];
		const char *what = options->arg_count > 0 ? options->args[0] : "";
		text_clean(shown, sizeof(shown), what, strlen(what));
		snprintf(message, sizeof(message),
			*what != '\0'
				? _("render \"%s\" is not known; expected compose, traefik, exports or fstab")
				: _("render%s what? Expected compose, traefik, exports or fstab"),
			shown);
		command_complain(message);
		return EXIT_WRONG;
	}
	const int status =
		open_and_render(&r, kind, options, options->arg_count > 1 ? options->args[1] : NULL);
	if (r.error[0] != '\0') {
		command_complain(r.error);
	}
	return once_close(&r.once, status);
}
