/* Servers of OpenAI's API, and nvidia-smi. */
#include "ollama-top/ollama.h"
#include "ollama-top/openai.h"
#include "ollama-top/probe.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct parse_error error;

Test(openai, models_of_vllm)
{
	static const char body[] =
		"{\"object\":\"list\",\"data\":[{\"id\":\"meta-llama/Llama-3.1-8B\",\"object\":\"model\","
		"\"created\":1714565000,\"owned_by\":\"vllm\",\"root\":\"meta-llama/"
		"Llama-3.1-8B\",\"parent\":null,"
		"\"max_model_len\":8192,\"permission\":[]},{\"id\":\"\"},{\"object\":\"model\"}]}";
	struct model_loaded *models;
	size_t n;
	cr_assert(openai_parse_models(body, strlen(body), &models, &n, &error), "%s", error.text);
	cr_assert_eq(n, 1);
	cr_expect_str_eq(models[0].name, "meta-llama/Llama-3.1-8B");
	cr_expect_eq(models[0].context, 8192);
	cr_expect_eq(models[0].size, -1);
	cr_expect_eq(models[0].expires_at, INT64_MAX);
	ollama_free_loaded(models, n);
}

Test(openai, models_of_llama_cpp)
{
	static const char body[] = "{\"models\":[{\"name\":\"m.gguf\"}],\"object\":\"list\",\"data\":[{"
				   "\"id\":\"m.gguf\",\"object\":"
				   "\"model\",\"created\":1714565000,\"owned_by\":\"llamacpp\",\"meta\":{"
				   "\"vocab_type\":2,\"n_vocab\":"
				   "128256,\"n_ctx\":4096,\"n_ctx_train\":131072,\"n_embd\":4096,\"n_"
				   "params\":8030261312,\"size\":"
				   "4912898304}}]}";
	struct model_loaded *models;
	size_t n;
	cr_assert(openai_parse_models(body, strlen(body), &models, &n, &error), "%s", error.text);
	cr_assert_eq(n, 1);
	cr_expect_eq(models[0].size, INT64_C(4912898304));
	cr_expect_eq(models[0].context, 4096);
	ollama_free_loaded(models, n);
}

Test(openai, an_answer_without_a_list)
{
	static const char *const bodies[] = {"", "[]", "{}", "{\"data\":{}}", "{\"object\":\"list\"}"};
	struct model_loaded *models;
	size_t n;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		*error.text = '\0';
		cr_expect_not(openai_parse_models(bodies[i], strlen(bodies[i]), &models, &n, &error));
		cr_expect_str_not_empty(error.text);
	}
}

Test(openai, refusals_in_all_their_forms)
{
	static const char *const bodies[] = {
		"{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
		"{\"error\":\"Loading model\"}",
		"{\"object\":\"error\",\"message\":\"Loading model\",\"code\":503}",
		"{\"detail\":\"Loading model\"}",
	};
	char text[32];
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		openai_parse_refusal(bodies[i], strlen(bodies[i]), text, sizeof text);
		cr_expect_str_eq(text, "Loading model", "%s", bodies[i]);
	}
	openai_parse_refusal("Service Unavailable", 19, text, sizeof text);
	cr_expect_str_eq(text, "");
}

Test(nvidia, the_lines_of_two_gpus)
{
	static const char text[] = "0, NVIDIA GeForce RTX 4090, 1234, 24564, 37\r\n"
				   "1, NVIDIA A100-SXM4-80GB\033[31m, [N/A], 81920, [Not Supported]\n"
				   "No devices were found\n"
				   "2, cut, 3\n";
	struct gpu gpus[FLEET_GPUS_MAX];
	cr_assert_eq(probe_parse_gpus(text, sizeof text - 1, gpus), 2);
	cr_expect_eq(gpus[0].index, 0);
	cr_expect_str_eq(gpus[0].name, "NVIDIA GeForce RTX 4090");
	cr_expect_eq(gpus[0].memory_used, INT64_C(1234) << 20);
	cr_expect_eq(gpus[0].memory_total, INT64_C(24564) << 20);
	cr_expect_float_eq(gpus[0].utilisation, 37, 0.01);
	cr_expect_null(strchr(gpus[1].name, '\033'));
	cr_expect_eq(gpus[1].memory_used, -1);
	cr_expect(isnan(gpus[1].utilisation));
}

Test(nvidia, more_gpus_than_are_kept)
{
	char text[64 * 32] = "";
	struct gpu gpus[FLEET_GPUS_MAX];
	for (int i = 0; i < 32; i++)
		strcat(text, "0, GPU, 1, 2, 3\n");
	cr_expect_eq(probe_parse_gpus(text, strlen(text), gpus), FLEET_GPUS_MAX);
}
