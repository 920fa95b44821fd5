/*
 * questions.h - what a command that looks once asks beyond the watch: GETs that are sent together.
 */
#ifndef CLI_QUESTIONS_H
#define CLI_QUESTIONS_H

#include "once.h"

#include <cjson/cJSON.h>

#define QUESTION_PATH_MAX  2048
#define QUESTION_ERROR_MAX 600

struct question {
	char path[QUESTION_PATH_MAX];
	bool list;     /* the answer is an array, not an object */
	bool optional; /* 404 is an answer: there is none */
	cJSON *answer; /* to be freed by the caller */
	/* kept by questions_ask() */
	struct asking *asking;
	struct http_request *request;
};

/*
 * Runs the loop until each question has its answer, for as long as the fleet's timeout at most. False when one failed,
 * with a sentence about the first that did, beginning with `where`; "" when a signal came.
 */
bool questions_ask(struct once *once, struct http_endpoint *endpoint, const char *where,
	struct question *questions, size_t count, char error[QUESTION_ERROR_MAX]);

#endif
