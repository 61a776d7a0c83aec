package org.claudecluster.worker.terminal;

import com.pty4j.PtyProcess;
import com.pty4j.PtyProcessBuilder;
import com.pty4j.WinSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.process.linux.PosixProcesses;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.ProcessTag;
import org.claudecluster.worker.process.linux.SessionLeaders;
import org.claudecluster.worker.process.linux.Signal;
import org.claudecluster.worker.terminal.LaunchException.Kind;
import org.jboss.logging.Logger;

/**
 * Terminals by pty4j, for macOS and wherever the ffm launcher does not link. Differences from it: it forks the whole
 * JVM, so a launch slows down with the heap; each pair of terminals costs seven descriptors and three threads; exit codes 129 to 159
 * are reported as signals; SIGQUIT stays blocked; a {@code PWD} in the environment is corrected to the directory, and
 * entries whose names no shell accepts are dropped by some shells.
 */
final class Pty4jPtyLauncher implements PtyLauncher {
    private static final Logger LOG = Logger.getLogger(Pty4jPtyLauncher.class);

    // A read never yields more than about 4.7 KB, and pty4j allocates as many bytes as are asked for.
    private static final int READ_BYTES = 8 * 1024;
    private static final long READER_STACK_BYTES = 256 * 1024;

    /** Variables which a shell sets by itself; taken away again where the command does not have them. */
    private static final List<String> SHELL_VARIABLES = List.of("PWD", "OLDPWD", "SHLVL", "_");

    /**
     * pty4j gives a process one terminal, which becomes the controlling one; it can redirect no descriptor; and it sets the
     * size only after the fork, so that some programs see 0 by 0. INVARIANT: this text is constant, and what a request brings comes as positional parameters, which a shell
     * never parses: no shell stands between a request and its process. It waits for the size rather than setting it, for
     * it could undo a resize. Parameters: input file, secret file (empty: none), rows, columns, names to unset,
     * terminal of descriptor 1, program.
     */
    private static final String SCRIPT = """
            n=0
            while [ "$(stty size)" = '0 0' ] && [ $n -lt 1000 ]; do
              n=$((n+1)); [ $n -lt 500 ] || stty rows "$3" cols "$4"
            done
            stty -echo opost onlcr iutf8 2>/dev/null || stty -echo opost onlcr
            exec 1<>"$6"
            case $2 in ?*) exec 3<"$2"; rm -f -- "$2" ;; esac
            case $1 in ?*) exec <"$1"; rm -f -- "$1" ;; *) exec </dev/null ;; esac
            unset n $5
            shift 6
            exec "$@"
            """;

    // One, so that resizes keep their order; pty4j's forks follow one another anyway.
    private final LaunchThreads threads = new LaunchThreads("terminal-pty4j", 1);

    Pty4jPtyLauncher() {
        Pty4jFiles.keepNativeLibraryInOnePlace();
    }

    @Override
    public Terminal launch(TerminalCommand command, TerminalListener listener) throws LaunchException {
        // pty4j runs the child in our own directory when its own is missing, and reports a bad program as an exit.
        Programs.requireDirectory(command.directory());
        Programs.requireProgram(command.program());
        // An exec that fails for its length would end as an exit code of the shell's.
        ArgumentSpace.current().require(command);
        return threads.launch(() -> start(command, listener));
    }

    private Terminal start(TerminalCommand command, TerminalListener listener) throws LaunchException {
        Pty4jOutput output = output(command.size());
        try {
            return start(command, listener, output);
        } catch (LaunchException | RuntimeException e) {
            output.close();
            throw e;
        }
    }

    private static Pty4jOutput output(TerminalSize size) throws LaunchException {
        try {
            return Pty4jOutput.open(size);
        } catch (NativeException e) {
            throw new LaunchException(Kind.RESOURCES, "no terminal: " + e.getMessage(), e);
        }
    }

    private Terminal start(TerminalCommand command, TerminalListener listener, Pty4jOutput output)
            throws LaunchException {
        Pty4jFiles files = Pty4jFiles.write(command);
        try {
            PtyProcess process = new PtyProcessBuilder(argv(command, files, output))
                    .setEnvironment(command.environment())
                    .setDirectory(command.directory().toString())
                    .setInitialColumns(command.size().cols())
                    .setInitialRows(command.size().rows())
                    // Else one session's end can close a descriptor of another (JetBrains/pty4j issue 181).
                    .setUnixOpenTtyToPreserveOutputAfterTermination(true)
                    .start();
            if (ProcFs.available()) command.run().map(ProcessTag::of).ifPresent(brand -> brand.press(process.pid()));
            return new Session(process, output, files, listener, threads).begin();
        } catch (IOException | RuntimeException e) {
            files.delete();
            throw new LaunchException(Kind.RESOURCES, "no terminal: " + e.getMessage(), e);
        }
    }

