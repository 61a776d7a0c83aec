package org.claudecluster.worker.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of another JVM. */
public final class Heap {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    private Heap() {}

    /** Bytes that a full collection leaves: the histogram of jcmd begins with one. */
    public static long live(long pid) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, String.valueOf(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        Matcher total = TOTAL.matcher(text);
        if (!total.find()) {
            throw new AssertionError("jcmd says: " + text);
        }
        return Long.parseLong(total.group(1));
    }
}
