noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/command.c %D%/command.h \
	%D%/console.c \
	%D%/demo.c %D%/demo.h \
	%D%/find.c %D%/find.h \
	%D%/logs.c \
	%D%/options.c %D%/options.h \
	%D%/output.c %D%/output.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/snapshot_json.c \
	%D%/snapshot_text.c
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(libexecdir)"'
