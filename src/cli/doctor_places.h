/*
 * doctor_places.h - where things are in this fleet, as commands name them.
 */
#ifndef CLI_DOCTOR_PLACES_H
#define CLI_DOCTOR_PLACES_H

#include "doctor.h"

#define PLACE_MAX 1024

/* The server that models are pulled on; NULL: none is configured. */
const struct server *place_writer(const struct fleet *fleet);
/* The instance of it through which that happens: one that answers if any; NULL: none. */
const struct instance *place_writer_instance(const struct fleet *fleet);

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*: what Docker's daemon allows (RestrictedNamePattern); an id as well. */
bool place_is_name(const char *name);

/*
 * The container's name where Docker allows such a name, else its id, else the instance's name: never
 * what a hostile engine made up to look like an option.
 */
const char *place_container(const struct instance *instance);

/* The folder of the host that is the container's store (what is mounted at or above its path); NULL unknown. */
const char *place_host_folder(const struct instance *instance);
/* The folder of the host where the server keeps its models: of nfs: in the configuration, else of its instances. */
const char *place_server_folder(const struct server *server);
/* Where the host mounts the store: by the configuration, else what the container mounts; NULL unknown. */
const char *place_host_mount(const struct instance *instance);
/* "10.0.0.80:/opt/ollama-models": what should be mounted there; NULL unknown. */
const char *place_source(const struct doctor *doctor, const struct instance *instance, char buf[PLACE_MAX]);
/* "/opt/ollama-models/models" of the writer's host, for a container that mounts .ollama or models; NULL unknown. */
const char *place_models_folder(const struct instance *writer, char buf[PLACE_MAX]);

/* "10.0.0.84:11434" of a URL, and the port alone; "" when it has none. */
void place_authority(const char *url, char host[PLACE_MAX], char port[16]);

/* The server's own network as far as it can be told: the /24 of an IPv4 address; false where its host is none. */
bool place_network(const struct server *server, char network[64]);
/* Whether the server's Docker is reached through ssh, and then USER@HOST and the port ("" when it is the usual one). */
bool place_is_ssh(const struct server_spec *spec);
void place_ssh(const struct server_spec *spec, char target[PLACE_MAX], char port[16]);

/* Advises to let that network to a port. */
void advise_ufw(struct doctor *doctor, const struct server *server, const char *port);

/* The Swarm service that the instance is a task of; NULL: it is a container of its own. */
const char *place_service(const struct instance *instance);

/* Advises to create the container anew from its Compose file after the file was changed. */
void advise_compose_up(struct doctor *doctor, const struct instance *instance);
/* Advises to open this file; Compose's own file of the instance where it is known. */
void advise_compose_edit(struct doctor *doctor, const struct instance *instance);

/* Advises to mount the store again, and to start the container anew on it. */
void advise_remount(struct doctor *doctor, const struct instance *instance);
/* Advises to make the key of the store once, on the rw server. */
void advise_create_key(struct doctor *doctor);
/* Advises a limit under which so many bytes fit; 0: half as much again as now. */
void advise_memory(struct doctor *doctor, const struct instance *instance, int64_t bytes);

/* Whether an error is what this message of another module says ("timed out after %s"), in any language. */
bool error_is(const char *error, const char *message);

#endif
