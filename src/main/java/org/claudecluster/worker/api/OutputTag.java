package org.claudecluster.worker.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.api.http.EntityTags;
import org.claudecluster.worker.task.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * The ETag of a task's raw output: whose it is, and how much. Printed bytes never change, so a tag of less is still
 * good for the rest of a download.
 */
record OutputTag(TaskId task, long length) {

    private static final Pattern FORM = Pattern.compile("\"([0-9a-f-]{36})\\.(\\d{1,18})\"");

    /** Whether an If-None-Match names it. */
    boolean isIn(@Nullable String ifNoneMatch) {
        return EntityTags.isIn(ifNoneMatch, toString());
    }

    /** Whether what an If-Range names is the start of this. */
    boolean isContinuedFrom(String ifRange) {
        Matcher earlier = FORM.matcher(ifRange.strip());
        return earlier.matches()
                && earlier.group(1).equals(task.toString())
                && Long.parseLong(earlier.group(2)) <= length;
    }

    @Override
    public String toString() {
        return "\"" + task + "." + length + "\"";
    }
}
