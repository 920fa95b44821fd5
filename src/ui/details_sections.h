/*
 * details_sections.h - the details of an instance as data: each section is a heading and one function.
 */
#ifndef UI_DETAILS_SECTIONS_H
#define UI_DETAILS_SECTIONS_H

#include "look.h"
#include "pen.h"

#include <stdbool.h>
#include <stddef.h>

struct section {
	const char *title; /* untranslated */
	bool right;        /* stands on the right where there is room for two columns */
	void (*draw)(const struct look *look, const struct instance *instance, struct pen *pen);
};

/* details_requests.c */
void requests_section(const struct look *look, const struct instance *instance, struct pen *pen);
void gpu_section(const struct look *look, const struct instance *instance, struct pen *pen);

extern const struct section detail_sections[];
extern const size_t detail_section_count;

#endif
