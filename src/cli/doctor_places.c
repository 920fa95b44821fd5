#include "doctor_places.h"

#include "doctor_need.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SSH "ssh://"

const struct server *place_writer(const struct fleet *fleet)
{
	for (size_t s = 0; s < fleet->server_count; s++) {
		if (fleet->servers[s].spec->role == ROLE_RW) {
			return &fleet->servers[s];
		}
	}
	return NULL;
}

const struct instance *place_writer_instance(const struct fleet *fleet)
{
	const struct server *writer = place_writer(fleet);
	const struct instance *found = NULL;
	for (size_t i = 0; writer && i < writer->instance_count; i++) {
		const struct instance *instance = writer->instances[i];
		if (!instance->gone &&
			(!found || (found->api.status != LINK_OK && instance->api.status == LINK_OK))) {
			found = instance;
		}
	}
	return found;
}

bool place_is_name(const char *name)
{
	if (!name || !isalnum((unsigned char)name[0])) {
		return false;
	}
	for (; *name != '\0'; name++) {
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name)) {
			return false;
		}
	}
	return true;
}

const char *place_container(const struct instance *instance)
{
	const char *configured = instance->spec ? instance->spec->container : NULL;
	if (place_is_name(instance->container.name)) {
		return instance->container.name;
	}
	if (instance->container.id[0] != '\0') {
		return instance->container.id;
	}
	return configured ? configured : instance->name;
}