    private static String[] argv(TerminalCommand command, Pty4jFiles files, Pty4jOutput output) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh"));
        argv.add(files.stdin().map(Path::toString).orElse(""));
        argv.add(files.secret().map(Path::toString).orElse(""));
        argv.add(Integer.toString(command.size().rows()));
        argv.add(Integer.toString(command.size().cols()));
        Map<String, String> environment = command.environment();
        argv.add(SHELL_VARIABLES.stream()
                .filter(name -> !environment.containsKey(name))
                .collect(Collectors.joining(" ")));
        argv.add(output.slave());
        argv.add(command.program().toString());
        return Stream.concat(argv.stream(), command.arguments().stream()).toArray(String[]::new);
    }

    /**
     * Two threads read, one for each channel. INVARIANT: that of the errors reads to the end, takes the exit, waits for
     * the other, and closes, in this order.
     */
    private static final class Session implements Terminal {
        private final PtyProcess process;
        private final Pty4jOutput device;
        private final Pty4jFiles files;
        private final LaunchThreads threads;
        // Both asked for at once: pty4j closes a stream that nobody asked for, and with it the master.
        private final InputStream errors;
        private final OutputStream input;
        private final Pty4jDelivery delivery;

        Session(
                PtyProcess process,
                Pty4jOutput device,
                Pty4jFiles files,
                TerminalListener listener,
                LaunchThreads threads) {
            this.process = process;
            this.device = device;
            this.threads = threads;
            this.files = files;
            this.delivery = new Pty4jDelivery(this, listener);
            this.errors = process.getInputStream();
            this.input = process.getOutputStream();
        }

        Session begin() {
            SessionLeaders.started(pid());
            Thread output = thread("-output", () -> device.read(bytes -> delivery.output(Channel.OUTPUT, bytes)));
            output.start();
            thread("", () -> run(output)).start();
            return this;
        }

        private Thread thread(String suffix, Runnable reader) {
            Thread thread = new Thread(null, reader, "terminal-" + pid() + suffix, READER_STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public boolean alive() {
            return process.isAlive();
        }

        @Override
        public Optional<Duration> cpu() {
            return Optional.empty();
        }

        /**
         * pty4j's own thread reaps, so there is no lock to share: between the check and the signal the number could, in
         * theory, be given to someone else.
         */
        @Override
        public boolean signal(Signal signal) {
            return process.isAlive() && PosixProcesses.kill(-pid(), signal.number());
        }

        @Override
        public void resize(TerminalSize size) {
            threads.execute(() -> setSize(size));
        }

        private void setSize(TerminalSize size) {
            if (!process.isAlive()) return;
            try {
                device.resize(size);
                // Last, since this one tells the programs.
                process.setWinSize(new WinSize(size.cols(), size.rows()));
            } catch (NativeException | RuntimeException e) {
                LOG.debugf("terminal %d ended while it was resized", pid());
            }
        }

        private void run(Thread output) {
            readErrorsToEnd();
            int code = waitForExit();
            SessionLeaders.reaped(pid());
            device.leaderEnded();
            waitFor(output);
            device.close();
            close(errors);
            close(input);
            files.delete();
            delivery.exited(exitOf(code));
        }

        private void readErrorsToEnd() {
            byte[] buffer = new byte[READ_BYTES];
            try {
                for (int n = errors.read(buffer, 0, READ_BYTES); n >= 0; n = errors.read(buffer, 0, READ_BYTES)) {
                    delivery.output(Channel.ERROR, ByteBuffer.wrap(buffer, 0, n));
                }
            } catch (IOException e) {
                LOG.debugf("terminal %d: %s", pid(), e.getMessage());
            }
        }

        @Override
        public void readOn() {
            delivery.readOn();
        }

        private static void waitFor(Thread reader) {
            boolean ended = false;
            while (!ended) {
                try {
                    reader.join();
                    ended = true;
                } catch (InterruptedException e) {
                    LOG.debug("nobody interrupts this thread; it goes on waiting");
                }
            }
        }

        private int waitForExit() {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException e) {
                    LOG.debug("nobody interrupts this thread; it goes on waiting");
                }
            }
        }

        private static void close(AutoCloseable stream) {
            try {
                stream.close();
            } catch (Exception e) {
                LOG.debugf("closing a terminal: %s", e.getMessage());
            }
        }

        private static ProcessExit exitOf(int code) {
            int signal = code - 128;
            return signal >= 1 && signal <= 31
                    ? new ProcessExit.Signalled(signal)
                    : new ProcessExit.Exited(code & 0xff);
        }
    }
}
