/*
 * render.h - files of the deployment that match the fleet: what the kinds of files share.
 */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include "once.h"

#include <stdio.h>

#define RENDER_ERROR_MAX 700

struct rendering {
	struct once once; /* open; polled where the kind asks for it */
	size_t server;    /* that was named or chosen; server_count: every one that the kind is for */
	FILE *out;        /* shown only when all of it is there */
	char error[RENDER_ERROR_MAX];
};

/*
 * Each writes one kind of file to `out` and returns the exit status; anything but EXIT_DONE with the
 * sentence in `error` ("" when a signal came), and then nothing of it is shown.
 */
int render_compose(struct rendering *r);
int render_traefik(struct rendering *r);
int render_exports(struct rendering *r);
int render_fstab(struct rendering *r);

/* Writes the sentence and returns the status, so that a kind can `return render_fail(...)`. */
int render_fail(struct rendering *r, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first lines of the file: what it is, by whom, when, of which fleet. */
void render_header(struct rendering *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