static bool is_below(const char *path, const char *folder)
{
	const size_t len = strlen(folder);
	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static const struct mount *store_mount(const struct instance *instance)
{
	const char *path = instance->store.path ? instance->store.path : "/root/.ollama";
	const struct mount *best = NULL;
	for (size_t i = 0; i < instance->container.mount_count; i++) {
		const struct mount *mount = &instance->container.mounts[i];
		if (mount->source && mount->destination && is_below(path, mount->destination) &&
			(!best || strlen(mount->destination) > strlen(best->destination))) {
			best = mount;
		}
	}
	return best;
}

const char *place_host_folder(const struct instance *instance)
{
	const struct mount *mount = store_mount(instance);
	return mount ? mount->source : NULL;
}

const char *place_server_folder(const struct server *server)
{
	const struct nfs_spec *nfs = &server->spec->nfs;
	if (nfs->export_path || nfs->mount) {
		return nfs->export_path ? nfs->export_path : nfs->mount;
	}
	for (size_t i = 0; i < server->instance_count; i++) {
		const char *folder = place_host_folder(server->instances[i]);
		if (folder) {
			return folder;
		}
	}
	return NULL;
}

const char *place_models_folder(const struct instance *writer, char buf[PLACE_MAX])
{
	static const char tail[] = "/models";
	const struct mount *mount = store_mount(writer);
	if (!mount) {
		return NULL;
	}
	const size_t len = strlen(mount->destination);
	const size_t tail_len = sizeof(tail) - 1;
	const bool models = len >= tail_len && strcmp(mount->destination + len - tail_len, tail) == 0;
	snprintf(buf, PLACE_MAX, "%.1000s%s", mount->source, models ? "" : tail);
	return buf;
}

void place_authority(const char *url, char host[PLACE_MAX], char port[16])
{
	const char *scheme = url ? strstr(url, "://") : NULL;
	const char *start = scheme ? scheme + 3 : url ? url : "";
	size_t len = strcspn(start, "/?#");
	const char *end = start + len;
	const char *colon = NULL;
	for (const char *c = start; c < end; c++) {
		colon = *c == ':' ? c : *c == ']' ? NULL : colon;
	}
	port[0] = '\0';
	if (colon) {
		snprintf(port, 16, "%.*s", (int)(end - colon - 1), colon + 1);
		len = (size_t)(colon - start);
	}
	snprintf(host, PLACE_MAX, "%.*s", (int)len, start);
}

bool place_is_ssh(const struct server_spec *spec)
{
	return spec->docker && strncasecmp(spec->docker, SSH, sizeof(SSH) - 1) == 0;
}

void place_ssh(const struct server_spec *spec, char target[PLACE_MAX], char port[16])
{
	char url[PLACE_MAX];
	snprintf(url, sizeof(url), SSH "%.1000s", spec->docker + sizeof(SSH) - 1);
	place_authority(url, target, port);
}

bool place_network(const struct server *server, char network[64])
{
	struct in_addr address;
	const char *host = server->spec->host;
	if (!host || inet_pton(AF_INET, host, &address) != 1) {
		return false;
	}
	snprintf(network, 64, "%.*s.0/24", (int)(strrchr(host, '.') - host), host);
	return true;
}

void advise_ufw(struct doctor *doctor, const struct server *server, const char *port)
{
	char network[64];
	if (port[0] != '\0' && place_network(server, network)) {
		doctor_advise(
			doctor, server, "sudo ufw allow from {} to any port {} proto tcp", network, port);
	}
}

/* Version 1 is a program of its own; version 2 a plugin of docker. */
static bool is_old_compose(const struct compose *compose)
{
	return compose->version && compose->version[0] == '1';
}

const char *place_service(const struct instance *instance)
{
	return instance->task.known ? instance->server->spec->scale.service : NULL;
}

void advise_compose_edit(struct doctor *doctor, const struct instance *instance)
{
	if (place_service(instance)) {
		doctor_advise(doctor, instance->server, "docker service inspect --pretty {}",
			place_service(instance));
		return;
	}
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	if (facts && facts->compose.folder && !facts->compose.cloned) {
		doctor_advise(doctor, instance->server, "cd {} && ${EDITOR:-vi} docker-compose.yml",
			facts->compose.folder);
	} else {
		doctor_advise(doctor, instance->server, "${EDITOR:-vi} docker-compose.yml");
	}
}

void advise_compose_up(struct doctor *doctor, const struct instance *instance)
{
	if (place_service(instance)) {
		doctor_advise(doctor, instance->server, "docker service update --force {}",
			place_service(instance));
		return;
	}
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	const struct compose none = {0};
	const struct compose *compose = facts ? &facts->compose : &none;
	const char *service = compose->service ? compose->service : instance->name;
	const bool old = is_old_compose(compose);
	if (compose->folder) {
		doctor_advise(doctor, instance->server,
			old ? "cd {} && docker-compose up -d {}" : "cd {} && docker compose up -d {}",
			compose->folder, service);
	} else {
		doctor_advise(doctor, instance->server,
			old ? "docker-compose up -d {}" : "docker compose up -d {}", service);
	}
}

const char *place_host_mount(const struct instance *instance)
{
	const char *mount = instance->server->spec->nfs.mount;
	return mount ? mount : place_host_folder(instance);
}

const char *place_source(const struct doctor *doctor, const struct instance *instance, char buf[PLACE_MAX])
{
	const struct server *writer = place_writer(doctor->fleet);
	const struct nfs_spec *nfs = &instance->server->spec->nfs;
	if (nfs->source) {
		return nfs->source;
	}
	if (!writer || !writer->spec->host || !writer->spec->nfs.export_path) {
		return NULL;
	}
	snprintf(buf, PLACE_MAX, "%.250s:%.700s", writer->spec->host, writer->spec->nfs.export_path);
	return buf;
}

void advise_remount(struct doctor *doctor, const struct instance *instance)
{
	char buf[PLACE_MAX];
	const char *mount = place_host_mount(instance);
	const char *source = place_source(doctor, instance, buf);
	if (mount && source) {
		doctor_advise(doctor, instance->server, "sudo umount -l {} && sudo mount -t nfs {} {}", mount,
			source, mount);
	} else if (mount) {
		doctor_advise(doctor, instance->server, "sudo umount -l {} && sudo mount {}", mount, mount);
	}
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
}

void advise_create_key(struct doctor *doctor)
{
	char key[PLACE_MAX + 16];
	const struct server *server = place_writer(doctor->fleet);
	const struct instance *writer = place_writer_instance(doctor->fleet);
	const char *folder = server ? place_server_folder(server) : NULL;
	if (writer) {
		/* Ollama makes it at its start when it is missing. */
		doctor_advise(doctor, server, "docker restart {}", place_container(writer));
	}
	if (folder) {
		snprintf(key, sizeof(key), "%.1000s/id_ed25519", folder);
		doctor_advise(doctor, server, "sudo ls -l {}", key);
	}
}

void advise_memory(struct doctor *doctor, const struct instance *instance, int64_t bytes)
{
	char limit[32];
	const int64_t now = instance->container.memory_limit;
	const int64_t wanted = need_limit(bytes > 0 ? bytes : now);
	snprintf(limit, sizeof(limit), "%lldg", (long long)(wanted >> 30));
	if (wanted > 0 && place_service(instance)) {
		doctor_advise(doctor, instance->server, "docker service update --limit-memory {} {}", limit,
			place_service(instance));
		return;
	}
	if (wanted > 0) {
		doctor_advise(doctor, instance->server, "docker update --memory {} --memory-swap {} {}",
			limit, limit, place_container(instance));
	}
	/* The next "up -d" would take it back. */
	advise_compose_edit(doctor, instance);
}

bool error_is(const char *error, const char *message)
{
	char pattern[512] = "*";
	size_t at = 1;
	if (!error) {
		return false;
	}
	for (const char *c = _(message); *c != '\0' && at + 3 < sizeof(pattern); c++) {
		if (*c == '%' && c[1] != '\0') {
			/* "%s" and "%d.%d" of the message are anything in the error. */
			c += strcspn(c + 1, "sdzu") + 1;
			pattern[at++] = '*';
		} else if (strchr("[?*\\", *c)) {
			pattern[at++] = '?';
		} else {
			pattern[at++] = *c;
		}
	}
	pattern[at++] = '*';
	pattern[at] = '\0';
	return text_glob(pattern, error);
}
