/* The dynamic file on a real file system: changed by several at once, by others in between, and where it cannot be. */
#include "ops/pool_file.h"
#include "ops/pool_lock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT                                                                                                \
	"# mine\nhttp:\n  services:\n    ollama:\n      loadBalancer:\n        servers:\n          - url: " \
	"\"http://h:1\"\n"
#define NEW2 "          - url: \"http://h:2\"\n"

/* What somebody else does while a change is under way: pool_file.c syncs what it wrote before it reads again. */
static void (*on_sync)(void);

int fsync(int fd)
{
	if (on_sync != NULL)
		on_sync();
	return (int)syscall(SYS_fsync, fd);
}

static char folder[256], path[300], temporary[310], backup[310];

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	cr_assert_not_null(file, "%s: %s", name, strerror(errno));
	fputs(text, file);
	fclose(file);
}

static void expect_file(const char *name, const char *text)
{
	static char bytes[100000];
	FILE *file = fopen(name, "r");

	cr_assert_not_null(file, "%s: %s", name, strerror(errno));
	bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
	fclose(file);
	cr_expect_str_eq(bytes, text, "%s:\n%s", name, bytes);
}

static void name_paths(void)
{
	snprintf(path, sizeof path, "%s/ollama.yml", folder);
	snprintf(temporary, sizeof temporary, "%s.tmp", path);
	snprintf(backup, sizeof backup, "%s.bak", path);
}

static void set_up(void)
{
	const char *tmp = getenv("TEST_TMP");

	snprintf(folder, sizeof folder, "%s/poolXXXXXX", tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(folder));
	name_paths();
	write_file(path, TEXT);
	on_sync = NULL;
}

static enum pool_outcome change(struct pool_change *c, enum pool_verb verb, const char *url)
{
	c->path = path;
	c->service = "ollama";
	c->verb = verb;
	c->url = url;
	return pool_file_change(c);
}

/* Refused with these words, the file as it was and nothing left beside it. */
static void expect_failure(const char *words)
{
	struct pool_change c = {0};

	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_FAILED);
	cr_expect_not_null(strstr(c.error.text, words), "%s", c.error.text);
	cr_expect_eq(strncmp(c.error.text, path, strlen(path)), 0, "%s", c.error.text);
	cr_expect_neq(access(temporary, F_OK), 0);
	pool_change_clear(&c);
}

TestSuite(pool_file, .init = set_up);

Test(pool_file, change_keeps_mode_owner_and_a_backup)
{
	struct pool_change c = {0};
	struct pool_file file;
	struct stat st;

	cr_assert_eq(chmod(path, 0640), 0);
	if (geteuid() == 0)
		cr_assert_eq(chown(path, 1234, 4321), 0);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, TEXT NEW2);
	expect_file(backup, TEXT);
	cr_expect_neq(access(temporary, F_OK), 0);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(stat(i == 0 ? path : backup, &st), 0);
		cr_expect_eq(st.st_mode & 07777, 0640);
		cr_expect_eq(st.st_uid, geteuid() == 0 ? 1234 : geteuid());
		cr_expect_eq(st.st_gid, geteuid() == 0 ? 4321 : getegid());
	}
	cr_assert(pool_file_read(path, &file, &c.error));
	cr_expect_eq(file.stamp.ino, c.now.ino);
	cr_expect_eq(file.stamp.hash, c.now.hash);
	cr_expect_eq(file.stamp.size, strlen(TEXT NEW2));
	cr_expect_eq(file.stamp.mtime_ns, c.now.mtime_ns);
	cr_expect_not(c.others);
	pool_file_clear(&file);
	pool_change_clear(&c);
}

Test(pool_file, what_is_so_already_is_not_written)
{
	struct pool_change c = {0};
	struct stat before, after;

	cr_assert_eq(stat(path, &before), 0);
	cr_assert_eq(change(&c, POOL_ADD, "http://H:1/"), POOL_SAME, "%s", c.error.text);
	cr_assert_eq(stat(path, &after), 0);
	cr_expect_eq(before.st_ino, after.st_ino);
	cr_expect_eq(c.now.ino, after.st_ino);
	cr_expect_neq(access(temporary, F_OK), 0);
	cr_expect_neq(access(backup, F_OK), 0);
}

Test(pool_file, link_is_followed)
{
	struct pool_change c = {0};
	char away[320], kept[330];
	struct stat st;

	snprintf(away, sizeof away, "%s/away", folder);
	cr_assert_eq(mkdir(away, 0700), 0);
	snprintf(away, sizeof away, "%s/away/real.yml", folder);
	snprintf(kept, sizeof kept, "%s.bak", away);
	cr_assert_eq(rename(path, away), 0);
	cr_assert_eq(symlink("away/real.yml", path), 0);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	cr_assert_eq(lstat(path, &st), 0);
	cr_expect(S_ISLNK(st.st_mode));
	expect_file(away, TEXT NEW2);
	expect_file(kept, TEXT);
	cr_expect_neq(access(backup, F_OK), 0);
	pool_change_clear(&c);
}

