# OT_LIBRARY(VARIABLE, MODULE, DEBIAN-PACKAGE): a library that the programs cannot do without.
AC_DEFUN([OT_LIBRARY], [PKG_CHECK_MODULES([$1], [$2], [],
	[AC_MSG_ERROR([$2 is missing; Debian and Ubuntu: apt-get install $3; or everything at once: ./bootstrap])])])

# OT_FLAG(VARIABLE, FLAG, [compile|link]): adds FLAG to VARIABLE when a program builds with it without a warning.
AC_DEFUN([OT_FLAG], [
AS_VAR_PUSHDEF([ot_cache], [ot_cv_flag_$2])
AC_CACHE_CHECK([whether $CC accepts $2], [ot_cache], [
	ot_save_cflags=$CFLAGS
	ot_save_ldflags=$LDFLAGS
	m4_if([$3], [link], [LDFLAGS="$LDFLAGS -Werror $2"], [CFLAGS="$CFLAGS -Werror $2"])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("")]])],
		[AS_VAR_SET([ot_cache], [yes])], [AS_VAR_SET([ot_cache], [no])])
	CFLAGS=$ot_save_cflags
	LDFLAGS=$ot_save_ldflags])
AS_VAR_IF([ot_cache], [yes], [$1="$$1 $2"])
AS_VAR_POPDEF([ot_cache])])
