
#include "ollama-top/units.h"
#include "ollama-top/config.h"

#include <criterion/criterion.h>

Test(units, decimals_need_digits_on_both_sides)
{
	double value = 0;
	cr_expect_str_eq(units_decimal("12", &value), "");
	cr_expect_eq(value, 12);
	cr_expect_str_eq(units_decimal("0.5x", &value), "x");
	cr_expect_eq(value, 0.5);
	cr_expect_str_eq(units_decimal("1.", &value), ".");
	cr_expect_str_eq(units_decimal("1.2.3", &value), ".3");
	cr_expect_str_eq(units_decimal("1e3", &value), "e3");
	cr_expect_null(units_decimal("", &value));
	cr_expect_null(units_decimal(".5", &value));
	cr_expect_null(units_decimal("-1", &value));
	cr_expect_null(units_decimal("+1", &value));
	cr_expect_null(units_decimal(" 1", &value));
	cr_expect_null(units_decimal("nan", &value));
	cr_expect_str_eq(units_decimal("123456789012345", &value), "");
	cr_expect_null(units_decimal("1234567890123456", &value));
	cr_expect_null(units_decimal("0.1234567890123456", &value));
}

Test(units, durations_are_milliseconds)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"0s", 0}, {"1ms", 1}, {"2s", 2000}, {"0.25s", 250}, {"10m", 600000}, {"1h", 3600000},
		{"1d", 86400000}, {"999999999999999d", (int64_t)1 << 53}};
	int64_t ms = 0;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		cr_expect_eq(units_duration(good[i].text, &ms), UNITS_OK, "%s", good[i].text);
		cr_expect_eq(ms, good[i].ms, "%s", good[i].text);
	}
	cr_expect_eq(units_duration("3", &ms), UNITS_NO_UNIT);
	cr_expect_eq(units_duration("3S", &ms), UNITS_UNKNOWN_UNIT);
	cr_expect_eq(units_duration("3sec", &ms), UNITS_UNKNOWN_UNIT);
	cr_expect_eq(units_duration("s", &ms), UNITS_NOT_A_NUMBER);
}

Test(units, sizes_are_bytes)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {{"0M", 0}, {"1K", 1024}, {"512M", 512 << 20}, {"2G", (int64_t)2 << 30},
		{"1.5GiB", (int64_t)3 << 29}, {"3T", (int64_t)3 << 40},
		{"999999999999999T", (int64_t)1 << 53}};
	int64_t bytes = 0;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		cr_expect_eq(units_size(good[i].text, &bytes), UNITS_OK, "%s", good[i].text);
		cr_expect_eq(bytes, good[i].bytes, "%s", good[i].text);
	}
	cr_expect_eq(units_size("2", &bytes), UNITS_NO_UNIT);
	cr_expect_eq(units_size("2g", &bytes), UNITS_UNKNOWN_UNIT);
	cr_expect_eq(units_size("2GB", &bytes), UNITS_UNKNOWN_UNIT);
	cr_expect_eq(units_size("G", &bytes), UNITS_NOT_A_NUMBER);
}

Test(units, integers_are_digits_alone)
{
	int64_t value = 0;
	cr_expect(units_integer("0", &value));
	cr_expect(units_integer("123456789", &value));
	cr_expect_eq(value, 123456789);
	cr_expect_not(units_integer("1234567890", &value));
	cr_expect_not(units_integer("", &value));
	cr_expect_not(units_integer("-1", &value));
	cr_expect_not(units_integer("1.0", &value));
	cr_expect_not(units_integer("1 ", &value));
}

Test(units, seconds_of_the_command_line_have_bounds)
{
	int64_t ms = 0;
	cr_expect(config_seconds("2", 100, 3600000, &ms));
	cr_expect_eq(ms, 2000);
	cr_expect(config_seconds("0.1", 100, 3600000, &ms));
	cr_expect_eq(ms, 100);
	cr_expect(config_seconds("0.25", 100, 3600000, &ms));
	cr_expect_eq(ms, 250);
	cr_expect(config_seconds("3600", 100, 3600000, &ms));
	cr_expect_eq(ms, 3600000);
	static const char *const bad[] = {
		"", "0", "0.09", "3600.1", "-1", "2s", "two", "1e1", "1,5", "999999999999999"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cr_expect_not(config_seconds(bad[i], 100, 3600000, &ms), "%s", bad[i]);
	}
}