/* A link where the backup goes leads nowhere. */
Test(pool_file, backup_follows_no_link)
{
	struct pool_change c = {0};
	char target[320];

	snprintf(target, sizeof target, "%s/precious", folder);
	write_file(target, "precious");
	cr_assert_eq(symlink(target, backup), 0);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	expect_file(target, "precious");
	expect_file(backup, TEXT);
	pool_change_clear(&c);
}

Test(pool_file, change_of_others_before_is_told)
{
	struct pool_change c = {0};
	struct pool_file file;

	cr_assert(pool_file_read(path, &file, &c.error));
	c.expected = file.stamp;
	pool_file_clear(&file);
	write_file(path, "# theirs\n" TEXT);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	cr_expect(c.others);
	expect_file(path, "# theirs\n" TEXT NEW2);
	pool_change_clear(&c);
}

Test(pool_file, undo_gives_the_bytes_back)
{
	static const char two[] = TEXT "          - url: \"http://h:2\" # twice\n            weight: 2\n     "
				       "     - url: http://h:3\n";
	struct pool_change c = {0};

	write_file(path, two);
	cr_assert_eq(change(&c, POOL_REMOVE, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, TEXT "          - url: http://h:3\n");
	cr_assert_eq(pool_file_undo(&c), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, two);
	cr_expect_not(c.others);
	pool_change_clear(&c);
}

Test(pool_file, undo_keeps_what_others_wrote_since)
{
	struct pool_change c = {0};

	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	write_file(path, "# theirs\n" TEXT NEW2);
	cr_assert_eq(pool_file_undo(&c), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, "# theirs\n" TEXT);
	cr_expect(c.others);
	pool_change_clear(&c);
}

static void theirs_once(void)
{
	on_sync = NULL;
	write_file(path, "# theirs\n" TEXT);
}

Test(pool_file, change_of_others_in_between_is_kept)
{
	struct pool_change c = {0};

	on_sync = theirs_once;
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, "# theirs\n" TEXT NEW2);
	expect_file(backup, "# theirs\n" TEXT);
	pool_change_clear(&c);
}

static void theirs_broken(void)
{
	on_sync = NULL;
	write_file(path, "http: [\n");
}

Test(pool_file, others_break_it_in_between)
{
	on_sync = theirs_broken;
	expect_failure("ollama.yml:2:1: ");
	expect_file(path, "http: [\n");
}

static void theirs_always(void)
{
	static int times;
	char text[1000];

	snprintf(text, sizeof text, "# theirs, %d\n%s", times++, TEXT);
	write_file(path, text);
}

Test(pool_file, it_never_stops_changing)
{
	on_sync = theirs_always;
	expect_failure("keeps being changed");
	/* two writes in each of five tries: the copy and the backup */
	expect_file(path, "# theirs, 9\n" TEXT);
}

/* Two at once, 200 changes each: additions, and removals of what was added. */
struct one {
	int id, lost;
	char error[900];
};

static void *change_many(void *user)
{
	struct one *one = user;
	char url[64];

	for (int i = 0; i < 200; i++) {
		struct pool_change c = {0};
		const bool add = i % 4 != 3;

		snprintf(url, sizeof url, "http://%d:%d", one->id, add ? i + 1 : i);
		if (change(&c, add ? POOL_ADD : POOL_REMOVE, url) != POOL_CHANGED) {
			one->lost++;
			snprintf(one->error, sizeof one->error, "%s: %s", url, c.error.text);
		}
		pool_change_clear(&c);
	}
	return NULL;
}

/* Each left 200 - 50 additions, less the 50 removed: 100, in their order. */
static void expect_all(void)
{
	struct pool_error error;
	struct pool_file file;
	struct pool_urls urls;
	int next[2] = {1, 1}, found[2] = {0, 0};

	cr_assert(pool_file_read(path, &file, &error), "%s", error.text);
	cr_assert(pool_text_list(file.text, file.len, "ollama", &urls, &error), "%s", error.text);
	cr_expect_eq(urls.count, 201);
	for (size_t i = 1; i < urls.count; i++) {
		const int id = urls.url[i][7] - '1';
		const int number = atoi(urls.url[i] + 9);

		cr_assert(id == 0 || id == 1, "%s", urls.url[i]);
		cr_expect_geq(number, next[id], "%s", urls.url[i]);
		next[id] = number + 1;
		found[id]++;
	}
	cr_expect_eq(found[0], 100);
	cr_expect_eq(found[1], 100);
	cr_expect_neq(access(temporary, F_OK), 0);
	pool_urls_clear(&urls);
	pool_file_clear(&file);
}

Test(pool_file, two_threads_lose_nothing)
{
	struct one ones[2] = {{.id = 1}, {.id = 2}};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, change_many, &ones[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++)
		cr_expect_eq(ones[i].lost, 0, "%d lost: %s", ones[i].lost, ones[i].error);
	expect_all();
}

Test(pool_file, two_processes_lose_nothing)
{
	pid_t pids[2];

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct one one = {.id = i + 1};

			change_many(&one);
			if (one.lost > 0)
				fprintf(stderr, "# %s\n", one.error);
			_exit(one.lost > 0);
		}
	}
	for (int i = 0; i < 2; i++) {
		int status;

		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	expect_all();
}

