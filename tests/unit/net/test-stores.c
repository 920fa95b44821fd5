/* What is asked of a store: lines of mountinfo of NFS, df of inodes, stat -f, paths of manifests. */
#include "ollama-top/fleet.h"
#include "ollama-top/probe.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

/* As kernels from 2.6.32 to 6.15 show such mounts; the addresses are those of the README. */
Test(mountinfo, of_nfs_on_many_kernels)
{
	static const struct {
		const char *path, *fstype, *source;
		bool read_only;
		const char *vers, *addr, *timeo;
		bool soft;
	} rows[] = {
		{"/linux-2.6.32/v3", "nfs", "10.0.0.80:/opt/ollama-models", false, "3", "10.0.0.80", "600",
			false},
		{"/linux-2.6.32/v4", "nfs4", "10.0.0.80:/opt/ollama-models/", true, "4", "10.0.0.80", "600",
			false},
		{"/linux-3.10/v40", "nfs4", "10.0.0.80:/opt/ollama-models", false, "4.0", "10.0.0.80", "600",
			false},
		{"/linux-4.4/v3", "nfs", "10.0.0.80:/opt/ollama-models", false, "3", "10.0.0.80", "600",
			false},
		{"/linux-5.4/v41", "nfs4", "10.0.0.80:/opt/ollama-models", false, "4.1", "10.0.0.80", "600",
			false},
		{"/linux-5.15/bind", "nfs4", "10.0.0.80:/opt/ollama-models", true, "4.2", "10.0.0.80", "600",
			false},
		{"/linux-6.1/volume", "nfs4", ":/opt/ollama-models", true, "4.2", "10.0.0.80", "150", true},
		{"/linux-6.1/folder", "nfs4", "10.0.0.80:/opt/ollama-models/models", true, "4.2", "fd00::80",
			"600", false},
		{"/linux-6.8/softerr", "nfs4", "[fd00::80]:/opt/ollama-models", false, "4.2", "fd00::80",
			"600", false},
		{"/linux-6.15/v3", "nfs", "10.0.0.80:/opt/with blank", false, "3", "10.0.0.80", "600", false},
		{"/autofs", "nfs4", "nas.lan:/opt/ollama-models", false, "4.2", "10.0.0.80", "600", false},
	};
	size_t len;
	char *text = fixture_read("mountinfo-nfs.txt", &len), value[64];

	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct probe_mount m;

		cr_assert(probe_parse_mountinfo(text, len, rows[k].path, &m, &error), "%s", rows[k].path);
		cr_expect_str_eq(m.fstype, rows[k].fstype, "%s", rows[k].path);
		cr_expect_str_eq(m.source, rows[k].source, "%s: %s", rows[k].path, m.source);
		cr_expect_eq(m.read_only, rows[k].read_only, "%s", rows[k].path);
		cr_expect(mount_option(m.options, "vers", value, sizeof value));
		cr_expect_str_eq(value, rows[k].vers);
		cr_expect(mount_option(m.options, "addr", value, sizeof value));
		cr_expect_str_eq(
			value, rows[k].addr, "%s: not clientaddr or mountaddr: %s", rows[k].path, value);
		cr_expect(mount_option(m.options, "timeo", value, sizeof value));
		cr_expect_str_eq(value, rows[k].timeo);
		cr_expect_eq(mount_option(m.options, "soft", value, sizeof value), rows[k].soft, "%s",
			rows[k].path);
		cr_expect_str_eq(value, "");
	}
	free(text);
}

Test(mount_option, is_a_whole_word)
{
	char value[8];

	cr_expect_not(mount_option("rw,nosoft,softer=1", "soft", value, sizeof value));
	cr_expect(mount_option("soft", "soft", value, sizeof value));
	cr_expect_not(mount_option("", "soft", value, sizeof value));
	cr_expect_not(mount_option(NULL, "soft", value, sizeof value));
	cr_expect(mount_option("a=1,b=,c=0123456789", "c", value, sizeof value));
	cr_expect_str_eq(value, "0123456", "cut, never overrun");
	cr_expect(mount_option("a=1,b=,c=2", "b", value, sizeof value));
	cr_expect_str_eq(value, "");
}

Test(df, counts_inodes)
{
	static const char gnu[] = "Filesystem                   Inodes IUsed   IFree IUse% Mounted on\n"
				  "10.0.0.80:/opt/ollama-models 6553600 40271 6513329    1% /root/.ollama\n";
	static const char none[] = "Filesystem Inodes IUsed IFree IUse% Mounted on\n"
				   "store           0     0     0     - /root/.ollama\n";
	struct probe_inodes inodes;

	cr_assert(probe_parse_df_inodes(gnu, sizeof gnu - 1, &inodes, &error), "%s", error.text);
	cr_expect_eq(inodes.total, 6553600);
	cr_expect_eq(inodes.free, 6513329);
	cr_assert(probe_parse_df_inodes(none, sizeof none - 1, &inodes, &error), "%s", error.text);
	cr_expect_eq(inodes.total, 0);
	cr_expect_not(probe_parse_df_inodes("df: invalid option -- 'i'\n", 26, &inodes, &error));
}

