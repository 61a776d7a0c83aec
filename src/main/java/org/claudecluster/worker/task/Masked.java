package org.claudecluster.worker.task;

import java.util.regex.Pattern;

/** Texts of others, such as a driver's, in which a URL may stand with a password in it. */
public final class Masked {

    private static final String MASK = "***";
    /** Up to the last @ of it: a password may hold one too. */
    private static final Pattern USER_INFO = Pattern.compile("://[^/\\s\"']+@");

    private static final Pattern PARAMETER = Pattern.compile(
            "(?i)\\b([\\w.-]*(?:password|passwd|passphrase|pwd|secret|token|credential|api_?key)[\\w.-]*)=[^&;,\\s\"')]+");

    private Masked() {}

    public static String text(String text) {
        String withoutUsers = USER_INFO.matcher(text).replaceAll("://" + MASK + "@");
        return PARAMETER.matcher(withoutUsers).replaceAll("$1=" + MASK);
    }
}
