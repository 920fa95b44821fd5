/*
 * fixture.h - a curses screen without a terminal, and a real fleet filled by observations.
 */
#ifndef TESTS_UI_FIXTURE_H
#define TESTS_UI_FIXTURE_H

#include "ollama-top/fleet.h"
#include "ollama-top/observation.h"
#include "ui/canvas.h"
#include "ui/look.h"

#define SCREEN_LINES   12
#define SCREEN_COLUMNS 40
#define GIGA           ((int64_t)1 << 30)

/* A screen of SCREEN_LINES x SCREEN_COLUMNS filled with '@'; ends with the test's process. */
void screen_fixture(enum charset charset, struct theme *theme, struct canvas *all);
/* The character at a place of the screen, its combining ones left out. */
wchar_t screen_at(int y, int x);
/* A line of the screen as UTF-8, in a buffer that the next call reuses. */
const char *screen_line(int y);

/* Two servers, "80" (rw) with instance "ollama" and "84" (ro), whose instances are listed by fleet_list(). */
struct fleet *fleet_fixture(void);
void fleet_list(struct fleet *fleet, size_t server, const char *const *names, size_t count);
/* Observations at the fleet's own time. */
void fleet_answer(struct fleet *fleet, size_t server, const char *instance, double latency_ms);
void fleet_memory(struct fleet *fleet, size_t server, const char *instance, int64_t used, double cpu);
void fleet_models(struct fleet *fleet, size_t server, const char *instance, const struct model_stored *models,
	size_t count);
void fleet_loads(struct fleet *fleet, size_t server, const char *instance, const char *model);
void fleet_fixture_free(struct fleet *fleet);

#endif
