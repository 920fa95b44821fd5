/* The audit log on a real file system: its lines, its turning over, and several writers at a time. */
#include "ops/audit.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char root[256];
static struct parse_error error;

static void start(void)
{
	const char *tmp = getenv("TEST_TMP");
	snprintf(root, sizeof root, "%s/audit-XXXXXX", tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(root));
	setenv("XDG_STATE_HOME", root, 1);
	setenv("HOME", "/nonexistent", 1);
	unsetenv("SSH_CLIENT");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static void end(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(audit, .init = start, .fini = end, .timeout = 60);

static const char *path_of(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/ollama-top/%s", root, name);
	return path;
}

static off_t size_of(const char *name)
{
	struct stat st;
	return stat(path_of(name), &st) == 0 ? st.st_size : -1;
}

static int mode_of(const char *name)
{
	struct stat st;
	return stat(path_of(name), &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static char *content(const char *name)
{
	FILE *f = fopen(path_of(name), "rb");
	cr_assert_not_null(f, "%s", name);
	char *data = calloc(1, AUDIT_ROTATE_BYTES + 4096);
	size_t len = fread(data, 1, AUDIT_ROTATE_BYTES + 4095, f);
	cr_assert(len > 0 && !ferror(f), "%s", name);
	fclose(f);
	return data;
}

static void put_content(const char *name, const char *text, off_t size)
{
	FILE *f = fopen(path_of(name), "wb");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
	if (size > 0)
		cr_assert_eq(truncate(path_of(name), size), 0);
}

static const struct audit_line begins = {
	.id = "op-7", .operation = "scale", .target = "84", .event = AUDIT_BEGIN, .message = "3 -> 4"};

static struct audit *opened(void)
{
	struct audit *audit = audit_open(&error);
	cr_assert_not_null(audit, "%s", error.text);
	return audit;
}

static void written(struct audit *audit, const struct audit_line *line)
{
	cr_assert(audit_write(audit, line, &error), "%s", error.text);
}

/* The last line, parsed. */
static cJSON *last_line(void)
{
	char *data = content("audit.jsonl");
	size_t len = strlen(data);
	cr_assert(len > 0 && data[len - 1] == '\n');
	data[len - 1] = '\0';
	const char *feed = strrchr(data, '\n');
	cJSON *line = cJSON_Parse(feed != NULL ? feed + 1 : data);
	cr_assert_not_null(line);
	free(data);
	return line;
}

static const char *text(const cJSON *line, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, key);
	cr_assert_not_null(item, "no %s", key);
	return cJSON_IsNull(item) ? "(null)" : cJSON_GetStringValue(item);
}

Test(audit, a_line_says_who_what_and_when)
{
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	setenv("SSH_CLIENT", "10.0.0.7 50000 22", 1);
	struct audit *audit = opened();
	time_t before = time(NULL);
	written(audit, &begins);
	cJSON *line = last_line();
	struct tm tm = {0};
	const char *rest = strptime(text(line, "time"), "%Y-%m-%dT%H:%M:%S", &tm);
	cr_assert_not_null(rest);
	cr_expect(*rest == '.' && strspn(rest + 1, "0123456789") == 3 && strcmp(rest + 4, "Z") == 0);
	cr_expect(timegm(&tm) >= before && timegm(&tm) <= time(NULL));
	cr_expect_str_eq(text(line, "id"), "op-7");
	cr_expect_str_eq(text(line, "user"), getpwuid(geteuid())->pw_name);
	cr_expect_str_eq(text(line, "ssh_client"), "10.0.0.7");
	cr_expect_str_eq(text(line, "host"), host);
	cr_expect_eq(cJSON_GetObjectItem(line, "pid")->valueint, getpid());
	cr_expect_str_eq(text(line, "operation"), "scale");
	cr_expect_str_eq(text(line, "target"), "84");
	cr_expect_str_eq(text(line, "event"), "begin");
	cr_expect_str_eq(text(line, "outcome"), "(null)");
	cr_expect_str_eq(text(line, "message"), "3 -> 4");
	cr_expect_eq(cJSON_GetArraySize(line), 11);
	cJSON_Delete(line);
	audit_close(audit);
}

Test(audit, events_and_outcomes)
{
	static const struct {
		enum audit_event event;
		enum audit_outcome outcome;
		const char *words[2];
	} cases[] = {
		{AUDIT_STEP, AUDIT_PENDING, {"step", "(null)"}},
		{AUDIT_END, AUDIT_DONE, {"end", "done"}},
		{AUDIT_END, AUDIT_FAILED, {"end", "failed"}},
		{AUDIT_END, AUDIT_REFUSED, {"end", "refused"}},
		{AUDIT_END, AUDIT_UNDONE, {"end", "undone"}},
		{AUDIT_END, AUDIT_CANCELLED, {"end", "cancelled"}},
	};
	struct audit *audit = opened();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct audit_line line = {.id = "1", .operation = "pull", .target = "80"};
		line.event = cases[i].event;
		line.outcome = cases[i].outcome;
		written(audit, &line);
		cJSON *last = last_line();
		cr_expect_str_eq(text(last, "event"), cases[i].words[0]);
		cr_expect_str_eq(text(last, "outcome"), cases[i].words[1]);
		cr_expect_str_eq(text(last, "message"), "(null)");
		cr_expect_str_eq(text(last, "ssh_client"), "(null)");
		cJSON_Delete(last);
	}
	audit_close(audit);
}

Test(audit, is_private)
{
	umask(0);
	end();
	struct audit *audit = opened();
	written(audit, &begins);
	cr_expect_eq(mode_of(""), 0700);
	cr_expect_eq(mode_of(".."), 0700, "the state folder was missing too");
	cr_expect_eq(mode_of("audit.jsonl"), 0600);
	cr_expect_eq(mode_of("audit.lock"), 0600);
	audit_close(audit);
}

Test(audit, without_a_state_folder_it_is_under_home)
{
	static const char *const unfit[] = {"", "relative/path", NULL};
	setenv("HOME", root, 1);
	mkdir(path_of(""), 0700); /* the path below goes through it */
	for (size_t i = 0; i < 3; i++) {
		if (unfit[i] != NULL)
			setenv("XDG_STATE_HOME", unfit[i], 1);
		else
			unsetenv("XDG_STATE_HOME");
		struct audit *audit = opened();
		written(audit, &begins);
		cr_expect_gt(size_of("../.local/state/ollama-top/audit.jsonl"), (off_t)(i * 100));
		audit_close(audit);
	}
}

Test(audit, hostile_strings_stay_in_their_line)
{
	char longer[5000];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	const struct audit_line line = {
		.id = "a\nb",
		.operation = "pull",
		.target = "80/\x1b[31m\"\\\xff",
		.event = AUDIT_END,
		.outcome = AUDIT_FAILED,
		.message = longer,
	};
	setenv("SSH_CLIENT", "\x1b]0;x\a\n{} 1 2", 1);
	struct audit *audit = opened();
	written(audit, &line);
	cJSON *last = last_line();
	cr_expect_str_eq(text(last, "id"), "a b");
	cr_expect_str_eq(text(last, "target"), "80/[31m\"\\?");
	cr_expect_str_eq(text(last, "ssh_client"), "]0;x {}");
	cr_expect_eq(strlen(text(last, "message")), AUDIT_MESSAGE_MAX - 1);
	char *data = content("audit.jsonl");
	cr_expect_eq(strchr(data, '\n'), data + strlen(data) - 1, "one line");
	free(data);
	cJSON_Delete(last);
	audit_close(audit);
}

Test(audit, at_ten_mebibytes_it_is_turned_over)
{
	struct audit *audit = opened();
	char first[64], name[32];
	for (int turn = 0; turn <= AUDIT_OLD_FILES + 1; turn++) {
		snprintf(first, sizeof first, "{\"turn\":%d}\n", turn);
		put_content("audit.jsonl", first, 0);
		written(audit, &begins);
		cr_expect_gt(size_of("audit.jsonl"), (off_t)strlen(first), "turned over too early");
		cr_assert_eq(truncate(path_of("audit.jsonl"), AUDIT_ROTATE_BYTES - 8), 0);
		written(audit, &begins);
		cr_expect_lt(size_of("audit.jsonl"), 1000);
		cr_expect_eq(mode_of("audit.jsonl"), 0600);
	}
	for (int old = 1; old <= AUDIT_OLD_FILES; old++) {
		snprintf(name, sizeof name, "audit.jsonl.%d", old);
		char *data = content(name);
		int turn = -1;
		cr_expect_eq(sscanf(data, "{\"turn\":%d}", &turn), 1);
		cr_expect_eq(turn, AUDIT_OLD_FILES + 2 - old, "%s", name);
		free(data);
	}
	cr_expect_eq(size_of("audit.jsonl.6"), -1);
	audit_close(audit);
}

Test(audit, a_torn_line_does_not_spoil_the_next)
{
	struct audit *audit = opened();
	put_content("audit.jsonl", "{\"time\":\"2026-", 0);
	written(audit, &begins);
	char *data = content("audit.jsonl");
	cr_expect_eq(strncmp(data, "{\"time\":\"2026-\n{\"time\":", 23), 0, "%s", data);
	free(data);
	written(audit, &begins);
	data = content("audit.jsonl");
	cr_expect_null(strstr(data, "\n\n"));
	free(data);
	audit_close(audit);
}

/* A full disk, played by a limit on the file's size that lets in part of a line. */
Test(audit, what_does_not_fit_is_taken_back_and_told)
{
	struct audit *audit = opened();
	written(audit, &begins);
	off_t size = size_of("audit.jsonl");
	struct rlimit limit = {.rlim_cur = (rlim_t)size + 20, .rlim_max = RLIM_INFINITY};
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_not(audit_write(audit, &begins, &error));
	cr_expect_eq(strncmp(error.text, "the audit log cannot be written: ", 33), 0, "%s", error.text);
	cr_expect_eq(size_of("audit.jsonl"), size);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	written(audit, &begins);
	cr_expect_gt(size_of("audit.jsonl"), size);
	audit_close(audit);
}

static void refused(struct audit *audit, const char *sentence)
{
	*error.text = '\0';
	cr_expect_not(audit_write(audit, &begins, &error));
	cr_expect_not_null(strstr(error.text, sentence), "%s", error.text);
}

Test(audit, writes_to_its_own_file_only)
{
	struct audit *audit = opened();
	cr_assert_eq(symlink("/dev/null", path_of("audit.jsonl")), 0);
	refused(audit, "the audit log cannot be opened");
	unlink(path_of("audit.jsonl"));
	cr_assert_eq(mkfifo(path_of("audit.jsonl"), 0600), 0);
	refused(audit, "is not a regular file");
	unlink(path_of("audit.jsonl"));
	cr_assert_eq(mkdir(path_of("audit.jsonl"), 0700), 0);
	refused(audit, "the audit log cannot be opened");
	rmdir(path_of("audit.jsonl"));
	/* A folder with something in it can be renamed, but a file cannot take its place. */
	written(audit, &begins);
	put_content("audit.jsonl.4", "", 0);
	cr_assert_eq(mkdir(path_of("audit.jsonl.5"), 0700), 0);
	cr_assert_eq(truncate(path_of("audit.jsonl"), AUDIT_ROTATE_BYTES), 0);
	refused(audit, "the audit log cannot be renamed");
	cr_expect_eq(size_of("audit.jsonl"), AUDIT_ROTATE_BYTES, "what cannot be turned over is kept");
	audit_close(audit);
}

Test(audit, a_folder_that_cannot_be_used)
{
	char file[300], wanted[600];
	snprintf(file, sizeof file, "%s/ollama-top", root);
	FILE *f = fopen(file, "wb");
	cr_assert_not_null(f);
	fclose(f);
	cr_expect_null(audit_open(&error));
	snprintf(wanted, sizeof wanted, "the folder of the audit log, %s, cannot be used: Not a directory",
		file);
	cr_expect_str_eq(error.text, wanted);
	unlink(file);
	cr_assert_eq(symlink("/tmp", file), 0);
	cr_expect_null(audit_open(&error));
	unlink(file);
	setenv("XDG_STATE_HOME", "/proc/nothing", 1);
	cr_expect_null(audit_open(&error));
	cr_expect_not_null(strstr(error.text, "/proc/nothing/ollama-top"), "%s", error.text);
}

Test(audit, waits_for_the_lock_of_another_but_not_for_ever)
{
	struct audit *audit = opened();
	written(audit, &begins);
	int fd = open(path_of("audit.lock"), O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	pid_t child = fork();
	if (child == 0) {
		usleep(300000);
		flock(fd, LOCK_UN);
		_exit(0);
	}
	written(audit, &begins);
	waitpid(child, NULL, 0);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	refused(audit, "has been locked by another process for 5 s");
	close(fd);
	written(audit, &begins);
	audit_close(audit);
}

#define WRITERS 8
#define LINES   150

static void write_many(struct audit *audit, int writer)
{
	char id[32], message[400];
	memset(message, 'a' + writer, sizeof message - 1);
	message[sizeof message - 1] = '\0';
	for (int i = 0; i < LINES; i++) {
		snprintf(id, sizeof id, "%d-%d", writer, i);
		const struct audit_line line = {
			.id = id, .operation = "scale", .target = "84", .message = message};
		if (!audit_write(audit, &line, &error))
			_exit(1);
	}
	_exit(0);
}

/* Counts the lines of this test's writers in a file; any other that does not parse fails. */
static void count(const char *name, int seen[WRITERS][LINES])
{
	char *data = content(name), *rest = NULL;
	for (char *line = strtok_r(data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		int writer, number;
		cJSON *tree = cJSON_Parse(line);
		cr_assert_not_null(tree, "%s: %.80s", name, line);
		cr_assert_eq(sscanf(text(tree, "id"), "%d-%d", &writer, &number), 2);
		const char *message = text(tree, "message");
		cr_assert(writer < 0 || (strlen(message) == 399 &&
						strspn(message, (char[]){(char)('a' + writer), 0}) == 399));
		if (writer >= 0)
			seen[writer][number]++;
		cJSON_Delete(tree);
	}
	free(data);
}

/* Half of them with a descriptor from before the fork, half with one of their own; it turns over in the middle. */
Test(audit, many_writers_lose_and_mix_nothing)
{
	static int seen[WRITERS][LINES];
	struct audit *audit = opened();
	pid_t children[WRITERS];
	char filler[1000];
	snprintf(filler, sizeof filler, "{\"id\":\"-1-0\",\"message\":\"%0900d\"}\n", 0);
	FILE *f = fopen(path_of("audit.jsonl"), "wb");
	for (long size = 0; size < AUDIT_ROTATE_BYTES - WRITERS * LINES * 300; size += (long)strlen(filler))
		fputs(filler, f);
	fclose(f);
	for (int i = 0; i < WRITERS; i++) {
		children[i] = fork();
		if (children[i] == 0)
			write_many(i % 2 == 0 ? audit : opened(), i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;
		waitpid(children[i], &status, 0);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %d", i);
	}
	cr_assert_gt(size_of("audit.jsonl.1"), AUDIT_ROTATE_BYTES - 2000, "it was turned over");
	cr_assert_leq(size_of("audit.jsonl.1"), AUDIT_ROTATE_BYTES);
	cr_assert_eq(size_of("audit.jsonl.2"), -1, "once");
	count("audit.jsonl.1", seen);
	count("audit.jsonl", seen);
	for (int i = 0; i < WRITERS; i++)
		for (int k = 0; k < LINES; k++)
			cr_expect_eq(seen[i][k], 1, "line %d of writer %d: %d times", k, i, seen[i][k]);
	audit_close(audit);
}
