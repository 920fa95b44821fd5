#include "ollama-top/requests.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct parse_error error;

static bool parse(const char *line, struct gin_line *out)
{
	return gin_parse(line, strlen(line), out);
}

Test(gin, the_line_of_a_request)
{
	struct gin_line g;
	cr_assert(parse("[GIN] 2024/05/01 - 12:00:00 | 200 |  1.203456789s |       127.0.0.1 | POST     "
			"\"/api/generate\"",
		&g));
	cr_expect_eq(g.status, 200);
	cr_expect_float_eq(g.seconds, 1.203456789, 1e-9);
	cr_expect_str_eq(g.method, "POST");
	cr_expect_str_eq(g.path, "/api/generate");
	cr_expect(gin_counts(&g));
}

Test(gin, durations_as_go_prints_them)
{
	static const struct {
		const char *text;
		double seconds;
	} all[] = {
		{"0s", 0},
		{"350ns", 350e-9},
		{"45.2\xc2\xb5s", 45.2e-6},
		{"45.2\xce\xbcs", 45.2e-6},
		{"12us", 12e-6},
		{"12.5ms", 0.0125},
		{"1m2s", 62},
		{"2h0m5s", 7205},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char line[160];
		struct gin_line g;
		(void)snprintf(line, sizeof line,
			"[GIN] 2024/05/01 - 12:00:00 | 200 | %13s | ::1 | GET \"/x\"", all[i].text);
		cr_assert(parse(line, &g), "%s", line);
		cr_expect_float_eq(g.seconds, all[i].seconds, 1e-9, "%s is %f", all[i].text, g.seconds);
	}
}

Test(gin, colours_of_a_terminal_and_signs_in_the_path)
{
	struct gin_line g;
	cr_assert(parse("[GIN] 2024/05/01 - 12:00:00 |\033[97;41m 503 \033[0m|  65.1\xc2\xb5s |  10.0.0.9 "
			"|\033[97;46m POST    \033[0m \"/v1/a|b?key=c\"\nError #01: busy\r\n",
		&g));
	cr_expect_eq(g.status, 503);
	cr_expect_str_eq(g.path, "/v1/a|b");
}

Test(gin, what_is_no_such_line)
{
	static const char *const others[] = {
		"",
		"[GIN]",
		"[GIN-debug] GET  /api/tags --> server.ListHandler (5 handlers)",
		"time=2024-05-01T12:00:00Z msg=\"[GIN] | 200 | 1s | x | GET \\\"/\\\"\"",
		"[GIN] 2024/05/01 - 12:00:00 | 20x | 1s | 127.0.0.1 | GET \"/\"",
		"[GIN] 2024/05/01 - 12:00:00 | 99 | 1s | 127.0.0.1 | GET \"/\"",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | 1 | 127.0.0.1 | GET \"/\"",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | -1s | 127.0.0.1 | GET \"/\"",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | 1s x | 127.0.0.1 | GET \"/\"",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | 1s | 127.0.0.1 | GET /",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | 1s | 127.0.0.1",
		"[GIN] 2024/05/01 - 12:00:00 | 200 | 1s | 127.0.0.1 | TOOLONGAMETHOD \"/\"",
	};
	struct gin_line g;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect_not(parse(others[i], &g), "%s", others[i]);
}

Test(gin, which_requests_count)
{
	static const struct {
		const char *path;
		bool counts;
	} all[] = {
		{"/api/chat", true},
		{"/v1/chat/completions", true},
		{"/api/embed", true},
		{"/api/version", false},
		{"/api/ps", false},
		{"/api/tags", false},
		{"/", false},
		{"/api/pull", false},
		{"/api/blobs/sha256:aa", false},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct gin_line g = {.status = 200};
		strcpy(g.path, all[i].path);
		cr_expect_eq(gin_counts(&g), all[i].counts, "%s", all[i].path);
	}
}

Test(gin, a_path_without_end_is_cut)
{
	char line[4096] = "[GIN] 2024/05/01 - 12:00:00 | 200 | 1s | 127.0.0.1 | GET \"/";
	struct gin_line g;
	memset(line + strlen(line), 'a', sizeof line - strlen(line) - 1);
	cr_assert(parse(line, &g));
	cr_expect_eq(strlen(g.path), sizeof g.path - 1);
}

static bool metrics(const char *text, struct request_metrics *out)
{
	return metrics_parse_requests(text, strlen(text), out, &error);
}

Test(metrics, of_vllm_added_up_over_its_models)
{
	struct request_metrics m;
	cr_assert(metrics("# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
			  "# TYPE vllm:num_requests_running gauge\n"
			  "vllm:num_requests_running{engine=\"0\",model_name=\"a } b\\\"\"} 3.0\n"
			  "vllm:num_requests_running{engine=\"1\",model_name=\"c\"} 1.0 1714565000000\n"
			  "vllm:num_requests_waiting{engine=\"0\",model_name=\"c\"} 0.0\n"
			  "vllm:num_requests_waiting_by_reason{reason=\"capacity\"} 7\n",
		&m));
	cr_expect_eq(m.inflight, 4);
	cr_expect_eq(m.queue, 0);
}

Test(metrics, of_llama_cpp)
{
	struct request_metrics m;
	cr_assert(metrics("# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing 2\n"
			  "# TYPE llamacpp:requests_deferred gauge\nllamacpp:requests_deferred 5\n",
		&m));
	cr_expect_eq(m.inflight, 2);
	cr_expect_eq(m.queue, 5);
}

Test(metrics, of_what_stands_in_for_ollama_tells_no_queue)
{
	struct request_metrics m;
	cr_assert(metrics("ollama_requests_in_flight{gen_ai_request_model=\"m\"} 1\n", &m));
	cr_expect_eq(m.inflight, 1);
	cr_expect_eq(m.queue, -1);
}

Test(metrics, values_that_are_none_are_left_out)
{
	static const char *const texts[] = {
		"",
		"404 page not found",
		"go_goroutines 12\n",
		"vllm:num_requests_running NaN\n",
		"vllm:num_requests_running -1\n",
		"vllm:num_requests_running +Inf\n",
		"vllm:num_requests_running 1e12\n",
		"vllm:num_requests_running{a=\"b\" 3\n",
		"vllm:num_requests_running 3x\n",
		"xvllm:num_requests_running 3\n",
	};
	struct request_metrics m;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*error.text = '\0';
		cr_expect_not(metrics(texts[i], &m), "%s", texts[i]);
		cr_expect_str_not_empty(error.text);
	}
}
