package org.claudecluster.worker.api.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Compares entity tags as RFC 9110, section 8.8.3.2, has it. */
public final class EntityTags {

    private EntityTags() {}

    /**
     * Whether an {@code If-None-Match} names a tag. That a proxy made it weak, as those do that compress what they pass on,
     * makes no difference.
     */
    public static boolean isIn(@Nullable String ifNoneMatch, String tag) {
        return ifNoneMatch != null
                && (ifNoneMatch.strip().equals("*")
                        || Arrays.stream(ifNoneMatch.split(",", -1))
                                .map(known -> known.strip().replaceFirst("^W/", ""))
                                .anyMatch(tag::equals));
    }
}
