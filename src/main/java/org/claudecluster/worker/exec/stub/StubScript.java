package org.claudecluster.worker.exec.stub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the stub's script. A prompt whose first line is {@code #stub} is a script with one step a line:
 *
 * <pre>
 * #stub
 * print some text     prints the text and a line end
 * bytes 1000000       prints so many bytes of numbered 64-byte lines
 * sleep 250           waits so many milliseconds
 * exit 3              ends with this code, 0 to 255
 * </pre>
 *
 * A script that ends without {@code exit} exits with 0; a line that is none of these is printed with a remark.
 */
final class StubScript {

    private static final String FIRST_LINE = "#stub";
    private static final int SHOWN = 40;
    private static final int MAX_BYTES = 512 * 1024 * 1024;
    private static final Pattern STEP = Pattern.compile("(print|bytes|sleep|exit)(?: (.*))?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private StubScript() {}

    /** One thing to do. */
    sealed interface Step {
        record Print(String text) implements Step {}

        record Bytes(int count) implements Step {}

        record Sleep(Duration pause) implements Step {}

        record Exit(int code) implements Step {}
    }

    static List<Step> of(String prompt) {
        List<String> lines = prompt.lines().toList();
        if (!lines.getFirst().strip().equals(FIRST_LINE)) {
            String first = lines.getFirst();
            return StubExecutor.demo(shown(first));
        }
        List<Step> steps = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            if (!line.isBlank()) {
                steps.add(step(line.strip()));
            }
        }
        return steps;
    }

    private static String shown(String text) {
        int points = text.codePointCount(0, text.length());
        return points <= SHOWN ? text : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…";
    }

    private static Step step(String line) {
        Matcher matcher = STEP.matcher(line);
        if (!matcher.matches()) {
            return unknown(line);
        }
        String argument = matcher.group(2) == null ? "" : matcher.group(2);
        if (matcher.group(1).equals("print")) {
            return new Step.Print(argument);
        }
        if (!NUMBER.matcher(argument).matches()) {
            return unknown(line);
        }
        int number = Integer.parseInt(argument);
        return switch (matcher.group(1)) {
            case "bytes" -> new Step.Bytes(Math.min(number, MAX_BYTES));
            case "sleep" -> new Step.Sleep(Duration.ofMillis(number));
            default -> new Step.Exit(number & 0xff);
        };
    }

    private static Step unknown(String line) {
        return new Step.Print("stub: not a step: " + line);
    }
}
