package org.claudecluster.worker.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.Stream;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;

/**
 * {@code posix_spawn} as a session leader on two terminals. It neither copies our page tables, as fork does, nor can it
 * fail silently: what goes wrong before the program's first instruction comes back as an errno.
 */
final class PosixSpawn {
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;
    // Generous: glibc's are 336, 80 and 128 bytes.
    private static final int ATTRIBUTES_BYTES = 512;
    private static final int ACTIONS_BYTES = 256;
    private static final int SIGNAL_SET_BYTES = 128;

    private static final FunctionDescriptor ON_POINTER = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    private static final FunctionDescriptor ON_POINTER_AND_INT = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
    private static final FunctionDescriptor ON_POINTERS = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);

    private static final MethodHandle SIGEMPTYSET = Libc.bind("sigemptyset", ON_POINTER);
    private static final MethodHandle SIGFILLSET = Libc.bind("sigfillset", ON_POINTER);
    private static final MethodHandle ATTR_INIT = Libc.bind("posix_spawnattr_init", ON_POINTER);
    private static final MethodHandle ATTR_DESTROY = Libc.bind("posix_spawnattr_destroy", ON_POINTER);
    private static final MethodHandle ATTR_FLAGS =
            Libc.bind("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    private static final MethodHandle ATTR_SIGMASK = Libc.bind("posix_spawnattr_setsigmask", ON_POINTERS);
    private static final MethodHandle ATTR_SIGDEFAULT = Libc.bind("posix_spawnattr_setsigdefault", ON_POINTERS);
    private static final MethodHandle ACTIONS_INIT = Libc.bind("posix_spawn_file_actions_init", ON_POINTER);
    private static final MethodHandle ACTIONS_DESTROY = Libc.bind("posix_spawn_file_actions_destroy", ON_POINTER);
    private static final MethodHandle ADD_CHDIR = Libc.bind("posix_spawn_file_actions_addchdir_np", ON_POINTERS);
    private static final MethodHandle ADD_CLOSEFROM =
            Libc.bind("posix_spawn_file_actions_addclosefrom_np", ON_POINTER_AND_INT);
    private static final MethodHandle ADD_DUP2 =
            Libc.bind("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle ADD_OPEN = Libc.bind(
            "posix_spawn_file_actions_addopen",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle POSIX_SPAWN = Libc.bind(
            "posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    private PosixSpawn() {}

    /** Fails with a LinkageError where the C library lacks one of the calls: before glibc 2.34, and on musl. */
    static void link() {
        // loading the class was it
    }

    /** Descriptors to become 0 and 3 in the child, or -1 for an empty input and for no secret. */
    record Inputs(int stdin, int secret) {}

    /** The terminals to become 1 and 2, by their slaves' paths. */
    record Outputs(String output, String error) {}

    /**
     * Suspends the calling thread until the program runs.
     *
     * @return the child's process id
     * @throws NativeException with the errno of whatever failed, in us or in the child
     */
    static int run(Arena arena, TerminalCommand command, Outputs outputs, Inputs inputs) throws NativeException {
        MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
        MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
        require("posix_spawnattr_init", Libc.call(ATTR_INIT, attributes));
        try {
            require("posix_spawn_file_actions_init", Libc.call(ACTIONS_INIT, actions));
            try {
                setAttributes(arena, attributes);
                setActions(arena, actions, command, outputs, inputs);
                return spawn(arena, command, attributes, actions);
            } finally {
                int _ = Libc.call(ACTIONS_DESTROY, actions);
            }
        } finally {
            int _ = Libc.call(ATTR_DESTROY, attributes);
        }
    }

    private static void setAttributes(Arena arena, MemorySegment attributes) throws NativeException {
        MemorySegment none = arena.allocate(SIGNAL_SET_BYTES, 8);
        MemorySegment all = arena.allocate(SIGNAL_SET_BYTES, 8);
        require("sigemptyset", Libc.call(SIGEMPTYSET, none));
        require("sigfillset", Libc.call(SIGFILLSET, all));
        // The JVM blocks SIGQUIT in its threads and may itself run under nohup: neither is the child's business.
        require("posix_spawnattr_setsigmask", Libc.call(ATTR_SIGMASK, attributes, none));
        require("posix_spawnattr_setsigdefault", Libc.call(ATTR_SIGDEFAULT, attributes, all));
        short flags = SETSID | SETSIGMASK | SETSIGDEF;
        require("posix_spawnattr_setflags", Libc.call(ATTR_FLAGS, attributes, flags));
    }

    /**
     * INVARIANT: in this order; the terminal of descriptor 2 is the first that the new session opens, so it becomes its
     * own, and what is written to /dev/tty stays out of descriptor 1.
     */
    private static void setActions(
            Arena arena, MemorySegment actions, TerminalCommand command, Outputs outputs, Inputs inputs)
            throws NativeException {
        MemorySegment directory = arena.allocateFrom(command.directory().toString());
        require("addchdir_np", Libc.call(ADD_CHDIR, actions, directory));
        if (inputs.stdin() >= 0) require("adddup2", Libc.call(ADD_DUP2, actions, inputs.stdin(), 0));
        else addOpen(arena, actions, 0, "/dev/null", Libc.O_RDONLY);
        addOpen(arena, actions, 2, outputs.error(), Libc.O_RDWR);
        addOpen(arena, actions, 1, outputs.output(), Libc.O_RDWR | Libc.O_NOCTTY);
        if (inputs.secret() >= 0) require("adddup2", Libc.call(ADD_DUP2, actions, inputs.secret(), 3));
        require("addclosefrom_np", Libc.call(ADD_CLOSEFROM, actions, inputs.secret() >= 0 ? 4 : 3));
    }

    private static void addOpen(Arena arena, MemorySegment actions, int fd, String path, int flags)
            throws NativeException {
        require("addopen", Libc.call(ADD_OPEN, actions, fd, arena.allocateFrom(path), flags, 0));
    }

    private static int spawn(Arena arena, TerminalCommand command, MemorySegment attributes, MemorySegment actions)
            throws NativeException {
        String program = command.program().toString();
        List<String> argv =
                Stream.concat(Stream.of(program), command.arguments().stream()).toList();
        List<String> envp = command.environment().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment path = arena.allocateFrom(program);
        require(
                "posix_spawn",
                Libc.call(POSIX_SPAWN, pid, path, actions, attributes, strings(arena, argv), strings(arena, envp)));
        return pid.get(JAVA_INT, 0);
    }

    private static MemorySegment strings(SegmentAllocator allocator, List<String> texts) {
        MemorySegment array = allocator.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, allocator.allocateFrom(texts.get(i)));
        }
        array.setAtIndex(ADDRESS, texts.size(), MemorySegment.NULL);
        return array;
    }

    private static void require(String function, int errno) throws NativeException {
        if (errno != 0) throw new NativeException(function, errno);
    }
}