static void write_old(const char *name, int age)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - age}};

	write_file(name, "half of a");
	cr_assert_eq(utimensat(AT_FDCWD, name, times, 0), 0);
}

Test(pool_file, what_a_dead_one_left_is_taken_over)
{
	struct pool_change c = {0};

	write_old(temporary, POOL_LOCK_STALE_S + 5);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_CHANGED, "%s", c.error.text);
	expect_file(path, TEXT NEW2);
	cr_expect_neq(access(temporary, F_OK), 0);
	pool_change_clear(&c);
}

Test(pool_file, a_change_under_way_is_not_disturbed)
{
	struct pool_change c = {0};

	write_old(temporary, POOL_LOCK_STALE_S - 30);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_FAILED);
	cr_expect_not_null(strstr(c.error.text, "another change is under way"), "%s", c.error.text);
	expect_file(path, TEXT);
	expect_file(temporary, "half of a");
}

/* Old, but its owner lives: a machine that slept, a slow disk. */
Test(pool_file, a_slow_owner_is_not_robbed)
{
	struct pool_change c = {0};
	int fd;

	write_old(temporary, POOL_LOCK_STALE_S + 5);
	fd = open(temporary, O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_FAILED);
	expect_file(temporary, "half of a");
	close(fd);
}

static void rob(void)
{
	on_sync = NULL;
	cr_assert_eq(unlink(temporary), 0);
	write_file(temporary, "another's");
}

Test(pool_file, who_lost_the_temporary_file_writes_nothing)
{
	struct pool_change c = {0};

	on_sync = rob;
	cr_assert_eq(change(&c, POOL_ADD, "http://h:2"), POOL_FAILED);
	cr_expect_not_null(strstr(c.error.text, "another change is under way"), "%s", c.error.text);
	expect_file(path, TEXT);
	expect_file(temporary, "another's");
}

Test(pool_file, not_there)
{
	cr_assert_eq(unlink(path), 0);
	expect_failure("traefik.dynamic_file");
}

Test(pool_file, not_a_file)
{
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(mkdir(path, 0700), 0);
	expect_failure("not a regular file");
	cr_assert_eq(rmdir(path), 0);
	cr_assert_eq(mkfifo(path, 0600), 0);
	expect_failure("not a regular file");
}

Test(pool_file, too_large)
{
	cr_assert_eq(truncate(path, (off_t)POOL_TEXT_MAX + 1), 0);
	expect_failure("larger than 1M");
}

Test(pool_file, toml)
{
	snprintf(path, sizeof path, "%s/ollama.toml", folder);
	write_file(path, "[http.services]\n");
	expect_failure("TOML");
}

Test(pool_file, backup_cannot_be_written)
{
	cr_assert_eq(mkdir(backup, 0700), 0);
	expect_failure("its backup cannot be written");
	expect_file(path, TEXT);
}

/* What may be written by nobody, for root by nobody else: TEST_TMP itself is closed to others, so beside it. */
Test(pool_file, no_permission)
{
	const bool root = geteuid() == 0;

	if (root) {
		strcpy(folder, "/tmp/poolXXXXXX");
		cr_assert_not_null(mkdtemp(folder));
		name_paths();
		write_file(path, TEXT);
		cr_assert_eq(chmod(folder, 0755), 0);
		cr_assert_eq(seteuid(12345), 0);
	}
	cr_expect_eq(chmod(path, 0444), root ? -1 : 0);
	expect_failure("cannot be written (Permission denied)");
	if (root) {
		cr_assert_eq(seteuid(0), 0);
		cr_assert_eq(chmod(path, 0666), 0);
		cr_assert_eq(seteuid(12345), 0);
		/* the file may be written, its folder not */
		expect_failure("cannot be written (Permission denied)");
		cr_assert_eq(seteuid(0), 0);
		unlink(path);
		rmdir(folder);
	}
}

/* Mounts of our own; false where that is not allowed. */
static bool private_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

Test(pool_file, mounted_by_itself)
{
	if (!private_mounts() || mount(path, path, NULL, MS_BIND, NULL) != 0)
		cr_skip_test("no mounts: %s", strerror(errno));
	expect_failure("mount its folder instead");
	expect_file(path, TEXT);
}

Test(pool_file, read_only_file_system)
{
	if (!private_mounts() || mount(folder, folder, NULL, MS_BIND, NULL) != 0 ||
		mount(NULL, folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0)
		cr_skip_test("no mounts: %s", strerror(errno));
	expect_failure("make the file system writable");
	expect_file(path, TEXT);
}

Test(pool_file, full_file_system)
{
	static char many[20000] = TEXT;

	if (!private_mounts() || mount("tmpfs", folder, "tmpfs", 0, "size=32k") != 0)
		cr_skip_test("no mounts: %s", strerror(errno));
	memset(many + strlen(TEXT), '\n', sizeof many - strlen(TEXT) - 1);
	write_file(path, many);
	expect_failure("make room");
	expect_file(path, many);
	umount(folder);
}
