noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/command.c %D%/command.h \
	%D%/console.c \
	%D%/demo.c %D%/demo.h \
	%D%/options.c %D%/options.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/snapshot_json.c \
	%D%/snapshot_text.c
libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(libexecdir)"'
