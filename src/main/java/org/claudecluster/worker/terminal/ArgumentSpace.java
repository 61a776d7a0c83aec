package org.claudecluster.worker.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The space that the kernel has for a program's arguments and its environment: 128 KiB for each text, and for all of them
 * together a quarter of the soft limit of the stack, but 128 KiB at least and 6 MiB at most (execve(2)).
 *
 * @param most bytes for all, the pointers to them included
 */
public record ArgumentSpace(long most) {

    private static final long KIB = 1024;
    private static final long LEAST = 128 * KIB;
    private static final long MOST = 6 * 1024 * KIB;
    private static final long MOST_OF_ONE = 128 * KIB;

    /** For the program's path, for its interpreter's where it is a script, and for the shell before it (pty4j). */
    private static final long SPARE = 12 * KIB;

    /** For options, paths that may not be read, and variables that a command takes over from us. */
    private static final long BESIDES = 48 * KIB;

    /** macOS has 1 MiB, whatever its stack. */
    private static final long ELSEWHERE = 1024 * KIB;

    private static final Pattern STACK = Pattern.compile("(?m)^Max stack size +(\\d+|unlimited) ");

    private static final ArgumentSpace CURRENT = read(Path.of("/proc/self/limits"));

    /** Returns the space of what this process starts. */
    public static ArgumentSpace current() {
        return CURRENT;
    }

    /** Reads it off a list of limits as Linux has it. */
    static ArgumentSpace read(Path limits) {
        try {
            Matcher stack = STACK.matcher(Files.readString(limits));
            if (!stack.find()) {
                return new ArgumentSpace(ELSEWHERE);
            }
            return stack.group(1).equals("unlimited")
                    ? new ArgumentSpace(MOST)
                    : ofStack(Long.parseUnsignedLong(stack.group(1)));
        } catch (IOException | NumberFormatException _) {
            return new ArgumentSpace(ELSEWHERE);
        }
    }

    static ArgumentSpace ofStack(long bytes) {
        return new ArgumentSpace(Math.clamp(bytes / 4, LEAST, MOST));
    }

    /**
     * Returns what is wrong with variables that every command has, if anything. Half of the space is theirs, the other half
     * is for arguments and for what a command has besides.
     */
    public Optional<String> problem(Map<String, String> variables) {
        long taken = bytes(entries(variables));
        return taken <= most / 2
                ? Optional.empty()
                : Optional.of(
                        "together they have %d bytes, at most %d fit here (half of a quarter of ulimit -s): put long ones into files, or raise the limit"
                                .formatted(taken, most / 2));
    }

    /** Returns how many bytes are left for arguments beside such variables and what a command has besides. */
    public long beside(Map<String, String> variables) {
        return Math.max(0, most - SPARE - BESIDES - bytes(entries(variables)));
    }

    /** Refuses a command that the kernel would not start. Its texts are not told, they may be secrets. */
    void require(TerminalCommand command) throws LaunchException {
        List<String> arguments = command.arguments();
        List<String> variables = entries(command.environment()).toList();
        long longest = Stream.concat(arguments.stream(), variables.stream())
                .mapToLong(ArgumentSpace::bytes)
                .max()
                .orElse(0);
        if (longest > MOST_OF_ONE) {
            throw tooLong(
                    "one argument or variable has %d bytes, at most %d are possible".formatted(longest, MOST_OF_ONE));
        }
        long given = bytes(arguments.stream());
        long environment = bytes(variables.stream());
        if (given + environment > most - SPARE) {
            throw tooLong(
                    "arguments of %d bytes and an environment of %d are more than the %d that fit here together (a quarter of ulimit -s)"
                            .formatted(given, environment, most - SPARE));
        }
    }

    private static LaunchException tooLong(String message) {
        return new LaunchException(LaunchException.Kind.ARGUMENTS_TOO_LONG, message);
    }

    private static Stream<String> entries(Map<String, String> environment) {
        return environment.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue());
    }

    /** Each has a NUL behind it and a pointer to it. */
    private static long bytes(Stream<String> texts) {
        return texts.mapToLong(text -> bytes(text) + Long.BYTES).sum();
    }

    private static long bytes(String text) {
        return text.getBytes(UTF_8).length + 1L;
    }
}
