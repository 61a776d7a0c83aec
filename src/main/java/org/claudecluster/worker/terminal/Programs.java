package org.claudecluster.worker.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.terminal.LaunchException.Kind;

/** Finding executables, and telling why a file is none. */
public final class Programs {
    private static final int HEAD_BYTES = 256;

    private Programs() {}

    /**
     * The executable which a shell would run: an absolute path as it is, a bare name searched along {@code path}.
     *
     * @param nameOrPath a relative path with a slash is never found, its meaning would depend on our own directory
     * @param path directories separated by colons, relative ones are skipped
     * @return an absolute path of an executable regular file, or empty
     */
    public static Optional<Path> find(String nameOrPath, String path) {
        if (nameOrPath.startsWith("/")) return toPath(nameOrPath).filter(Programs::runnable);
        if (nameOrPath.isEmpty() || nameOrPath.contains("/")) return Optional.empty();
        return Stream.of(path.split(":", -1))
                .filter(directory -> directory.startsWith("/"))
                .flatMap(directory -> toPath(directory + "/" + nameOrPath).stream())
                .filter(Programs::runnable)
                .findFirst();
    }

    /** Checks what the kernel would not tell apart by one errno. */
    static void requireDirectory(Path directory) throws LaunchException {
        if (!Files.isDirectory(directory) || !Files.isExecutable(directory))
            throw new LaunchException(Kind.DIRECTORY_MISSING, "cannot enter " + directory);
    }

    /**
     * For launchers which are not told by the kernel: the kinds that {@code execve} would report. A file in neither a
     * native format nor with a {@code #!} line counts as not executable, even where binfmt_misc would run it.
     */
    static void requireProgram(Path program) throws LaunchException {
        if (!Files.exists(program)) throw new LaunchException(Kind.PROGRAM_NOT_FOUND, "there is no " + program);
        if (!runnable(program) || !hasExecutableFormat(program))
            throw new LaunchException(Kind.PROGRAM_NOT_EXECUTABLE, "cannot execute " + program);
    }

    private static boolean runnable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private static Optional<Path> toPath(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static boolean hasExecutableFormat(Path program) {
        byte[] head;
        try (InputStream in = Files.newInputStream(program)) {
            head = in.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            return true; // executable but not readable: the kernel decides
        }
        if (head.length > 2 && head[0] == '#' && head[1] == '!') return interpreterRuns(head);
        return isElf(head) || isMachO(head);
    }

    private static boolean interpreterRuns(byte[] head) {
        String line = new String(head, 2, head.length - 2, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
        String interpreter = line.strip().split("\\s", 2)[0];
        return toPath(interpreter).filter(Programs::runnable).isPresent();
    }

    /** Magic, class (32 or 64 bits), byte order, and a type which runs: EXEC or DYN. */
    private static boolean isElf(byte[] head) {
        if (head.length < 18 || head[0] != 0x7f || head[1] != 'E' || head[2] != 'L' || head[3] != 'F') return false;
        ByteOrder order = head[5] == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        int type = ByteBuffer.wrap(head).order(order).getShort(16);
        return (head[4] == 1 || head[4] == 2) && (head[5] == 1 || head[5] == 2) && (type == 2 || type == 3);
    }

    private static boolean isMachO(byte[] head) {
        if (head.length < Integer.BYTES) return false;
        int magic = ByteBuffer.wrap(head).getInt();
        return magic == 0xcffaedfe || magic == 0xfeedfacf || magic == 0xcafebabe;
    }
}