Test(stat, of_coreutils_and_of_busybox)
{
	static const struct {
		const char *text;
		int64_t total, used, available, inodes, inodes_free;
	} rows[] = {
		/* coreutils 9.1 on ext4 */
		{"  File: \"/\"\n    ID: 8b2a5ad5f4f1a8a0 Namelen: 255     Type: ext2/ext3\n"
		 "Block size: 4096       Fundamental block size: 4096\n"
		 "Blocks: Total: 1000      Free: 400        Available: 350\nInodes: Total: 6553600    Free: "
		 "6513329\n",
			4096000, 600 * 4096, 350 * 4096, 6553600, 6513329},
		/* an NFS server's preferred transfer size is not what it counts in */
		{"  File: \"/x\"\n    ID: 0        Namelen: 255     Type: nfs\n"
		 "Block size: 1048576    Fundamental block size: 4096\n"
		 "Blocks: Total: 1000      Free: 400        Available: 400\nInodes: Total: 10    Free: 0\n",
			4096000, 600 * 4096, 400 * 4096, 10, 0},
		/* busybox without the fundamental size */
		{"  File: \"/root/.ollama\"\n    ID: 9a00000000 Namelen: 255     Type: ext2/ext3\n"
		 "Block size: 1024      \nBlocks: Total: 10      Free: 4        Available: 3\n"
		 "Inodes: Total: 7 Free: 5\n",
			10240, 6144, 3072, 7, 5},
	};

	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct probe_space space;
		struct probe_inodes inodes;

		cr_assert(probe_parse_stat(rows[k].text, strlen(rows[k].text), &space, &inodes, &error),
			"%zu: %s", k, error.text);
		cr_expect_eq(space.total, rows[k].total);
		cr_expect_eq(space.used, rows[k].used);
		cr_expect_eq(space.available, rows[k].available);
		cr_expect_eq(inodes.total, rows[k].inodes);
		cr_expect_eq(inodes.free, rows[k].inodes_free);
	}
}

Test(stat, that_makes_no_sense_is_an_error)
{
	static const char *const texts[] = {
		"",
		"stat: cannot read file system information for '/x': Stale file handle\n",
		"Block size: 4096\n",
		"Block size: 0\nBlocks: Total: 1 Free: 1 Available: 1\n",
		"Block size: 4096\nBlocks: Total: -1 Free: 1 Available: 1\n",
		"Block size: 4096\nBlocks: Total: 1 Free: 2 Available: 1\n",
		"Block size: 4096\nBlocks: Total: 9223372036854775807 Free: 1 Available: 1\n",
		"Block size: 4096\nBlocks: Total: 92233720368547758070 Free: 1 Available: 1\n",
		"Block size: 4096\nBlocks: Total: 1 Free: 1\n",
	};

	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
		struct probe_space space;
		struct probe_inodes inodes;

		cr_expect_not(probe_parse_stat(texts[k], strlen(texts[k]), &space, &inodes, &error), "%s",
			texts[k]);
		cr_expect_neq(error.text[0], '\0');
	}
}

Test(manifest, is_where_ollama_keeps_it)
{
	static const struct {
		const char *model, *path;
	} rows[] = {
		{"mistral:7b", "/m/manifests/registry.ollama.ai/library/mistral/7b"},
		{"mistral", "/m/manifests/registry.ollama.ai/library/mistral/latest"},
		{"ada/coder:1", "/m/manifests/registry.ollama.ai/ada/coder/1"},
		{"hf.co/ada/coder:Q4_K_M", "/m/manifests/hf.co/ada/coder/Q4_K_M"},
		{"localhost:5000/ada/coder:1", "/m/manifests/localhost:5000/ada/coder/1"},
		{"localhost:5000/ada/coder", "/m/manifests/localhost:5000/ada/coder/latest"},
		{"../../etc/passwd", NULL},
		{"a/../b:c", NULL},
		{"/etc/passwd", NULL},
		{"a/", NULL},
		{":x", NULL},
		{"a:", NULL},
		{"", NULL},
	};
	char path[128];

	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		const bool is = probe_manifest_path(path, sizeof path, "/m", rows[k].model);

		cr_expect_eq(is, rows[k].path != NULL, "%s", rows[k].model);
		if (is && rows[k].path)
			cr_expect_str_eq(path, rows[k].path);
	}
	cr_expect_not(probe_manifest_path(path, 20, "/m", "mistral:7b"), "what does not fit is not cut");
}
