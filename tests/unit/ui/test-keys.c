/* The tables behind the keys: no key twice, nothing without help, nothing that no key asks for. */
#include "ui/filter.h"
#include "ui/keymap.h"
#include "ui/op_actions.h"
#include "ui/view.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct view_ops *const views[] = {
	&view_main, &view_details, &view_models, &view_nfs, &view_events, &view_help};

Test(keys, no_key_is_bound_twice_in_a_view)
{
	const struct binding *a, *b;
	for (size_t i = 0; (a = keymap_at(i)); i++)
		for (size_t j = i + 1; (b = keymap_at(j)); j++)
			cr_assert(a->key != b->key || a->view != b->view, "key %d", a->key);
}

Test(keys, every_request_has_a_key_a_label_and_help)
{
	for (int request = REQ_NONE + 1; request < REQ_COUNT; request++) {
		const struct request_info *info = request_info((enum request)request);
		const struct binding *b;
		bool bound = false;
		for (size_t i = 0; (b = keymap_at(i)); i++)
			bound |= (int)b->request == request;
		cr_assert(bound, "request %d has no key", request);
		cr_assert(info->label && info->label[0], "request %d has no label", request);
		cr_assert(info->help && info->help[0], "request %d has no help", request);
	}
}

Test(keys, the_help_lists_every_request_once_under_a_heading)
{
	int seen[REQ_COUNT] = {0};
	const char *heading;
	enum request request;
	for (size_t line = 0; request_help(line, &heading, &request); line++) {
		cr_assert(line > 0 || heading, "the first line is a heading");
		cr_assert((heading != NULL) == (request == REQ_NONE));
		seen[request]++;
	}
	for (int r = REQ_NONE + 1; r < REQ_COUNT; r++)
		cr_assert_eq(seen[r], 1, "request %d", r);
}

Test(keys, every_key_of_a_bar_works_there)
{
	for (size_t v = 0; v < sizeof(views) / sizeof(views[0]); v++) {
		const struct view_ops *ops = views[v];
		cr_assert_eq(ops->id, (enum view_id)v);
		for (size_t i = 0; ops->bar[i] != REQ_NONE; i++) {
			const struct binding *b;
			bool works = false;
			for (size_t k = 0; (b = keymap_at(k)); k++)
				works |= b->request == ops->bar[i] &&
					 keymap_find(b->key, ops->id) == ops->bar[i];
			cr_assert(works, "view %s, request %d", ops->title, (int)ops->bar[i]);
		}
	}
}

Test(keys, every_key_has_a_name_or_is_another_name_of_one)
{
	const struct binding *b;
	char name[16];
	for (size_t i = 0; (b = keymap_at(i)); i++)
		cr_assert(
			strncmp(keymap_key_name(name, sizeof(name), b->key), "U+", 2) != 0, "key %d", b->key);
	cr_assert_str_eq(keymap_key_name(name, sizeof(name), KEY_CTRL('R')), "Ctrl-R");
	cr_assert_str_eq(keymap_key_name(name, sizeof(name), ' '), "Space");
	cr_assert_str_eq(keymap_key_name(name, sizeof(name), 'q'), "q");
}

Test(keys, h_and_l_do_not_move)
{
	cr_assert_eq(keymap_find('h', VIEW_MAIN), REQ_NONE);
	cr_assert_eq(keymap_find('l', VIEW_MAIN), REQ_LOGS);
	cr_assert_eq(keymap_find('o', VIEW_MAIN), REQ_SORT);
	cr_assert_eq(keymap_find('o', VIEW_HELP), REQ_NONE);
}

Test(keys, operations_have_keys_of_their_own)
{
	const struct op_action *a, *b;
	for (size_t i = 0; (a = op_action_at(i)); i++) {
		cr_assert(a->key > ' ' && a->key < 0x7f, "its name is the character");
		cr_assert(a->label[0] && a->help[0] && a->act, "key %c", a->key);
		for (int view = 0; view <= VIEW_COUNT; view++)
			cr_assert_eq(keymap_find(a->key, (enum view_id)view), REQ_NONE,
				"%c means something else in view %d", a->key, view);
		for (size_t j = i + 1; (b = op_action_at(j)); j++)
			cr_assert_neq(a->key, b->key, "%c twice", a->key);
	}
	cr_assert(op_action_at(0));
}

/* The table that keys of a read-only console go through has nothing but what looks, and the other one is shut. */
Test(keys, none_leads_to_an_operation_without_operations)
{
	static struct ui ui;
	for (int key = 0; key <= 0x10ffff; key++)
		cr_assert_not(op_key(&ui, key), "key %d", key);
	for (int number = 0; number < KEY_MAX; number++)
		cr_assert_not(op_key(&ui, KEY_CODE(number)), "key code %d", number);
	cr_assert_null(ui.dialog.ops, "a dialog is open all the same");
	cr_assert_eq(ui.message[0], 0);
}

Test(keys, logs_search_where_others_filter)
{
	cr_assert_eq(keymap_find('/', VIEW_LOGS), REQ_SEARCH);
	cr_assert_eq(keymap_find('/', VIEW_EVENTS), REQ_FILTER);
	cr_assert_eq(keymap_find('n', VIEW_LOGS), REQ_NEXT_MATCH);
	cr_assert_eq(keymap_find('N', VIEW_MAIN), REQ_NONE);
}

Test(filter, every_word_must_occur_somewhere_in_any_case)
{
	const char *fields[] = {"84/ollama-2", NULL, "HOT", "llama2:13b"};
	cr_assert(filter_matches("", fields, 4));
	cr_assert(filter_matches("   ", fields, 4));
	cr_assert(filter_matches("hot", fields, 4));
	cr_assert(filter_matches(" LLAMA-2  hot ", fields, 4));
	cr_assert(filter_matches("84/", fields, 4));
	cr_assert(!filter_matches("hot down", fields, 4));
	cr_assert(!filter_matches("llama3", fields, 4));
	cr_assert(!filter_matches("x", fields, 0));
}
