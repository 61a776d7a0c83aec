package org.claudecluster.worker.terminal;

import java.util.Arrays;
import java.util.List;
import org.claudecluster.worker.process.linux.OwnMemory;
import org.claudecluster.worker.process.linux.ProcFs;
import org.claudecluster.worker.process.linux.ProcessTag;

/** A program that has a secret in its environment, closes itself or does not, and starts another that tries to read it. */
@SuppressWarnings("SystemOut")
public final class OpenToTasks {

    private OpenToTasks() {}

    /** The first argument says whether it closes itself; the rest is what it starts. */
    public static void main(String... arguments) throws Exception {
        if (arguments[0].equals("closed")) {
            OwnMemory.close();
        }
        List<String> command = Arrays.asList(arguments).subList(1, arguments.length);
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        // What the worker itself still needs of /proc.
        System.out.println("own limits: " + !ProcFs.limits(ProcFs.SELF).isEmpty());
        System.out.println("own children: " + ProcFs.listsChildren());
        System.out.println("own descriptors: " + (ProcFs.files(ProcFs.SELF).size() > 1));
        System.out.println("own birth: " + isBornWithBrand());
        System.exit(code);
    }

    private static boolean isBornWithBrand() throws Exception {
        Process[] born = {null};
        ProcessTag brand = ProcessTag.of("task.1");
        long pid = brand.<Exception>onBirth(() -> {
            born[0] = new ProcessBuilder("sleep", "600").start();
            return born[0].pid();
        });
        boolean all = brand.putOn(pid)
                && ProcFs.adjustOomScore(pid, 900)
                && ProcFs.oomScoreAdjustment(pid).orElse(0) == 900;
        born[0].destroyForcibly().waitFor();
        return all;
    }
}
