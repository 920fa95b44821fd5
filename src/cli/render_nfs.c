/*
 * render_nfs.c - who may mount the store, for exports(5), and how it is mounted, for fstab(5): both from the
 * configuration alone, since they are what the fleet should be and not what it may have become.
 */
#include "render.h"

#include "command.h"
#include "ollama-top/i18n.h"
#include "yaml_write.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_MAX 1100

#define EXPORT_OPTIONS "ro,sync,no_subtree_check,no_root_squash"
#define MOUNT_OPTIONS  "ro,hard,_netdev,x-systemd.before=docker.service"

/* ---- fields ---- */

static const char alphanumeric[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_plain(char c)
{
	return c != '\0' && (strchr(alphanumeric, c) || strchr("/._-+,=@%~", c));
}

/*
 * A path as one field: both files know \OOO for any byte, and end fields at blanks. What would make no sense as a
 * path, or would be decoded twice, is refused.
 */
static bool escape_path(char *dst, size_t size, const char *path)
{
	size_t len = 0;
	if (*path != '/') {
		return false;
	}
	for (; *path != '\0'; path++) {
		const unsigned char c = (unsigned char)*path;
		if (c < ' ' || c == 0x7f || c == '\\' || len + 5 > size) {
			return false;
		}
		if (is_plain(*path)) {
			dst[len++] = *path;
		} else {
			len += (size_t)snprintf(dst + len, size - len, "\\%03o", c);
		}
	}
	dst[len] = '\0';
	return true;
}

/* A name or address of a machine, nothing that an exports file would take for a pattern, a group or an option. */
static bool is_host(const char *host, size_t len)
{
	const bool name = len > 0 && len < FIELD_MAX && strspn(host, alphanumeric) > 0;
	bool six = len > 2;
	for (size_t i = 0; i < len && six; i++) {
		six = host[i] != '\0' && strchr("0123456789abcdefABCDEF:.", host[i]);
	}
	for (size_t i = 0; i < len; i++) {
		if (!six && !strchr(alphanumeric, host[i]) && host[i] != '.' && host[i] != '-' &&
			host[i] != '_') {
			return false;
		}
	}
	return name || six;
}

static const struct server_spec *rw_server(const struct fleet_spec *spec)
{
	for (size_t i = 0; i < spec->server_count; i++) {
		if (spec->servers[i].role == ROLE_RW) {
			return &spec->servers[i];
		}
	}
	return NULL;
}

static int refuse(struct rendering *r, const char *server, const char *what, const char *value)
{
	return render_fail(r, EXIT_WRONG, _("%s: %s \"%.200s\" cannot be expressed in that file"), server,
		what, value ? value : "");
}

/* An address without the brackets of URLs. */
static const char *bare_host(const char *host, size_t *len)
{
	*len = strlen(host);
	if (*len > 2 && host[0] == '[' && host[*len - 1] == ']') {
		*len -= 2;
		return host + 1;
	}
	return host;
}

/* ---- exports ---- */

static void explain_exports(struct rendering *r, const struct server_spec *server)
{
	FILE *out = r->out;
	render_header(r, _("The export of server %s (%s), a line for /etc/exports there."), server->name,
		server->host ? server->host : "-");
	yaml_comment(out, NULL);
	yaml_comment(
		out, _("ro: models are pulled and deleted here, on this machine; nobody else is to write."));
	yaml_comment(out, _("sync: an answer means that the data are on disk. no_subtree_check: a renamed "
			    "file stays open for "
			    "its readers."));
	yaml_comment(out, _("no_root_squash: Ollama runs as root in its container, and its key id_ed25519 is "
			    "readable by "
			    "root alone: squashed to nobody, an instance cannot start."));
	yaml_comment(
		out, _("Only the servers that the fleet has: add a client here when a server is added."));
	yaml_commentf(out, _("After a change: %s"), "sudo exportfs -ra && sudo exportfs -v");
}

static int put_client(struct rendering *r, const struct server_spec *client)
{
	size_t len = 0;
	const char *host = client->host ? bare_host(client->host, &len) : NULL;
	if (!host || !is_host(host, len)) {
		return refuse(r, client->name, _("the host"), client->host);
	}
	fprintf(r->out, " %.*s(%s)", (int)len, host, EXPORT_OPTIONS);
	return EXIT_DONE;
}

int render_exports(struct rendering *r)
{
	const struct fleet_spec *spec = r->once.app.spec;
	const struct server_spec *server = &spec->servers[r->server];
	char path[FIELD_MAX];
	size_t clients = 0;
	int status = EXIT_DONE;
	if (server->role != ROLE_RW || !server->nfs.export_path) {
		return render_fail(r, EXIT_WRONG,
			_("%s exports nothing: that is the rw server's, with nfs: {export: PATH} in the "
			  "configuration"),
			server->name);
	}
	if (!escape_path(path, sizeof(path), server->nfs.export_path)) {
		return refuse(r, server->name, _("the path"), server->nfs.export_path);
	}
	explain_exports(r, server);
	fputs(path, r->out);
	for (size_t i = 0; i < spec->server_count && status == EXIT_DONE; i++) {
		if (spec->servers[i].role == ROLE_RO) {
			status = put_client(r, &spec->servers[i]);
			clients++;
		}
	}
	fputc('\n', r->out);
	if (clients == 0) {
		return render_fail(
			r, EXIT_WRONG, _("there is no ro server that %s could export to"), server->name);
	}
	return status;
}

/* ---- fstab ---- */

static void explain_fstab(struct rendering *r)
{
	FILE *out = r->out;
	render_header(r, _("The mount of the shared store, a line for /etc/fstab of each server."));
	yaml_comment(out, NULL);
	yaml_comment(out, _("ro: models are changed on the rw server alone. hard: a read waits for a server "
			    "that is away; soft would "
			    "give Ollama errors in the middle of a model."));
	yaml_comment(out, _("_netdev: mounted once the network is up. x-systemd.before=docker.service: "
			    "before the containers start, "
			    "which keep the mount they started with: the empty folder below it, if it comes "
			    "too late."));
	yaml_commentf(out, _("After a change: %s"), "sudo systemctl daemon-reload && sudo mount -a");
}

/* The first accepted file system that is one of NFS. */
static const char *type_of(const struct nfs_spec *nfs)
{
	for (size_t i = 0; i < nfs->type_count; i++) {
		if (strcmp(nfs->types[i], "nfs") == 0 || strcmp(nfs->types[i], "nfs4") == 0) {
			return nfs->types[i];
		}
	}
	return "nfs";
}

/* ADDRESS:/PATH; an address of version 6 in brackets. */
static bool put_source(char *dst, size_t size, const char *host, size_t host_len, const char *path)
{
	char field[FIELD_MAX];
	size_t len;
	char *copy = strndup(host, host_len);
	const char *bare = copy ? bare_host(copy, &len) : NULL;
	const bool fine = bare && is_host(bare, len) && escape_path(field, sizeof(field), path);
	const bool six = fine && memchr(bare, ':', len);
	const bool fits = fine && (size_t)snprintf(dst, size, "%s%.*s%s:%s", six ? "[" : "", (int)len, bare,
					  six ? "]" : "", field) < size;
	free(copy);
	return fits;
}

static int put_mount(struct rendering *r, const struct server_spec *server)
{
	const struct server_spec *rw = rw_server(r->once.app.spec);
	const struct nfs_spec *nfs = &server->nfs;
	char source[2 * FIELD_MAX], target[FIELD_MAX];
	const char *slash = nfs->source ? strstr(nfs->source, ":/") : NULL;
	bool fine;
	if (nfs->source) {
		fine = slash && put_source(source, sizeof(source), nfs->source, (size_t)(slash - nfs->source),
					slash + 1);
	} else {
		fine = rw && rw->host && rw->nfs.export_path &&
		       put_source(source, sizeof(source), rw->host, strlen(rw->host), rw->nfs.export_path);
	}
	if (!fine) {
		return refuse(r, server->name, _("the source"),
			nfs->source                 ? nfs->source
			: rw && rw->nfs.export_path ? rw->nfs.export_path
						    : "");
	}
	if (!escape_path(target, sizeof(target), nfs->mount)) {
		return refuse(r, server->name, _("the path"), nfs->mount);
	}
	yaml_commentf(r->out, _("server %s (%s)"), server->name, server->host ? server->host : "-");
	fprintf(r->out, "%s %s %s %s 0 0\n", source, target, type_of(nfs), MOUNT_OPTIONS);
	return EXIT_DONE;
}

int render_fstab(struct rendering *r)
{
	const struct fleet_spec *spec = r->once.app.spec;
	const bool all = r->server == spec->server_count;
	int status = EXIT_DONE;
	size_t mounts = 0;
	if (!all && (spec->servers[r->server].role == ROLE_RW || !spec->servers[r->server].nfs.mount)) {
		return render_fail(r, EXIT_WRONG,
			_("%s mounts nothing: that is an ro server's, with nfs: {mount: PATH} in the "
			  "configuration"),
			spec->servers[r->server].name);
	}
	explain_fstab(r);
	for (size_t i = 0; i < spec->server_count && status == EXIT_DONE; i++) {
		const struct server_spec *server = &spec->servers[i];
		if (all ? server->role == ROLE_RO && server->nfs.mount : i == r->server) {
			status = put_mount(r, server);
			mounts++;
		}
	}
	if (mounts == 0) {
		return render_fail(
			r, EXIT_WRONG, _("no ro server has nfs: {mount: PATH} in the configuration"));
	}
	return status;
}
