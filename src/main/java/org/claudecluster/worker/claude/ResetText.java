package org.claudecluster.worker.claude;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the reset out of the CLI's sentence, for versions and logins that tell it in no other way. 2.1.330 prints
 * {@code You've hit your 5-hour limit · resets 2:01am (UTC)} and {@code … weekly limit · resets Nov 26, 7:35am (UTC)}.
 */
final class ResetText {

    private static final Pattern RESETS = Pattern.compile(
            "resets (?:at )?(?:([A-Za-z]{3})[a-z]* (\\d{1,2})(?:,| at) )?(\\d{1,2})(?::(\\d{2}))? ?(am|pm)(?: \\(([^)]+)\\))?");

    private static final int NOON = 12;
    /** The sentence leaves the seconds out: in the minute that it names the limit may still stand. */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private ResetText() {}

    /** The first such moment that is not over; empty when the text names none. */
    static Optional<Instant> parse(String text, Instant now) {
        Matcher found = RESETS.matcher(text);
        if (!found.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(moment(found.toMatchResult(), now));
        } catch (DateTimeException _) {
            // An hour 25, or a zone that nobody knows: as if it had not been told.
            return Optional.empty();
        }
    }

    private static Instant moment(MatchResult found, Instant now) {
        ZonedDateTime today = now.atZone(zone(found.group(6)));
        ZonedDateTime at = today.with(time(found));
        @Nullable String month = found.group(1);
        if (month == null) {
            return notOver(at, at.plusDays(1), now);
        }
        MonthDay day = MonthDay.of(month(month), Integer.parseInt(found.group(2)));
        return notOver(at.with(day), at.with(day).plusYears(1), now);
    }

    private static Instant notOver(ZonedDateTime first, ZonedDateTime next, Instant now) {
        Instant end = first.toInstant().plus(MINUTE);
        return end.isAfter(now) ? end : next.toInstant().plus(MINUTE);
    }

    private static LocalTime time(MatchResult found) {
        int hour = Integer.parseInt(found.group(3));
        if (hour < 1 || hour > NOON) {
            throw new DateTimeException("not an hour of the clock: " + hour);
        }
        @Nullable String minute = found.group(4);
        int afternoon = found.group(5).equals("pm") ? NOON : 0;
        return LocalTime.of(hour % NOON + afternoon, minute == null ? 0 : Integer.parseInt(minute));
    }

    private static Month month(String name) {
        return Arrays.stream(Month.values())
                .filter(month -> month.name().startsWith(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new DateTimeException("no month: " + name));
    }

    /** Without a zone the CLI means its own, which it has from us. */
    private static ZoneId zone(@Nullable String name) {
        return name == null ? ZoneId.systemDefault() : ZoneId.of(name);
    }
}
